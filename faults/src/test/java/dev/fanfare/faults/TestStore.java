package dev.fanfare.faults;

import dev.fanfare.history.History;
import dev.fanfare.testbed.FaultProxy;
import dev.fanfare.testbed.PostgresServer;
import dev.fanfare.testbed.RedisCluster;
import dev.fanfare.testbed.RedisServer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/// A store that the rows of faults are played on. One more store is one more constant of [Kind], and the
/// line that starts it.
///
/// Each hub reaches a store that listens on a port over a line of its own, which can be cut.
///
/// Threads: confined to the test's, but for the lines.
final class TestStore implements AutoCloseable {
    /// The stores that there are.
    enum Kind {
        MEMORY(false, false),
        SQLITE(true, false),
        REDIS(true, true),
        /// Its servers tell hubs where they are, so that nothing can be put in between. Only in the long form.
        CLUSTER(true, false),
        POSTGRES(true, true);

        private final boolean durable;
        private final boolean networked;

        /// @param durable whether what is acknowledged outlives the hub; then several hubs can share it, too
        /// @param networked whether hubs reach it over a line that can be cut
        Kind(boolean durable, boolean networked) {
            this.durable = durable;
            this.networked = networked;
        }

        boolean isDurable() {
            return durable;
        }

        boolean isNetworked() {
            return networked;
        }

        TestStore open(Path folder) {
            return new TestStore(
                    this,
                    folder,
                    switch (this) {
                        case MEMORY -> Opened.inProcess("memory");
                        case SQLITE -> Opened.inProcess("sqlite:" + folder.resolve("topics.db"));
                        case REDIS -> redis();
                        case CLUSTER -> cluster();
                        case POSTGRES -> postgres();
                    });
        }
    }

    /// What a [Kind] has started.
    ///
    /// @param uri as a hub's `--store` takes it, given the port to reach the server at
    /// @param port where the server listens; empty when hubs do not reach it over a line
    /// @param stop ends its servers, if it has some
    /// @param endings of that server; empty when there is not just one
    /// @param deeds what can happen to it, told to a history
    record Opened(
            IntFunction<String> uri,
            OptionalInt port,
            Runnable stop,
            Optional<Endings> endings,
            Function<History, List<Deed>> deeds) {
        static Opened inProcess(String uri) {
            return new Opened(port -> uri, OptionalInt.empty(), () -> {}, Optional.empty(), history -> List.of());
        }
    }

    /// How a server ends, and how it is started again, which returns when it answers.
    record Endings(Runnable inOrder, Runnable atOnce, Runnable startAgain) {}

    private static Opened redis() {
        RedisServer server = RedisServer.start("--appendonly", "yes");
        return new Opened(
                port -> "redis://127.0.0.1:" + port,
                OptionalInt.of(server.port()),
                server::close,
                Optional.of(new Endings(server::stop, server::kill, server::startAgain)),
                history -> RedisDeeds.of(server));
    }

    private static Opened cluster() {
        RedisCluster cluster = RedisCluster.start();
        return new Opened(
                port -> cluster.url(),
                OptionalInt.empty(),
                cluster::close,
                Optional.empty(),
                history -> RedisDeeds.of(cluster, history));
    }

    private static Opened postgres() {
        PostgresServer server = PostgresServer.start("max_connections = 100");
        return new Opened(
                server::addressAt,
                OptionalInt.of(server.port()),
                server::close,
                Optional.of(new Endings(server::stop, server::crash, server::start)),
                history -> PostgresDeeds.of(server));
    }

    private final Kind kind;
    private final Path folder;
    private final Opened opened;
    /// By node.
    private final Map<Integer, FaultProxy> lines = new ConcurrentHashMap<>();

    private TestStore(Kind kind, Path folder, Opened opened) {
        this.kind = kind;
        this.folder = folder;
        this.opened = opened;
    }

    /// Returns those that there is time for.
    static List<Kind> all() {
        return Stream.of(Kind.values())
                .filter(kind -> kind != Kind.CLUSTER || Scale.isLong())
                .toList();
    }

    static List<Kind> durable() {
        return all().stream().filter(Kind::isDurable).toList();
    }

    static List<Kind> networked() {
        return all().stream().filter(Kind::isNetworked).toList();
    }

    Kind kind() {
        return kind;
    }

    Path folder() {
        return folder;
    }

    /// Returns the store as that node's `--store` takes it.
    String uri(int node) {
        int port = opened.port().isEmpty() ? 0 : line(node).port();
        return opened.uri().apply(port);
    }

    /// Returns the line between a node and the store.
    ///
    /// @throws java.util.NoSuchElementException if there is none
    FaultProxy line(int node) {
        int server = opened.port().orElseThrow();
        return lines.computeIfAbsent(node, number -> FaultProxy.before(server));
    }

    /// Returns what can happen to the store itself.
    ///
    /// @param history learns what the store may lose by it
    List<Deed> deeds(History history) {
        return opened.deeds().apply(history);
    }

    /// @throws java.util.NoSuchElementException if there is no server, or more than one
    Endings endings() {
        return opened.endings().orElseThrow();
    }

    Collection<FaultProxy> lines() {
        return lines.values();
    }

    @Override
    public void close() {
        lines.values().forEach(FaultProxy::close);
        opened.stop().run();
    }
}
