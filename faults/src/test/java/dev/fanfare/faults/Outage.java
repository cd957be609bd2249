package dev.fanfare.faults;

import dev.fanfare.testbed.Direction;
import dev.fanfare.testbed.FaultProxy;
import dev.fanfare.testbed.Toxic;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/// A way in which a store can be away.
enum Outage {
    /// Connections are reset, and new ones refused.
    DOWN(true) {
        @Override
        AutoCloseable begin(TestStore store) {
            store.lines().forEach(FaultProxy::down);
            return () -> store.lines().forEach(FaultProxy::up);
        }
    },
    /// Nothing comes through any more, and nobody says so.
    SILENT(true) {
        @Override
        AutoCloseable begin(TestStore store) {
            return silence(store, Direction.values());
        }
    },
    /// What the hub asks does not arrive.
    DEAF(true) {
        @Override
        AutoCloseable begin(TestStore store) {
            return silence(store, Direction.UPSTREAM);
        }
    },
    /// What the store answers does not arrive.
    MUTE(true) {
        @Override
        AutoCloseable begin(TestStore store) {
            return silence(store, Direction.DOWNSTREAM);
        }
    },
    /// The server ends in order, as for maintenance.
    STOPPED(true) {
        @Override
        AutoCloseable begin(TestStore store) {
            store.endings().inOrder().run();
            return store.endings().startAgain()::run;
        }
    },
    /// The server ends at once.
    CRASHED(true) {
        @Override
        AutoCloseable begin(TestStore store) {
            store.endings().atOnce().run();
            return store.endings().startAgain()::run;
        }
    },
    /// Another program holds the lock of the file.
    LOCKED(false) {
        @Override
        AutoCloseable begin(TestStore store) throws SQLException {
            return lock(store.folder().resolve("topics.db"));
        }
    };

    private final boolean ofNetwork;

    Outage(boolean ofNetwork) {
        this.ofNetwork = ofNetwork;
    }

    /// Tells whether it can happen to such a store.
    boolean concerns(TestStore.Kind kind) {
        return kind.isNetworked() ? ofNetwork : this == LOCKED && kind == TestStore.Kind.SQLITE;
    }

    /// Tells whether half of what passes still does.
    boolean isOneSided() {
        return this == DEAF || this == MUTE;
    }

    /// Begins it.
    ///
    /// @return ends it when closed
    abstract AutoCloseable begin(TestStore store) throws Exception;

    /// What is swallowed meanwhile is missing from the connections, so they are reset at the end.
    private static AutoCloseable silence(TestStore store, Direction... directions) {
        for (FaultProxy line : store.lines()) {
            for (Direction direction : directions) {
                line.add("silence", direction, new Toxic.Timeout());
            }
        }
        return () -> store.lines().forEach(line -> {
            line.remove("silence");
            line.cut();
        });
    }

    private static AutoCloseable lock(Path file) throws SQLException {
        Connection holder = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (Statement sql = holder.createStatement()) {
            sql.execute("pragma busy_timeout = 10000");
            sql.execute("begin immediate");
        }
        return holder;
    }
}
