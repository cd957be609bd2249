package dev.fanfare.faults;

import dev.fanfare.testbed.FaultProxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// A store that the rows of faults are played on. One more store is one more line in [Kind].
///
/// @param uri as a hub's `--store` takes it
/// @param line the network between the hubs and the store, if there is one that can be cut
/// @param server what has to be closed with the store
record TestStore(Kind kind, String uri, Optional<FaultProxy> line, AutoCloseable server) implements AutoCloseable {
    enum Kind {
        MEMORY(false, false, folder -> inProcess("memory")),
        SQLITE(true, true, folder -> inProcess("sqlite:" + folder.resolve("topics.db")));

        private final boolean durable;
        private final boolean shared;
        private final Function<Path, Opened> opener;

        /// @param durable whether what is acknowledged outlives the hub
        /// @param shared whether several hubs may use it at once
        Kind(boolean durable, boolean shared, Function<Path, Opened> opener) {
            this.durable = durable;
            this.shared = shared;
            this.opener = opener;
        }

        boolean isDurable() {
            return durable;
        }

        boolean isShared() {
            return shared;
        }

        TestStore open(Path folder) {
            Opened opened = opener.apply(folder);
            return new TestStore(this, opened.uri, opened.line, opened.server);
        }
    }

    /// What [Kind] has started.
    record Opened(String uri, Optional<FaultProxy> line, AutoCloseable server) {}

    private static Opened inProcess(String uri) {
        return new Opened(uri, Optional.empty(), () -> {});
    }

    static List<Kind> durable() {
        return List.of(Kind.values()).stream().filter(Kind::isDurable).toList();
    }

    static List<Kind> shared() {
        return List.of(Kind.values()).stream().filter(Kind::isShared).toList();
    }

    @Override
    public void close() {
        line.ifPresent(FaultProxy::close);
        try {
            server.close();
        } catch (Exception failed) {
            throw new AssertionError("cannot stop the store " + kind, failed);
        }
    }
}
