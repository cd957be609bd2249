package dev.fanfare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Compares what the module exports, as `javap` prints it, with `api.txt`: no one changes the public surface unseen.
class PublicApiTest {
    private static final Path WRITTEN_DOWN = Path.of("api.txt");
    private static final Path FOUND = Path.of("target", "api.txt");

    private static final Pattern BLOCK = Pattern.compile("^Compiled from .*\n", Pattern.MULTILINE);
    private static final Pattern NAME = Pattern.compile("(?:class|interface) ([\\w.$]+)");
    private static final Pattern PACKAGE = Pattern.compile("\\b(?:[a-z]\\w*\\.)+(?=[A-Z])");
    private static final Pattern OF_EVERY_OBJECT = Pattern.compile(" (equals|hashCode|toString)\\(");

    @Test
    void thePublicSurfaceIsTheOneThatIsWrittenDown() throws IOException {
        Files.writeString(FOUND, publicSurface());

        assertThat(FOUND)
                .as("the public surface; if its change is meant: cp core/%s core/%s", FOUND, WRITTEN_DOWN)
                .hasSameTextualContentAs(WRITTEN_DOWN);
    }

    private static String publicSurface() throws IOException {
        var classes = Path.of("target", "classes");
        var blocks = BLOCK.splitAsStream(javap(exportedClasses(classes)))
                .filter(block -> block.startsWith("public ") || block.startsWith("protected "))
                .toList();
        var names = blocks.stream().map(PublicApiTest::name).collect(Collectors.toSet());
        return blocks.stream()
                .filter(block -> name(block).indexOf('$') < 0
                        || names.contains(name(block).replaceFirst("\\$.*", "")))
                .map(PublicApiTest::shortened)
                .collect(Collectors.joining("\n"));
    }

    private static List<String> exportedClasses(Path classes) throws IOException {
        try (var module = Files.newInputStream(classes.resolve("module-info.class"))) {
            return ModuleDescriptor.read(module).exports().stream()
                    .map(exported -> classes.resolve(exported.source().replace('.', '/')))
                    .flatMap(PublicApiTest::classFiles)
                    .sorted()
                    .toList();
        }
    }

    private static Stream<String> classFiles(Path folder) {
        return Arrays.stream(folder.toFile().listFiles()).map(Object::toString).filter(file -> file.endsWith(".class"));
    }

    private static String javap(List<String> classFiles) {
        var printed = new StringWriter();
        var arguments =
                Stream.concat(Stream.of("-protected"), classFiles.stream()).toArray(String[]::new);
        var javap = ToolProvider.findFirst("javap").orElseThrow();
        javap.run(new PrintWriter(printed), new PrintWriter(printed), arguments);
        return printed.toString().replace("\r\n", "\n");
    }

    private static String name(String block) {
        var matcher = NAME.matcher(block);
        assertThat(matcher.find()).as(block).isTrue();
        return matcher.group(1);
    }

    private static String shortened(String block) {
        return block.lines()
                .filter(line -> !OF_EVERY_OBJECT.matcher(line).find())
                .map(line -> line.startsWith("  ") ? PACKAGE.matcher(line).replaceAll("") : line)
                .map(line -> line.replace('$', '.') + "\n")
                .collect(Collectors.joining());
    }
}
