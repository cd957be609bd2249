package dev.fanfare.postgres;

import dev.fanfare.CloseReason;
import dev.fanfare.Durability;
import dev.fanfare.Position;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.StoredEvent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What became of a batch: the rows of type `outcome`, read.
///
/// Threads: confined to the one that appends.
final class Outcomes {
    private static final int ACCEPTED = 0;
    private static final int DUPLICATE = 1;
    private static final int CLOSED = 2;
    private static final List<Durability> PROMISES =
            List.of(Durability.COMMITTED, Durability.FSYNCED, Durability.REPLICATED);

    private final Map<Pending, AppendResult> results = new LinkedHashMap<>();
    private final List<Stored> stored = new ArrayList<>();

    private final int mostPromised;

    private Outcomes(int mostPromised) {
        this.mostPromised = mostPromised;
    }

    /// A commit whose wait for a standby is cancelled succeeds with a warning: what is warned of is on no standby.
    ///
    /// @param rows each with what its commit promises, as the function `promise` numbers it
    /// @param pendings in the order that the rows tell of
    static Outcomes read(ResultSet rows, List<Pending> pendings) throws SQLException {
        boolean warned = rows.getStatement().getWarnings() != null;
        Outcomes outcomes = new Outcomes(PROMISES.indexOf(warned ? Durability.FSYNCED : Durability.REPLICATED));
        while (rows.next()) {
            outcomes.add(rows, pendings.get(rows.getInt("ord") - 1));
        }
        return outcomes;
    }

    private void add(ResultSet row, Pending pending) throws SQLException {
        switch (row.getInt("status")) {
            case ACCEPTED -> {
                results.put(pending, new AppendResult.Accepted(position(row), durability(row), time(row)));
                addStored(row, pending.append());
            }
            case DUPLICATE ->
                results.put(pending, new AppendResult.Duplicate(position(row), durability(row), time(row)));
            case CLOSED -> results.put(pending, new AppendResult.Closed(Found.head(row)));
            default ->
                results.put(pending, new AppendResult.Conflict(row.getLong("epoch") == 0 ? null : Found.head(row)));
        }
    }

    private static Position position(ResultSet row) throws SQLException {
        return new Position(row.getLong("epoch"), row.getLong("off"), (int) row.getLong("uid"));
    }

    private Durability durability(ResultSet row) throws SQLException {
        return PROMISES.get(Math.min(mostPromised, row.getInt("promise")));
    }

    private static Instant time(ResultSet row) throws SQLException {
        return Found.time(row.getLong("at"));
    }

    /// Events that follow each other in one life go together.
    private void addStored(ResultSet row, Append append) throws SQLException {
        Head head = left(Found.head(row), append.effect());
        Stored last = stored.isEmpty() ? null : stored.get(stored.size() - 1);
        boolean goesOn = last != null
                && last.topic().equals(append.topic())
                && last.head().epoch() == head.epoch();
        List<StoredEvent> events = goesOn ? stored.remove(stored.size() - 1).events() : new ArrayList<>();
        if (!(append.effect() instanceof Effect.Drop)) {
            events.add(new StoredEvent(
                    head.epoch(),
                    head.offset(),
                    head.offset() - 1,
                    head.uid(),
                    row.getLong("prev_uid"),
                    head.changed(),
                    append.eventName(),
                    append.conflatable(),
                    append.message()));
        }
        stored.add(new Stored(append.topic(), head, events));
    }

    /// Returns the head as the event has left it: if its answer was lost, the topic may have moved on before it was
    /// looked up.
    private static Head left(Head found, Effect effect) {
        CloseReason reason = effect instanceof Effect.Close close
                ? close.reason()
                : effect instanceof Effect.Drop ? CloseReason.DROPPED : null;
        Head.State state = effect instanceof Effect.Close
                ? Head.State.CLOSED
                : effect instanceof Effect.Drop ? Head.State.DROPPED : Head.State.OPEN;
        return new Head(
                found.epoch(),
                found.offset(),
                found.uid(),
                state,
                reason,
                found.oldest(),
                found.snapshotOffset(),
                found.created(),
                found.changed());
    }

    boolean has(Pending pending) {
        return results.containsKey(pending);
    }

    AppendResult of(Pending pending) {
        return Objects.requireNonNull(results.get(pending));
    }

    List<Stored> stored() {
        return stored;
    }

    void answer() {
        results.forEach(Pending::answer);
    }
}
