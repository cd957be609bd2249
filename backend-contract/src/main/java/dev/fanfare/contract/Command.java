package dev.fanfare.contract;

import java.io.IOException;

/// Runs programs of the machine that a test may need, and may not have.
public final class Command {
    private Command() {}

    /// Runs a program to its end; tells whether it is there and has succeeded.
    public static boolean succeeds(String... command) {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException missing) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
