package dev.fanfare.history;

import dev.fanfare.InvalidValueException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/// Judges a history that stands in a file: exits with 0 if all invariants held, with 1 if not.
public final class Main {
    private static final int CLEAN = 0;
    private static final int BROKEN = 1;
    private static final int USAGE = 64;
    private static final int NO_INPUT = 66;

    private Main() {}

    public static void main(String[] args) {
        System.exit(run(List.of(args), System.out, System.err));
    }

    static int run(List<String> args, PrintStream out, PrintStream err) {
        if (args.size() != 1 || args.get(0).startsWith("-")) {
            err.println("usage: fanfare-history history.jsonl");
            return USAGE;
        }
        try {
            Verdict verdict = Checker.check(History.read(Path.of(args.get(0))));
            out.println(verdict);
            return verdict.isClean() ? CLEAN : BROKEN;
        } catch (IOException | InvalidValueException unreadable) {
            err.println("fanfare-history: cannot read " + args.get(0) + ": " + unreadable.getMessage());
            return NO_INPUT;
        }
    }
}
