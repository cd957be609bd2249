package dev.fanfare.hub.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.hub.demo.Folder.Item;
import dev.fanfare.spi.Names;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PartTest {
    @Test
    void foldersThatHoldMoreThanTheirShareAreDividedAndTheSmallOnesPutTogether() {
        Folder folder = folder("bin/a 1", "conf/b 2", "lib/modules 100", "lib/src 60", "lib/x/y 30", "readme 3");

        List<Part> parts = Part.divide(folder, 4);

        assertThat(parts).extracting(Part::name).containsExactly("lib/modules", "lib/src", "lib/x", "rest");
        assertThat(parts).extracting(Part::bytes).containsExactly(100L, 60L, 30L, 6L);
    }

    @Test
    void aSingleFileIsOnePart() {
        assertThat(Part.divide(folder("deep/down/file 5"), 4))
                .extracting(Part::name)
                .containsExactly("deep");
    }

    @Test
    void emptyFilesMakeNoParts() {
        assertThat(Part.divide(folder("a 0", "b 0", "c 7"), 4))
                .extracting(Part::name)
                .containsExactly("c");
    }

    @Test
    void everyByteIsInExactlyOnePart() {
        Folder folder = folder("a/1 10", "a/2 10", "b/1 10", "b/c/2 10", "d 10", "e 10", "f 10");

        List<Item> files = Part.divide(folder, 3).stream()
                .flatMap(part -> part.files().stream())
                .toList();

        assertThat(files).containsExactlyInAnyOrderElementsOf(folder.files());
    }

    @Test
    void aLargeFolderIsTakenInStretches() {
        List<Folder> slices = folder("a 6", "b 6", "c 20", "d 1").slices(10);

        assertThat(slices).extracting(Folder::bytes).containsExactly(6L, 6L, 20L, 1L);
        assertThat(folder("a 6", "b 3").slices(10)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"plain", "a*b+c#", "..hidden", "a/..", "tab\there", "e\u0301", "ends\u200b", "very/long/\u00fc"})
    void anyFilesNameMakesAJobsId(String name) {
        String longName = "x".repeat(300) + name;

        for (String part : List.of(name, longName)) {
            Task task = new Task(new CountWords(), new Part(part, List.of()), false);
            assertThat(Names.requireJobId(task.id())).startsWith("count/");
        }
    }

    private static Folder folder(String... files) {
        List<Item> items = Arrays.stream(files).map(PartTest::item).toList();
        return new Folder(Path.of("root"), items, 0);
    }

    private static Item item(String file) {
        String[] words = file.split(" ", -1);
        return new Item(Path.of(words[0]), Long.parseLong(words[1]));
    }
}
