package dev.fanfare.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Delivery;
import dev.fanfare.history.Entry;
import dev.fanfare.history.History;
import dev.fanfare.testbed.PostgresServer;
import dev.fanfare.testbed.RedisCluster;
import dev.fanfare.testbed.RedisSentinel;
import dev.fanfare.testbed.RedisServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// What can happen to a store's server itself, and how soon afterwards readers must be given what is new.
enum StoreFault {
    REDIS_LOSES_SUBSCRIBERS(2) {
        @Override
        Opened open() {
            RedisServer server = redis();
            return new Opened(
                    server.url(),
                    server::close,
                    history -> assertThat(server.run("CLIENT", "KILL", "TYPE", "pubsub"))
                            .as("subscribers")
                            .isNotEqualTo(0L));
        }
    },
    REDIS_IS_KILLED(5) {
        @Override
        Opened open() {
            RedisServer server = redis();
            return new Opened(server.url(), server::close, history -> {
                server.kill();
                server.startAgain();
            });
        }
    },
    /// Until a replica takes over, which the servers agree on after 1.5 s.
    A_PRIMARY_OF_REDIS_IS_KILLED(7) {
        @Override
        Opened open() {
            RedisCluster cluster = RedisCluster.start();
            AtomicReference<RedisServer> killed = new AtomicReference<>();
            return new Opened(
                    cluster.url(),
                    cluster::close,
                    history -> killed.set(killPrimary(cluster, history)),
                    history -> startAgain(killed.get(), cluster, history));
        }

        @Override
        void requireTold(Map<Delivery.Cause, Long> gaps, long readers) {
            // it may lack what it acknowledged last: the history tells when
        }
    },
    /// Until the Sentinels have made its replica the primary, which they begin after two seconds.
    A_PRIMARY_UNDER_SENTINELS_IS_KILLED(7) {
        @Override
        Opened open() {
            RedisSentinel sentinels = RedisSentinel.start();
            AtomicReference<RedisServer> killed = new AtomicReference<>();
            return new Opened(
                    sentinels.url(),
                    sentinels::close,
                    history -> killed.set(killPrimary(sentinels, history)),
                    history -> {
                        history.add(new Entry.TookOver());
                        sentinels.startAgain(killed.get());
                    });
        }

        @Override
        void requireTold(Map<Delivery.Cause, Long> gaps, long readers) {
            // it may lack what it acknowledged last: the history tells when
        }
    },
    /// What it had told is lost, and each reader is told so once: nothing is left uncertain.
    REDIS_IS_EMPTIED(2) {
        @Override
        Opened open() {
            RedisServer server = redis();
            return new Opened(server.url(), server::close, history -> server.run("FLUSHALL"));
        }

        @Override
        void requireTold(Map<Delivery.Cause, Long> gaps, long readers) {
            assertThat(gaps).isEqualTo(Map.of(Delivery.Cause.EPOCH, readers));
        }
    },
    POSTGRES_LOSES_LISTENERS(5) {
        @Override
        Opened open() {
            PostgresServer server = postgres();
            return new Opened(server.address(), server::close, history -> endListeners(server));
        }
    },
    POSTGRES_IS_RESTARTED(5) {
        @Override
        Opened open() {
            PostgresServer server = postgres();
            return new Opened(server.address(), server::close, history -> {
                server.stop();
                server.start();
            });
        }
    },
    POSTGRES_CRASHES(5) {
        @Override
        Opened open() {
            PostgresServer server = postgres();
            return new Opened(server.address(), server::close, history -> {
                server.crash();
                server.start();
            });
        }
    };

    private final Duration healed;

    StoreFault(int healedSeconds) {
        this.healed = Duration.ofSeconds(healedSeconds);
    }

    /// A store to which it can happen.
    ///
    /// @param uri as a hub's `--store` takes it
    /// @param stop ends its servers
    /// @param strike has it happen; returns when the server is there again, or would be missed for good
    /// @param mend makes all as it was, once readers have been given what is new
    record Opened(String uri, Runnable stop, Consumer<History> strike, Consumer<History> mend)
            implements AutoCloseable {
        Opened(String uri, Runnable stop, Consumer<History> strike) {
            this(uri, stop, strike, history -> {});
        }

        @Override
        public void close() {
            stop.run();
        }
    }

    abstract Opened open();

    /// Returns how long readers may wait for what is new.
    Duration healed() {
        return healed;
    }

    /// Checks which gaps there were, for so many readers and times.
    void requireTold(Map<Delivery.Cause, Long> gaps, long readers) {
        assertThat(gaps).isEmpty();
    }

    private static RedisServer redis() {
        return RedisServer.start("--appendonly", "yes");
    }

    private static PostgresServer postgres() {
        return PostgresServer.start("max_connections = 100");
    }

    private static RedisServer killPrimary(RedisCluster cluster, History history) {
        cluster.awaitHealthy();
        history.add(new Entry.InStep());
        cluster.awaitInStep();
        RedisServer primary = cluster.primaryOf(0);
        primary.kill();
        return primary;
    }

    private static void startAgain(RedisServer killed, RedisCluster cluster, History history) {
        killed.startAgain();
        cluster.awaitHealthy();
        history.add(new Entry.TookOver());
    }

    private static RedisServer killPrimary(RedisSentinel sentinels, History history) {
        sentinels.awaitWatched();
        RedisServer primary = sentinels.primary();
        history.add(new Entry.InStep());
        primary.awaitReplicaInStep();
        primary.kill();
        return primary;
    }

    private static void endListeners(PostgresServer server) {
        try (Connection connection = DriverManager.getConnection(server.address());
                Statement sql = connection.createStatement()) {
            int listeners = sql.executeUpdate("create temporary table ended as"
                    + " select pg_terminate_backend(pid) from pg_stat_activity"
                    + " where application_name = 'fanfare listener'");
            assertThat(listeners).isPositive();
        } catch (SQLException failed) {
            throw new AssertionError("cannot end the listeners of PostgreSQL", failed);
        }
    }
}
