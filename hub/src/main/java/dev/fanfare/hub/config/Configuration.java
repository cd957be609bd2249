package dev.fanfare.hub.config;

import dev.fanfare.spi.Quote;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The settings as they are: flags count before the environment, that before the file, that before the defaults.
///
/// Nothing is guessed or put right: an unknown key, and a value that breaks its setting's rule, are refused wherever
/// they stand, also where something of higher rank hides them.
///
/// Threads: immutable.
public final class Configuration {
    private static final String FILE = "fanfare.yaml";
    private static final String FILE_VARIABLE = "FANFARE_CONFIG";
    /// Which JDK to run on: a word between the user and the script `./fanfare`.
    private static final String JAVA_VARIABLE = "FANFARE_JAVA";
    private static final String PREFIX = "FANFARE_";

    private final Map<Setting<?>, Value<?>> values = new LinkedHashMap<>();

    /// A setting with its value.
    ///
    /// @param text the value as it was written, without a password; empty when there is none
    /// @param origin `default`, or where it was written: `--port`, `FANFARE_PORT`, `fanfare.yaml:3`
    public record Value<T>(Setting<T> setting, Optional<T> value, String text, String origin) {
        public boolean isDefault() {
            return origin.equals("default");
        }
    }

    private Configuration() {
        Settings.ALL.forEach(setting -> values.put(setting, byDefault(setting)));
    }

    /// Puts the configuration together.
    ///
    /// @param flags texts by key, of the flags that were given
    /// @param environment all variables; those that do not begin with `FANFARE_` are not looked at
    /// @param folder where `fanfare.yaml` is looked for
    /// @param file the file to read instead, which must exist; null if none was named
    /// @throws ConfigurationException if anything in it is unknown or breaks a rule
    public static Configuration of(
            Map<String, String> flags, Map<String, String> environment, Path folder, @Nullable String file) {
        Configuration configuration = new Configuration();
        fileEntries(folder, file == null ? environment.get(FILE_VARIABLE) : file)
                .forEach(configuration::apply);
        environmentEntries(environment).forEach(configuration::apply);
        flags.forEach((key, text) -> configuration.apply(Entry.ofFlag(key, text)));
        configuration.deriveUrl();
        return configuration;
    }

    private static List<Entry> fileEntries(Path folder, @Nullable String named) {
        if (named == null && Files.notExists(folder.resolve(FILE))) {
            return List.of();
        }
        String name = named == null ? FILE : named;
        List<Entry> entries = YamlFile.read(folder.resolve(name), name);
        Map<String, Entry> byKey = new HashMap<>();
        for (Entry entry : entries) {
            Entry earlier = byKey.put(entry.key(), entry);
            if (earlier != null) {
                throw new ConfigurationException(
                        entry.subject() + " is set in " + earlier.origin() + " already, keep one of the two");
            }
        }
        return entries;
    }

    private static List<Entry> environmentEntries(Map<String, String> environment) {
        Map<String, String> keys = Settings.ALL.stream().collect(Collectors.toMap(Setting::variable, Setting::key));
        List<Entry> entries = new ArrayList<>();
        environment.forEach((name, text) -> {
            if (name.startsWith(PREFIX) && !name.equals(FILE_VARIABLE) && !name.equals(JAVA_VARIABLE)) {
                String key = keys.get(name);
                if (key == null) {
                    throw new ConfigurationException(
                            name + " in the environment is no setting" + DidYouMean.hint(name, keys.keySet()));
                }
                entries.add(new Entry(key, text, name));
            }
        });
        return entries;
    }

    private void apply(Entry entry) {
        Setting<?> setting = Settings.byKey(entry.key())
                .orElseThrow(() -> new ConfigurationException(
                        entry.subject() + " is no setting" + DidYouMean.hint(entry.key(), Settings.keys())));
        values.put(setting, read(setting, entry));
    }

    private static <T> Value<T> read(Setting<T> setting, Entry entry) {
        String shown = setting.type().shown().apply(entry.text());
        try {
            T value = setting.type().reader().apply(entry.text());
            return new Value<>(setting, Optional.of(value), shown, entry.origin());
        } catch (RuntimeException broken) {
            String rule = setting.type().rule();
            throw new ConfigurationException(
                    entry.subject() + " is " + Quote.of(shown) + ", it must be " + rule, entry.isFlag());
        }
    }

    /// Commands talk to the hub that is configured here, unless another one is named.
    private void deriveUrl() {
        if (value(Settings.URL).value().isEmpty()) {
            String host = get(Settings.HOST);
            String authority = host.contains(":") ? "[" + host + "]" : host;
            URI url = URI.create("http://" + authority + ":" + get(Settings.PORT));
            values.put(Settings.URL, new Value<>(Settings.URL, Optional.of(url), url.toString(), "default"));
        }
    }

    private static <T> Value<T> byDefault(Setting<T> setting) {
        String text = setting.byDefault();
        Optional<T> value = text.isEmpty()
                ? Optional.empty()
                : Optional.of(setting.type().reader().apply(text));
        return new Value<>(setting, value, text, "default");
    }

    /// Returns the setting's value.
    ///
    /// @throws IllegalArgumentException if the setting has no default and nobody set it
    public <T> T get(Setting<T> setting) {
        return value(setting).value().orElseThrow(() -> new IllegalArgumentException(setting.key() + " is not set"));
    }

    /// Returns a list, which is empty when nobody set it.
    public List<String> list(Setting<List<String>> setting) {
        return value(setting).value().orElse(List.of());
    }

    /// Returns the setting's value and where it comes from.
    @SuppressWarnings("unchecked") // the map is only filled by apply and byDefault, which pair the types
    public <T> Value<T> value(Setting<T> setting) {
        Value<?> value = values.get(setting);
        if (value == null) {
            throw new IllegalArgumentException(setting.key() + " is not in the table of settings");
        }
        return (Value<T>) value;
    }

    /// Returns all settings in the order of the table.
    public List<Value<?>> all() {
        return List.copyOf(values.values());
    }
}
