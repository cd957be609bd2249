package dev.fanfare.hub.demo;

import dev.fanfare.hub.demo.Folder.Item;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A share of a folder's files that one job works on.
///
/// @param name the path that all the files have in common, or `rest`
record Part(String name, List<Item> files) {
    private static final Comparator<Part> LARGEST_FIRST =
            Comparator.comparingLong(Part::bytes).reversed();

    Part {
        files = List.copyOf(files);
    }

    long bytes() {
        return files.stream().mapToLong(Item::bytes).sum();
    }

    /// Divides the files by the folders that they are in, into at most `most` parts of comparable size.
    ///
    /// Folders that hold more than their share are divided further; the small ones end up together in a last part.
    static List<Part> divide(Folder folder, int most) {
        List<Part> parts = new ArrayList<>(new Part("", folder.files()).children());
        long share = folder.bytes() / most;
        for (Optional<Part> large = divisible(parts, share); large.isPresent(); large = divisible(parts, share)) {
            parts.remove(large.get());
            parts.addAll(large.get().children());
        }
        parts.sort(LARGEST_FIRST);
        if (parts.size() <= most) {
            return parts;
        }
        List<Part> divided = new ArrayList<>(parts.subList(0, most - 1));
        Stream<Item> rest = parts.subList(most - 1, parts.size()).stream().flatMap(part -> part.files().stream());
        divided.add(new Part("rest", rest.toList()));
        return divided;
    }

    private static Optional<Part> divisible(List<Part> parts, long share) {
        return parts.stream()
                .filter(part -> part.bytes() > share && part.files().size() > 1)
                .findFirst();
    }

    /// Returns one part for each file or folder that lies directly in this one; empty files make none.
    private List<Part> children() {
        int depth = name.isEmpty() ? 0 : name.split("/", -1).length;
        Map<String, List<Item>> byName = new LinkedHashMap<>();
        for (Item file : files) {
            int length = Math.min(depth + 1, file.path().getNameCount());
            String child = file.path().subpath(0, length).toString().replace('\\', '/');
            byName.computeIfAbsent(child, missing -> new ArrayList<>()).add(file);
        }
        return byName.entrySet().stream()
                .map(entry -> new Part(entry.getKey(), entry.getValue()))
                .filter(part -> part.bytes() > 0)
                .toList();
    }
}
