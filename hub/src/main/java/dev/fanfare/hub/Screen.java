package dev.fanfare.hub;

import java.io.PrintStream;
import java.util.List;

/// A block of lines at the end of the terminal that is redrawn in place.
///
/// Threads: confined to the one that draws.
final class Screen {
    private static final String CLEAR_BELOW = "\u001b[J";
    private static final String CLEAR_REST = "\u001b[K";

    private final PrintStream out;
    private int drawn;

    Screen(PrintStream out) {
        this.out = out;
    }

    /// Draws the block over the one before. No line may be wider than the terminal.
    void draw(List<String> lines) {
        print(List.of(), lines);
    }

    /// Leaves the line on the terminal for good, above the block.
    void note(String line, List<String> block) {
        print(List.of(line), block);
    }

    private void print(List<String> notes, List<String> lines) {
        StringBuilder frame = new StringBuilder(drawn == 0 ? "" : "\u001b[" + drawn + "F");
        notes.forEach(line -> frame.append(line).append(CLEAR_REST).append('\n'));
        lines.forEach(line -> frame.append(line).append(CLEAR_REST).append('\n'));
        out.print(frame.append(CLEAR_BELOW));
        out.flush();
        drawn = lines.size();
    }
}
