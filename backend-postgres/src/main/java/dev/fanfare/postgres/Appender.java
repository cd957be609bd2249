package dev.fanfare.postgres;

import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.TopicName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Stores batches, each exactly once, whatever becomes of the connection.
///
/// When it breaks with a batch under way, nobody knows whether that was stored. On the next connection the appender
/// takes a number: that waits for what it has sent, and refuses what of it comes later. Then it can be looked up.
///
/// Threads: confined to the committer, but for `isAway` and `close`.
final class Appender implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Appender.class.getName());
    private static final List<String> TO_BE_TRIED_AGAIN = List.of("40001", "40P01", "55P03");
    private static final String OUT_OF_SPACE = "53100";
    private static final String NOTIFICATIONS_FULL = "54000";

    private final Database database;
    private final long id = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    private final Link link;
    private final Reports reports;
    private long number;
    private int promised; // by the commit of the last fence, of all that was stored before it
    private volatile @Nullable String away = "not yet connected";

    /// Where it is told what has been stored.
    interface Reports {
        /// Takes what has been stored, before its publishers are answered.
        ///
        /// @param told whether the other nodes have been told of it
        void stored(List<Stored> all, boolean told);

        /// Returns the begin of what other nodes are to be told of the topic while it is stored; null if nothing.
        @Nullable
        String wake(TopicName topic);
    }

    Appender(Database database, Reports reports) {
        this.database = database;
        this.reports = reports;
        this.link = new Link(this::connect);
    }

    private Connection connect() throws SQLException {
        Connection connection = database.connect("fanfare committer");
        try (PreparedStatement fence = connection.prepareStatement(
                "select " + database.named("fence") + "(?), " + database.named("promise") + "()")) {
            fence.setLong(1, id);
            try (ResultSet result = fence.executeQuery()) {
                result.next();
                number = result.getLong(1);
                promised = result.getInt(2);
            }
            return connection;
        } catch (SQLException fault) {
            connection.close();
            throw fault;
        }
    }

    /// Returns why the database cannot be reached; null if it can.
    @Nullable
    String away() {
        return away;
    }

    /// Connects if need be; tells whether there is a connection.
    boolean isReady() {
        if (link.isUp()) {
            return true;
        }
        try {
            link.get();
            away = null;
            return true;
        } catch (SQLException fault) {
            away = Database.reason(fault);
            return false;
        }
    }

    /// Stores and answers. What comes alone is told in the same transaction, which is sooner. With many that would be
    /// slower: of all transactions that tell, one at a time can be committed.
    ///
    /// @param patient whether to wait a little for topics that another transaction holds
    /// @return those that are to be tried again, because their topics are held or the connection was lost before
    List<Pending> store(List<Pending> pendings, boolean patient) {
        String wake =
                pendings.size() == 1 ? reports.wake(pendings.get(0).append().topic()) : null;
        return store(new Batch(pendings), patient, wake);
    }

    private List<Pending> store(Batch batch, boolean patient, @Nullable String wake) {
        try {
            AppendCall call = new AppendCall(id, number + 1, patient ? "50ms" : "1ms", wake);
            Outcomes outcomes = call.of(batch, link.get(), database);
            number++; // unless the transaction was rolled back, and the number with it
            link.proven();
            return settle(batch, outcomes, wake != null);
        } catch (SQLException fault) {
            boolean couldNotTell = wake != null && NOTIFICATIONS_FULL.equals(fault.getSQLState());
            return couldNotTell ? store(batch, patient, null) : failed(batch, fault);
        }
    }

    private List<Pending> settle(Batch batch, Outcomes outcomes, boolean told) {
        if (!outcomes.stored().isEmpty()) {
            reports.stored(outcomes.stored(), told);
        }
        outcomes.answer();
        return batch.pendings().stream()
                .filter(pending -> !outcomes.has(pending))
                .toList();
    }

    private List<Pending> failed(Batch batch, SQLException fault) {
        String state = String.valueOf(fault.getSQLState());
        if (TO_BE_TRIED_AGAIN.contains(state)) {
            return batch.pendings();
        }
        if (isRefusal(state)) {
            LOG.log(System.Logger.Level.WARNING, () -> "storing in " + database + " failed: " + Database.reason(fault));
            answer(batch, failure(state, fault));
            return List.of();
        }
        link.broken();
        return lookUp(batch, Database.reason(fault));
    }

    /// Tells whether the server has answered, with an error: then the connection is whole, and nothing was stored.
    private static boolean isRefusal(String state) {
        return !state.startsWith("08")
                && !state.startsWith("57")
                && !state.startsWith("FF")
                && !state.equals("null")
                && !state.equals("25006");
    }

    private static AppendResult failure(String state, SQLException fault) {
        String reason = Database.reason(fault);
        return state.equals(OUT_OF_SPACE)
                ? new AppendResult.StorageFull(reason)
                : new AppendResult.Unavailable(reason, false);
    }

    private static void answer(Batch batch, AppendResult result) {
        batch.pendings().forEach(pending -> pending.answer(result));
    }

    /// Finds out what of the batch was stored. What was not can be tried again.
    private List<Pending> lookUp(Batch batch, String reason) {
        AppendResult unknown = new AppendResult.Unavailable(reason, true);
        while (!batch.pendings().stream().allMatch(Pending::isLate)) {
            if (isReady()) {
                try {
                    return settle(batch, outcomes(batch), false);
                } catch (SQLException fault) {
                    link.broken();
                }
            }
            batch.pendings().stream().filter(Pending::isLate).forEach(pending -> pending.answer(unknown));
        }
        answer(batch, unknown);
        return List.of();
    }

    private Outcomes outcomes(Batch batch) throws SQLException {
        try (PreparedStatement sql =
                link.prepare("select o.*, ?::int as promise from " + database.named("outcomes") + "(?, ?, ?) o")) {
            new Arguments(sql)
                    .add(promised)
                    .texts(batch.pendings(), pending -> pending.append().topic().app())
                    .texts(batch.pendings(), pending -> pending.append().topic().name())
                    .longs(batch.pendings(), pending -> pending.append().uid());
            try (ResultSet rows = sql.executeQuery()) {
                return Outcomes.read(rows, batch.pendings());
            }
        }
    }

    @Override
    public void close() {
        link.close();
    }
}
