package dev.fanfare.hub;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The terminal that the program was started in, as far as Java does not show it.
final class Terminal {
    private static final Size USUAL = new Size(24, 80);
    private static final Pattern ROWS_AND_COLUMNS = Pattern.compile("([1-9]\\d{0,4}) ([1-9]\\d{0,4})\\s*");

    /// How much fits on the terminal.
    record Size(int rows, int columns) {}

    private Terminal() {}

    /// Tells whether input and output are a terminal.
    @SuppressWarnings("SystemConsoleNull") // on JDK 17 and 25 it does return null
    static boolean isAttached() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean)
                    Console.class.getMethod("isTerminal").invoke(console); // from JDK 22, where pipes get a console too
        } catch (ReflectiveOperationException olderJdk) {
            return true;
        }
    }

    /// Asks the system how large the terminal is just now; the usual size when it does not say.
    static Size size() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(Redirect.DISCARD)
                    .start();
            return size(stty);
        } catch (IOException noSuchProgram) {
            return USUAL;
        }
    }

    private static Size size(Process stty) throws IOException {
        try (InputStream answer = stty.getInputStream()) {
            Matcher size = ROWS_AND_COLUMNS.matcher(new String(answer.readNBytes(32), StandardCharsets.US_ASCII));
            return size.matches() ? new Size(Integer.parseInt(size.group(1)), Integer.parseInt(size.group(2))) : USUAL;
        } finally {
            stty.destroy();
        }
    }
}
