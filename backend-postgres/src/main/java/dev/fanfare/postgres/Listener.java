package dev.fanfare.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/// Hears what other nodes tell, on a connection that does nothing else; and notices when it hears nothing any more, by
/// messages to itself.
///
/// Threads: all is called on the listener's own thread, but for `close`.
final class Listener implements LivePath {
    private static final System.Logger LOG = System.getLogger(Listener.class.getName());
    private static final int LOOK_MILLIS = 500;
    private static final int SHORT_LOOK_MILLIS = 50;
    private static final long PING_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(4);

    private final Database database;
    private final long node;
    private final Heard heard;
    private final Link link;
    private final CountDownLatch listening = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "fanfare-postgres-listener");
    private long heardAt;
    private long pingedAt;
    private boolean proven;
    private boolean interrupted;
    private volatile @Nullable String away = "not yet connected";
    private volatile boolean closed;

    Listener(Database database, long node, Heard heard) {
        this.database = database;
        this.node = node;
        this.heard = heard;
        this.link = new Link(this::connect);
        thread.setDaemon(true);
        thread.start();
    }

    private Connection connect() throws SQLException {
        Connection connection = database.connectToListen();
        try (Statement sql = connection.createStatement()) {
            sql.execute("select " + database.named("enter") + "(" + node + ")");
            sql.execute("listen \"" + database.schema() + '"');
            return connection;
        } catch (SQLException fault) {
            connection.close();
            throw fault;
        }
    }

    @Override
    public @Nullable String away() {
        return away;
    }

    @Override
    public boolean awaitProof(long millis) throws InterruptedException {
        return listening.await(millis, TimeUnit.MILLISECONDS);
    }

    private void run() {
        while (!closed) {
            try {
                if (!link.isUp()) {
                    begin();
                }
                look();
            } catch (SQLException fault) {
                lost(Database.reason(fault));
            }
        }
    }

    private void begin() throws SQLException {
        link.get();
        heardAt = System.nanoTime();
        pingedAt = heardAt;
        proven = false;
        heard.ping();
    }

    private void look() throws SQLException {
        int wait = away == null ? LOOK_MILLIS : SHORT_LOOK_MILLIS;
        PGNotification[] messages = link.get().unwrap(PGConnection.class).getNotifications(wait);
        long now = System.nanoTime();
        if (messages != null && messages.length > 0) {
            heardAt = now;
            proven = true;
            for (PGNotification message : messages) {
                heard.message(message.getParameter());
            }
        } else if (now - heardAt > SILENT_NANOS) {
            throw new SQLException("nothing was heard for " + TimeUnit.NANOSECONDS.toSeconds(SILENT_NANOS) + " s");
        }
        if (now - Math.max(heardAt, pingedAt) > PING_NANOS) {
            pingedAt = now;
            heard.ping();
        }
        if (away != null && proven && heard.isReady()) {
            found();
        }
    }

    private void found() {
        link.proven();
        away = null;
        listening.countDown();
        if (interrupted) {
            interrupted = false;
            heard.resumed();
        }
    }

    private void lost(String reason) {
        link.broken();
        if (closed) {
            return;
        }
        boolean first = away == null;
        away = reason;
        if (first) {
            LOG.log(System.Logger.Level.WARNING, () -> "the live path of " + database + " is interrupted: " + reason);
            interrupted = true;
            heard.interrupted(reason);
        }
    }

    @Override
    public void close() {
        closed = true;
        link.close();
        try {
            thread.join();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
