package dev.fanfare.hub;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/// All commands, in the order of the help.
final class Commands {
    static final Map<String, String> GROUPS = Map.of("job", "Reports and watches a job's progress from a script.");
    static final Map<String, Supplier<Command>> BY_NAME = new LinkedHashMap<>();

    static {
        BY_NAME.put("serve", ServeCommand::new);
        BY_NAME.put("demo", DemoCommand::new);
        BY_NAME.put(DemoProcess.WORKER, DemoWorkerCommand::new);
        BY_NAME.put(RehearseCommand.NAME, RehearseCommand::new);
        BY_NAME.put("pub", PubCommand::new);
        BY_NAME.put("sub", SubCommand::new);
        JobCommands.addTo(BY_NAME);
        BY_NAME.put("bench", BenchCommand::new);
        BY_NAME.put("config", ConfigCommand::new);
        BY_NAME.put("completion", CompletionCommand::new);
        BY_NAME.put("install", InstallCommand::new);
    }

    private Commands() {}
}
