package dev.fanfare.faults;

import dev.fanfare.contract.Command;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a program wrote, synced and answered, in the order in which it did, as `strace` saw it.
///
/// @param answers how many answers to publishes were sent
/// @param synced how many of them after the log had been written and then synced since the answer before
record SystemCalls(int answers, int synced) {
    private static final Pattern LINE = Pattern.compile("(\\d+) +(.*)");
    private static final String LOG = "-wal>";
    private static final long LOOK_NANOS = 20_000_000;

    /// Returns what is put before the command line of a program whose calls go to the file.
    static String[] into(Path trace) {
        // As the program's child, so that signals meet the program.
        return new String[] {
            "strace",
            "-D",
            "-f",
            "-y",
            "-s",
            "1000",
            "-e",
            "trace=pwrite64,fdatasync,fsync,write,writev,sendto,sendmsg",
            "-o",
            trace.toString()
        };
    }

    static boolean canBeSeen(Path folder) {
        return Command.succeeds("strace", "-D", "-o", folder.resolve("true").toString(), "true");
    }

    /// Reads what is in the file, once all of the program is.
    static SystemCalls of(Path trace, long pid) throws IOException {
        List<String> lines = Files.readAllLines(trace, StandardCharsets.ISO_8859_1);
        while (lines.stream().noneMatch(line -> line.startsWith(pid + " ") && line.contains("+++ "))) {
            LockSupport.parkNanos(LOOK_NANOS); // strace writes the last lines after the program has ended
            lines = Files.readAllLines(trace, StandardCharsets.ISO_8859_1);
        }
        Reading reading = new Reading();
        lines.forEach(reading::take);
        return new SystemCalls(reading.answers, reading.synced);
    }

    private static final class Reading {
        private final Map<String, String> begun = new HashMap<>(); // by thread: what it has not come back from
        private final Set<String> done = new HashSet<>(); // since the answer before
        private int answers;
        private int synced;

        void take(String line) {
            Matcher parts = LINE.matcher(line);
            if (!parts.matches()) {
                return;
            }
            String thread = parts.group(1);
            String call = parts.group(2);
            if (call.endsWith("<unfinished ...>")) {
                begun.put(thread, call);
                begin(call);
            } else if (call.startsWith("<... ")) {
                end(begun.getOrDefault(thread, ""));
            } else {
                begin(call);
                end(call);
            }
        }

        /// An answer may arrive from when it is sent.
        private void begin(String call) {
            if (!call.startsWith("pwrite64") && call.contains("durability")) {
                answers++;
                synced += done.contains("synced") ? 1 : 0;
                done.clear();
            }
        }

        private void end(String call) {
            if (call.startsWith("pwrite64") && call.contains(LOG)) {
                done.add("written"); // more may be written after the sync, of what is deleted
            } else if (call.contains("sync(") && call.contains(LOG) && done.contains("written")) {
                done.add("synced");
            }
        }
    }
}
