package dev.fanfare.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;

/// Says that this node is at work, and notices when another has died: that one may have committed what it has not told.
///
/// Threads: confined to the janitor's, but for `others` and `isAlone`.
final class Heartbeat {
    private final Database database;
    private final long node;
    private final Runnable lookAround;
    private Set<Long> dead = Set.of();
    private volatile int othersSeen;

    /// @param lookAround is run when news may have been missed
    Heartbeat(Database database, long node, Runnable lookAround) {
        this.database = database;
        this.node = node;
        this.lookAround = lookAround;
    }

    void beat(Connection connection) throws SQLException {
        Set<Long> others = new HashSet<>();
        Set<Long> deadNow = new HashSet<>();
        try (PreparedStatement sql = connection.prepareStatement("select * from " + database.named("beat") + "(?)")) {
            sql.setLong(1, node);
            try (ResultSet rows = sql.executeQuery()) {
                while (rows.next()) {
                    others.add(rows.getLong("id"));
                    if (rows.getBoolean("dead")) {
                        deadNow.add(rows.getLong("id"));
                    }
                }
            }
        }
        others.remove(node);
        othersSeen = others.size();
        boolean known = dead.containsAll(deadNow);
        dead = deadNow;
        if (!known) {
            lookAround.run();
        }
    }

    /// Returns how many other nodes were seen with the last beat.
    int others() {
        return othersSeen;
    }

    boolean isAlone() {
        return othersSeen == 0;
    }

    /// Says that this node ends, with nothing left to be told.
    void end(Connection connection) throws SQLException {
        String leave = "delete from " + database.named("node") + " where id = ?";
        try (PreparedStatement sql = connection.prepareStatement(leave)) {
            sql.setLong(1, node);
            sql.execute();
        }
    }
}
