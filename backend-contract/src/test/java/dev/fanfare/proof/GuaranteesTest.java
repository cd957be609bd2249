package dev.fanfare.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The page of guarantees names tests that exist.
class GuaranteesTest {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern NAMED_TEST = Pattern.compile("`(\\w+)#(\\w+)`");
    private static final Pattern ROW = Pattern.compile("^\\| (\\d+) \\|.*$", Pattern.MULTILINE);

    private static String page() throws IOException {
        return Files.readString(PROJECT.resolve("docs/guarantees.md"));
    }

    @Test
    void everyGuaranteeNamesATest() throws IOException {
        List<String> numbers = new ArrayList<>();
        Matcher row = ROW.matcher(page());
        while (row.find()) {
            numbers.add(row.group(1));
            assertThat(row.group()).containsPattern(NAMED_TEST);
        }
        assertThat(numbers)
                .isEqualTo(IntStream.rangeClosed(1, 10).mapToObj(i -> "" + i).toList());
    }

    @Test
    void everyTestThatIsNamedExists() throws IOException {
        List<String> named = new ArrayList<>();
        Matcher test = NAMED_TEST.matcher(page());
        while (test.find()) {
            named.add(test.group(1));
            assertThat(source(test.group(1)))
                    .as("the source of %s", test.group())
                    .containsPattern("(@Test|@Property|@ParameterizedTest)[^;{]* void " + test.group(2) + "\\(");
        }
        assertThat(named).hasSizeGreaterThan(20);
    }

    private static String source(String className) throws IOException {
        try (Stream<Path> modules = Files.list(PROJECT)) {
            Path found = modules.map(module -> module.resolve("src"))
                    .filter(Files::isDirectory)
                    .flatMap(GuaranteesTest::files)
                    .filter(path -> path.endsWith(className + ".java"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no source of " + className));
            return Files.readString(found);
        }
    }

    private static Stream<Path> files(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
