package dev.fanfare.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.hub.config.Setting;
import dev.fanfare.hub.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/// Holds the tables of the documentation against those of the code. A failure shows what to write.
final class DocsTest {
    private static final Path DOCS = Path.of("").toAbsolutePath().resolveSibling("docs");

    @Test
    void configurationListsEverySetting() throws IOException {
        String table = Settings.ALL.stream().map(DocsTest::row).collect(Collectors.joining("\n"));

        assertThat(Files.readString(DOCS.resolve("configuration.md")))
                .contains("| key | kind | default | |\n|---|---|---|---|\n" + table + "\n");
    }

    private static String row(Setting<?> setting) {
        String byDefault = setting.byDefault().isEmpty() ? "" : "`" + setting.byDefault() + "`";
        return "| `" + setting.key() + "` | " + setting.type().name() + " | " + byDefault + " | "
                + setting.description() + " |";
    }

    @Test
    void commandsListsEveryCommand() throws IOException {
        String table = leaves(Program.commandLine())
                .filter(spec -> !spec.usageMessage().hidden())
                .map(DocsTest::row)
                .collect(Collectors.joining("\n"));

        assertThat(Files.readString(DOCS.resolve("commands.md")))
                .contains("| command | does |\n|---|---|\n" + table + "\n");
    }

    private static Stream<CommandSpec> leaves(CommandLine line) {
        return line.getSubcommands().values().stream()
                .distinct()
                .flatMap(sub -> sub.getSubcommands().isEmpty() ? Stream.of(sub.getCommandSpec()) : leaves(sub));
    }

    private static String row(CommandSpec spec) {
        String arguments = spec.positionalParameters().stream()
                .map(argument -> argument.required() ? " " + argument.paramLabel() : " [" + argument.paramLabel() + "]")
                .collect(Collectors.joining());
        String name = spec.qualifiedName().substring(Program.NAME.length() + 1);
        return "| `" + name + arguments + "` | " + spec.usageMessage().description()[0] + " |";
    }

    @Test
    void commandsListsEveryExitCode() throws IOException {
        String table = Stream.of(Exit.values())
                .map(exit -> "| " + exit.code() + " | " + exit.meaning() + " |")
                .collect(Collectors.joining("\n"));

        assertThat(Files.readString(DOCS.resolve("commands.md")))
                .contains("| code | means |\n|---|---|\n" + table + "\n");
    }
}
