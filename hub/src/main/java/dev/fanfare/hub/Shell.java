package dev.fanfare.hub;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/// What a command is started in: its streams, the environment and the current folder.
///
/// @param interactive whether a person sees `out` on a terminal that can redraw its lines
record Shell(
        PrintStream out,
        PrintStream err,
        InputStream in,
        Map<String, String> environment,
        Path folder,
        boolean interactive) {
    /// Returns the shell that this program was started in.
    static Shell ofThisProgram() {
        Map<String, String> environment = System.getenv();
        boolean interactive = Terminal.isAttached() && !"dumb".equals(environment.get("TERM"));
        return new Shell(System.out, System.err, System.in, environment, Path.of(""), interactive);
    }

    /// Tells whether colours are wanted: on a terminal, unless `NO_COLOR` is set.
    boolean isColoured() {
        return interactive && environment.getOrDefault("NO_COLOR", "").isEmpty();
    }
}
