package dev.fanfare.hub;

import dev.fanfare.hub.config.Setting;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// What can be written after a command's name, put together in words. Options that are settings come from their table.
///
/// Threads: confined to the one that describes the command.
final class Syntax {
    private final CommandSpec spec;
    private int arguments;

    Syntax(CommandSpec spec) {
        this.spec = spec;
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Shows this help.")
                .build());
        spec.usageMessage().sortOptions(false).width(100).abbreviateSynopsis(true);
        spec.usageMessage()
                .optionListHeading("%nOptions:%n")
                .parameterListHeading("%n")
                .commandListHeading("%nCommands:%n");
    }

    Syntax name(String name, String description) {
        spec.name(name);
        spec.usageMessage().description(description);
        return this;
    }

    Syntax hidden() {
        spec.usageMessage().hidden(true);
        return this;
    }

    /// Adds lines after the options, as examples.
    Syntax footer(String... lines) {
        spec.usageMessage().footer(lines);
        return this;
    }

    Syntax argument(String label, String description) {
        return argument(label, "1", description);
    }

    Syntax optionalArgument(String label, String description) {
        return argument(label, "0..1", description);
    }

    Syntax someArguments(String label, String description) {
        return argument(label, "0..*", description);
    }

    private Syntax argument(String label, String arity, String description) {
        String index = arity.endsWith("*") ? arguments + "..*" : String.valueOf(arguments);
        spec.addPositional(PositionalParamSpec.builder()
                .index(index)
                .paramLabel(label)
                .arity(arity)
                .required(arity.equals("1"))
                .type(arity.endsWith("*") ? List.class : String.class)
                .auxiliaryTypes(String.class)
                .description(description)
                .build());
        arguments++;
        return this;
    }

    Syntax option(String name, String label, String description) {
        spec.addOption(
                option(name, description).paramLabel(label).type(String.class).build());
        return this;
    }

    /// Adds an option that may be given several times.
    Syntax repeatable(String name, String label, String description) {
        spec.addOption(option(name, description)
                .paramLabel(label)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity("1")
                .build());
        return this;
    }

    Syntax flag(String name, String description) {
        spec.addOption(option(name, description).type(boolean.class).arity("0").build());
        return this;
    }

    /// Lets the settings be given as flags.
    Syntax settings(List<Setting<?>> settings) {
        settings.forEach(setting -> spec.addOption(settingOption(setting).build()));
        return this;
    }

    /// Lets the settings be given as flags that the help does not list.
    Syntax unlistedSettings(List<Setting<?>> settings) {
        settings.forEach(
                setting -> spec.addOption(settingOption(setting).hidden(true).build()));
        return this;
    }

    private static OptionSpec.Builder settingOption(Setting<?> setting) {
        String byDefault = setting.byDefault().isEmpty() ? "" : " Default: " + setting.byDefault() + ".";
        return option(setting.flag(), setting.description() + byDefault)
                .paramLabel(setting.type().name().toUpperCase(java.util.Locale.ROOT))
                .type(String.class);
    }

    private static OptionSpec.Builder option(String name, String description) {
        return OptionSpec.builder(name).description(description.replace("%", "%%"));
    }
}
