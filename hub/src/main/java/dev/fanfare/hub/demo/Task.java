package dev.fanfare.hub.demo;

import dev.fanfare.hub.demo.Folder.Item;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;

/// One job of a round: a chore and the part of the folder that it is done on.
///
/// @param isUnwanted whether somebody cancels the job on its way
record Task(Chore chore, Part part, boolean isUnwanted) {
    private static final int PARTS = 4;
    private static final int UNWANTED_AT = 2;
    private static final int LONGEST_NAME = 60;
    private static final long ARCHIVE_BYTES = 8_000_000;
    /// Of the work that nobody wants in the end, how much is done.
    static final double DONE_BEFORE_CANCEL = 0.4;

    /// Returns the jobs of a round, in the order in which they are taken up.
    static List<Task> plan(Folder folder, Path scratch, BiConsumer<Item, String> onHash) {
        List<Task> tasks = new ArrayList<>();
        tasks.add(new Task(new UnpackTruncated(scratch), new Part("truncated", archived(folder)), false));
        List<Chore> chores = List.of(new HashFiles("hash", onHash), new CountWords(), new CompressCopies(scratch));
        for (Part part : Part.divide(folder, PARTS)) {
            chores.forEach(chore -> tasks.add(new Task(chore, part, false)));
        }
        Part everything = new Part("everything", folder.files());
        tasks.add(UNWANTED_AT, new Task(new HashFiles("check", (file, hash) -> {}), everything, true));
        return tasks;
    }

    /// Chooses the largest file that is quickly packed, else the smallest.
    private static List<Item> archived(Folder folder) {
        Comparator<Item> bySize = Comparator.comparingLong(Item::bytes);
        return folder.files().stream()
                .filter(file -> file.bytes() <= ARCHIVE_BYTES)
                .max(bySize)
                .or(() -> folder.files().stream().min(bySize))
                .stream()
                .toList();
    }

    /// Returns how many bytes of the part are read before the job ends.
    long bytesToRead() {
        return isUnwanted ? (long) (part.bytes() * DONE_BEFORE_CANCEL) : part.bytes();
    }

    /// Returns the chore's and the part's names as a job's id, without what ids cannot hold.
    String id() {
        String name = Normalizer.normalize(part.name(), Normalizer.Form.NFC)
                .replaceAll("[*+#\\p{C}]", "_")
                .replaceAll("(^|/)(\\.{1,2})(?=/|$)", "$1_");
        int start = Math.max(0, name.length() - LONGEST_NAME);
        return chore.name() + "/" + (start == 0 ? name : "…" + name.substring(start));
    }
}
