package dev.fanfare.testbed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How a hub is started.
///
/// @param store as `--store` takes it
/// @param settings more of the hub's settings, by key
/// @param wrapper what is put before the command line, as `strace -f`
/// @param environment set for the process, as `LD_PRELOAD`
public record HubOptions(
        String store, Map<String, String> settings, List<String> wrapper, Map<String, String> environment) {
    public HubOptions {
        settings = Map.copyOf(settings);
        wrapper = List.copyOf(wrapper);
        environment = Map.copyOf(environment);
    }

    public static HubOptions on(String store) {
        return new HubOptions(store, Map.of(), List.of(), Map.of());
    }

    public HubOptions with(String key, String value) {
        return new HubOptions(store, plus(settings, key, value), wrapper, environment);
    }

    public HubOptions wrappedIn(String... command) {
        return new HubOptions(store, settings, List.of(command), environment);
    }

    public HubOptions withEnvironment(String name, String value) {
        return new HubOptions(store, settings, wrapper, plus(environment, name, value));
    }

    private static Map<String, String> plus(Map<String, String> map, String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(map);
        more.put(key, value);
        return more;
    }

    /// Returns the arguments of the program.
    String[] arguments(int port) {
        List<String> arguments = new ArrayList<>(List.of("serve", "--port", "" + port, "--store", store));
        settings.forEach((key, value) -> arguments.addAll(List.of("--" + key, value)));
        return arguments.toArray(String[]::new);
    }
}
