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

/// The page of guarantees names tests that exist, and tests are named so that they are run.
class GuaranteesTest {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern NAMED_TEST = Pattern.compile("`(\\w+)#(\\w+)`");
    private static final Pattern CLASS_WITH_TESTS = Pattern.compile(
            "^(public |final )*class \\w+.*^    @(Test|Property|ParameterizedTest)\\b",
            Pattern.MULTILINE | Pattern.DOTALL);
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

    /// Maven passes over tests in classes with other names, and says nothing.
    @Test
    void everyClassWithTestsHasANameThatMavenLooksFor() throws IOException {
        assertThat(sources("src/test/java"))
                .filteredOn(GuaranteesTest::hasTests)
                .hasSizeGreaterThan(100)
                .allMatch(path -> path.toString().matches(".*(Test|IT)\\.java"));
    }

    private static boolean hasTests(Path source) {
        try {
            return CLASS_WITH_TESTS.matcher(Files.readString(source)).find();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String source(String className) throws IOException {
        Path found = sources("src").stream()
                .filter(path -> path.endsWith(className + ".java"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no source of " + className));
        return Files.readString(found);
    }

    /// Returns the Java files in that folder of each module.
    private static List<Path> sources(String folder) throws IOException {
        try (Stream<Path> modules = Files.list(PROJECT)) {
            return modules.map(module -> module.resolve(folder))
                    .filter(Files::isDirectory)
                    .flatMap(GuaranteesTest::files)
                    .filter(path -> path.toString().endsWith(".java"))
                    .toList();
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
