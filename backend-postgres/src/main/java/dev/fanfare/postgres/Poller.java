package dev.fanfare.postgres;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Looks every 50 ms what other nodes have told, where notifications do not come through.
///
/// Who commits later may have been given an earlier place: what has been seen is looked at again for five seconds, and
/// passed over.
///
/// Threads: all happens on the poller's own thread, but for `close`.
final class Poller implements LivePath {
    private static final System.Logger LOG = System.getLogger(Poller.class.getName());
    private static final long PAUSE_MILLIS = 50;
    private static final long OVERLAP_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Database database;
    private final long node;
    private final Heard heard;
    private final Link link;
    private final Map<Long, Long> seen = new LinkedHashMap<>(); // places, and when they were seen
    private final CountDownLatch polling = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "fanfare-postgres-poller");
    private @Nullable Long after;
    private boolean interrupted;
    private volatile @Nullable String away = "not yet connected";
    private volatile boolean closed;

    Poller(Database database, long node, Heard heard) {
        this.database = database;
        this.node = node;
        this.heard = heard;
        this.link = new Link(() -> database.connect("fanfare poller"));
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public @Nullable String away() {
        return away;
    }

    @Override
    public boolean awaitProof(long millis) throws InterruptedException {
        return polling.await(millis, TimeUnit.MILLISECONDS);
    }

    private void run() {
        while (!closed) {
            try {
                look();
                link.proven();
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (SQLException fault) {
                lost(Database.reason(fault));
            } catch (InterruptedException closes) {
                return;
            }
        }
    }

    private void look() throws SQLException {
        try (PreparedStatement sql = link.prepare("select * from " + database.named("listen") + "(?, ?)")) {
            new Arguments(sql).add(node).number(after);
            try (ResultSet rows = sql.executeQuery()) {
                while (rows.next()) {
                    take(rows.getLong(1), rows.getString(2));
                }
            }
        }
        forgetOld();
        if (away != null && heard.isReady()) {
            found();
        }
    }

    private void take(long place, @Nullable String message) {
        if (message == null) {
            after = place;
        } else if (seen.putIfAbsent(place, System.nanoTime()) == null) {
            heard.message(message);
        }
    }

    private void forgetOld() {
        long old = System.nanoTime() - OVERLAP_NANOS;
        Iterator<Map.Entry<Long, Long>> places = seen.entrySet().iterator();
        while (places.hasNext()) {
            Map.Entry<Long, Long> place = places.next();
            if (place.getValue() - old > 0) {
                return;
            }
            after = Math.max(after == null ? 0 : after, place.getKey());
            places.remove();
        }
    }

    private void found() {
        away = null;
        polling.countDown();
        if (interrupted) {
            interrupted = false;
            heard.resumed();
        }
    }

    private void lost(String reason) {
        link.broken();
        after = null; // the server may have started anew, and forgotten what was told
        seen.clear();
        if (!closed && away == null) {
            LOG.log(System.Logger.Level.WARNING, () -> "the live path of " + database + " is interrupted: " + reason);
            interrupted = true;
            away = reason;
            heard.interrupted(reason);
        }
    }

    @Override
    public void close() {
        closed = true;
        link.close();
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
