package dev.fanfare.hub;

import dev.fanfare.hub.config.Configuration;
import dev.fanfare.hub.config.Setting;
import dev.fanfare.hub.config.Settings;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ParseResult;

/// One call of a command: what was written, where, and the settings that hold for it.
final class Call {
    private final Shell shell;
    private final ParseResult parsed;
    private final Configuration configuration;

    Call(Shell shell, ParseResult parsed) {
        this.shell = shell;
        this.parsed = parsed;
        this.configuration = withSettings(Map.of());
    }

    /// Returns the configuration that would hold if these flags had been given too.
    Configuration withSettings(Map<String, String> more) {
        Map<String, String> flags = new LinkedHashMap<>();
        for (Setting<?> setting : Settings.ALL) {
            option(setting.flag()).ifPresent(text -> flags.put(setting.key(), text));
        }
        flags.putAll(more);
        return Configuration.of(
                flags, shell.environment(), shell.folder(), option("--config").orElse(null));
    }

    Shell shell() {
        return shell;
    }

    PrintStream out() {
        return shell.out();
    }

    Configuration configuration() {
        return configuration;
    }

    <T> T get(Setting<T> setting) {
        return configuration.get(setting);
    }

    /// Tells whether output is for a program.
    boolean isJson() {
        return get(Settings.OUTPUT) == Settings.Output.JSON;
    }

    /// Returns the argument at the index; empty if it was left out.
    Optional<String> argument(int index) {
        return Optional.ofNullable(parsed.matchedPositionalValue(index, null));
    }

    /// Returns the argument at the index, which the syntax demands.
    String required(int index) {
        return argument(index).orElseThrow(() -> new IllegalStateException("no argument " + index));
    }

    List<String> arguments(int from) {
        return parsed.matchedPositionalValue(from, List.of());
    }

    Optional<String> option(String name) {
        return parsed.hasMatchedOption(name)
                ? Optional.ofNullable(parsed.matchedOptionValue(name, null))
                : Optional.empty();
    }

    List<String> options(String name) {
        return parsed.matchedOptionValue(name, List.of());
    }

    boolean has(String flag) {
        return parsed.hasMatchedOption(flag);
    }
}
