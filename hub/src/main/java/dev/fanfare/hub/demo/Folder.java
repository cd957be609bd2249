package dev.fanfare.hub.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The regular files below a folder, as they were when it was looked at. Links are not followed.
///
/// @param root the folder
/// @param files what can be read, in the order of their paths
/// @param unreadable how many files and folders could not be read
public record Folder(Path root, List<Item> files, int unreadable) {
    /// A file.
    ///
    /// @param path relative to the folder
    public record Item(Path path, long bytes) {}

    public Folder {
        files = List.copyOf(files);
    }

    /// Looks at the folder.
    ///
    /// @throws UncheckedIOException if the folder itself cannot be read
    public static Folder read(Path root) {
        Walk walk = new Walk(root);
        try {
            Files.walkFileTree(root, walk);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        walk.files.sort(Comparator.comparing(Item::path));
        return new Folder(root, walk.files, walk.unreadable);
    }

    public long bytes() {
        return files.stream().mapToLong(Item::bytes).sum();
    }

    /// Divides the folder into stretches of at most that many bytes; a file that is larger is one by itself.
    List<Folder> slices(long mostBytes) {
        List<Folder> slices = new ArrayList<>();
        int start = 0;
        long sum = 0;
        for (int i = 0; i < files.size(); i++) {
            long bytes = files.get(i).bytes();
            if (i > start && sum + bytes > mostBytes) {
                slices.add(new Folder(root, files.subList(start, i), unreadable));
                start = i;
                sum = 0;
            }
            sum += bytes;
        }
        slices.add(new Folder(root, files.subList(start, files.size()), unreadable));
        return slices;
    }

    private static final class Walk extends SimpleFileVisitor<Path> {
        private final Path root;
        private final List<Item> files = new ArrayList<>();
        private int unreadable;

        Walk(Path root) {
            this.root = root;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && Files.isReadable(file)) {
                files.add(new Item(root.relativize(file), attributes.size()));
            } else if (attributes.isRegularFile()) {
                unreadable++;
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (file.equals(root)) {
                throw failure;
            }
            unreadable++;
            return FileVisitResult.CONTINUE;
        }
    }
}
