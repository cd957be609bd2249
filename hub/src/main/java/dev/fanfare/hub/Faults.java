package dev.fanfare.hub;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.BroadcastException;
import dev.fanfare.InvalidValueException;
import dev.fanfare.hub.config.ConfigurationException;
import java.io.IOException;
import java.io.PrintStream;

/// Says in one line what went wrong, and with which code to exit.
final class Faults {
    private Faults() {}

    static Exit explain(Shell shell, Exception fault) {
        PrintStream err = shell.err();
        Exit exit = exit(fault);
        if (exit == Exit.SOFTWARE) {
            err.println(Program.NAME + ": a fault in Fanfare, please report it with these lines");
            fault.printStackTrace(err);
        } else {
            err.println(Program.NAME + ": " + Printable.of(String.valueOf(fault.getMessage())) + code(fault));
        }
        return exit;
    }

    private static Exit exit(Exception fault) {
        if (fault instanceof CommandFault known) {
            return known.exit();
        }
        if (fault instanceof ConfigurationException wrong) {
            return wrong.isOnCommandLine() ? Exit.USAGE : Exit.CONFIG;
        }
        if (fault instanceof BackendUnavailableException) {
            return Exit.UNAVAILABLE;
        }
        if (fault instanceof InvalidValueException || fault instanceof BroadcastException) {
            return Exit.REFUSED;
        }
        return fault instanceof IOException ? Exit.NO_INPUT : Exit.SOFTWARE;
    }

    private static String code(Exception fault) {
        return fault instanceof BroadcastException refused
                ? " (" + refused.code() + ")"
                : fault instanceof InvalidValueException invalid ? " (" + invalid.code() + ")" : "";
    }
}
