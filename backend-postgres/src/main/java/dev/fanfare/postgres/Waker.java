package dev.fanfare.postgres;

import dev.fanfare.spi.TopicName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/// Tells the other nodes what this one has committed, in transactions of its own: a notification inside a transaction
/// makes all that notify wait for each other's commits. Only an event that came alone has been told in its own.
///
/// What comes while a notification is under way makes up the next. Each wakes all nodes, which costs the server the
/// more, the more they are: beyond a few, the waker rests after each. What could not be told is told later.
///
/// Threads: safe; notifications are made on the waker's own thread.
final class Waker {
    private static final System.Logger LOG = System.getLogger(Waker.class.getName());

    /// So many others may be woken all the time.
    private static final int FEW = 3;

    private static final long REST_FOR_EACH_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long LONGEST_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    private final Database database;
    private final long node;
    private final IntSupplier others;
    private final Link link;
    private final Thread thread = new Thread(this::run, "fanfare-postgres-waker");
    private Wakes pending = new Wakes(); // guarded by this
    private boolean closed; // guarded by this

    /// @param node by which this one knows its own messages
    /// @param others how many nodes there are to wake
    Waker(Database database, long node, IntSupplier others) {
        this.database = database;
        this.node = node;
        this.others = others;
        this.link = new Link(this::connect);
        thread.setDaemon(true);
        thread.start();
    }

    /// Connects, and asks how full the server's queue of notifications is. One that was full refuses all that comes
    /// until the server is asked, also when nobody holds it up any more.
    private Connection connect() throws SQLException {
        Connection connection = database.connect("fanfare waker");
        try (Statement sql = connection.createStatement()) {
            sql.execute("select pg_notification_queue_usage()");
            return connection;
        } catch (SQLException fault) {
            connection.close();
            throw fault;
        }
    }

    synchronized void moved(TopicName topic, long since) {
        pending.add(topic, since);
        notifyAll();
    }

    synchronized void staged() {
        pending.addStaged();
        notifyAll();
    }

    /// Sends a message, though it has nothing to tell, to prove that messages arrive.
    synchronized void ping() {
        pending.addEcho();
        notifyAll();
    }

    private synchronized Wakes take() throws InterruptedException {
        while (!pending.hasNews() && !pending.hasEcho() && !closed) {
            wait();
        }
        Wakes taken = pending;
        pending = new Wakes();
        return taken;
    }

    private synchronized void giveBack(Wakes wakes) {
        pending.addAll(wakes);
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private void run() {
        try {
            Wakes next = take();
            while (!isClosed()) {
                send(next);
                rest();
                next = take();
            }
            if (next.hasNews()) {
                sendLast(next);
            }
        } catch (InterruptedException end) {
            LOG.log(System.Logger.Level.DEBUG, "interrupted");
        }
    }

    private void rest() {
        long rest = Math.max(0, others.getAsInt() - FEW) * REST_FOR_EACH_NANOS;
        LockSupport.parkNanos(Math.min(rest, LONGEST_REST_NANOS)); // to rest too short for once does no harm
    }

    /// What was committed last is told too, unless the database is away.
    private void sendLast(Wakes wakes) {
        if (link.isUp()) {
            send(wakes);
        } else {
            giveBack(wakes);
        }
    }

    private void send(Wakes wakes) {
        List<String> messages = wakes.encode(Wakes.name(node));
        try (PreparedStatement sql = link.prepare("select " + database.named("tell") + "(?, ?, ?)")) {
            new Arguments(sql).add(node).texts(messages, message -> message).add(wakes.hasEcho());
            sql.execute();
            link.proven();
        } catch (SQLException fault) {
            LOG.log(System.Logger.Level.DEBUG, () -> "notifying failed: " + fault.getMessage());
            link.broken();
            giveBack(wakes);
        }
    }

    /// Ends; tells whether everything has been told.
    boolean close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        LockSupport.unpark(thread);
        try {
            thread.join(Database.PATIENCE.toMillis());
            link.close();
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return hasToldAll();
    }

    private synchronized boolean hasToldAll() {
        return !pending.hasNews();
    }
}
