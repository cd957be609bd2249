package dev.fanfare.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// A row and a `NOTIFY` in one transaction for each message, as it is most often written by hand. Each publisher has a
/// connection of its own, and nobody listens.
record BarePostgres(String url) implements Bare {
    @Override
    public String what() {
        return "row and NOTIFY";
    }

    @Override
    public Connected connect() {
        try (Connection connection = DriverManager.getConnection(url);
                Statement sql = connection.createStatement()) {
            sql.execute("create table if not exists bare(topic int not null, message bytea not null)");
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
        return new Sessions(url, new ConcurrentLinkedQueue<>());
    }

    /// @param idle those that nobody uses just now
    private record Sessions(String url, Queue<Connection> idle) implements Connected {
        @Override
        public void publish(int topic, byte[] message) {
            try {
                Connection pooled = idle.poll();
                Connection session = pooled == null ? DriverManager.getConnection(url) : pooled;
                publish(session, topic, message);
                idle.add(session);
            } catch (SQLException failed) {
                throw new IllegalStateException(failed);
            }
        }

        private static void publish(Connection session, int topic, byte[] message) throws SQLException {
            session.setAutoCommit(false);
            try (PreparedStatement row = session.prepareStatement("insert into bare values (?, ?)");
                    PreparedStatement note = session.prepareStatement("select pg_notify('bare', ?)")) {
                row.setInt(1, topic);
                row.setBytes(2, message);
                row.executeUpdate();
                note.setString(1, String.valueOf(topic));
                note.execute();
                session.commit();
            }
        }

        @Override
        public void close() {
            for (Connection session = idle.poll(); session != null; session = idle.poll()) {
                try {
                    session.close();
                } catch (SQLException broken) {
                    throw new IllegalStateException(broken);
                }
            }
        }
    }
}
