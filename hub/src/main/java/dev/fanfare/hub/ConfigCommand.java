package dev.fanfare.hub;

import dev.fanfare.hub.config.Configuration.Value;
import dev.fanfare.hub.config.Settings;
import java.util.List;

/// Shows the settings that hold here, and where each comes from.
final class ConfigCommand implements Command {
    @Override
    public void describe(Syntax syntax) {
        syntax.name("config", "Shows the settings that hold here, and where each comes from.")
                .option("--config", "FILE", "The configuration to read instead of fanfare.yaml.")
                .settings(List.of(Settings.OUTPUT))
                .unlistedSettings(Settings.allBut(List.of(Settings.OUTPUT)))
                .footer(
                        "",
                        "Flags count before the environment, that before fanfare.yaml, that before the defaults:",
                        "  --limits.body 2MiB    FANFARE_LIMITS_BODY=2MiB    limits.body: 2MiB");
    }

    @Override
    public Exit run(Call call) {
        List<Value<?>> values = call.configuration().all();
        if (call.isJson()) {
            call.out()
                    .println(JsonText.object(json -> values.forEach(value -> json.object(
                            value.setting().key(),
                            setting -> setting.put("value", value.text()).put("origin", value.origin())))));
        } else {
            table(call, values);
        }
        return Exit.OK;
    }

    private static void table(Call call, List<Value<?>> values) {
        int key = values.stream()
                .mapToInt(value -> value.setting().key().length())
                .max()
                .orElse(0);
        int text =
                values.stream().mapToInt(value -> value.text().length()).max().orElse(0);
        Style style = Style.of(call.shell());
        for (Value<?> value : values) {
            String line = String.format(
                    "%-" + key + "s  %-" + text + "s  %s",
                    value.setting().key(),
                    value.text().isEmpty() ? "-" : value.text(),
                    value.origin());
            call.out().println(value.isDefault() ? style.dim(line) : line);
        }
    }
}
