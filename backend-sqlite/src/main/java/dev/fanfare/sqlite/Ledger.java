package dev.fanfare.sqlite;

import dev.fanfare.Durability;
import dev.fanfare.Position;
import dev.fanfare.TopicPolicy;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.TopicName;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// The rules of storing, inside the transaction that the caller has begun: every check and its change see one state.
///
/// What history has lost by number or bytes is passed over at once and deleted a little later, so that the other
/// processes have had the time to read it as news.
///
/// Threads: confined to the writer.
final class Ledger {
    static final int MAX_MESSAGE_BYTES = 1 << 20;

    private static final int MOST_KNOWN = 20_000;
    private static final byte[] NOTHING = {};

    private final Rows rows;
    private final Sweeper sweeper;
    private final Outgoing outgoing;
    private final Durability durability;
    /// Topics as this writer left them; as good as the table while nobody else writes to the file.
    private final Map<TopicName, Rows.Topic> known = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Long, Rows.Topic> changed = new LinkedHashMap<>(); // not yet in the table
    private long version = -1;

    Ledger(Rows rows, Sweeper sweeper, Durability durability) {
        this.rows = rows;
        this.sweeper = sweeper;
        this.outgoing = new Outgoing(rows);
        this.durability = durability;
    }

    /// Begins what is done in one transaction.
    void begin() throws SQLException {
        long present = rows.number(0, "pragma data_version");
        if (present != version) {
            known.clear();
            version = present;
        }
    }

    /// Writes down how the topics stand at the transaction's end.
    void end() throws SQLException {
        for (Rows.Topic topic : changed.values()) {
            update(topic);
        }
        changed.clear();
        while (known.size() > MOST_KNOWN) {
            known.remove(known.keySet().iterator().next());
        }
    }

    /// Takes nothing for known any more: the transaction has been undone, or others have changed the topics.
    void lookAgain() {
        changed.clear();
        known.clear();
    }

    /// Takes these topics for known no more: they have been changed in the table.
    void lookAgain(Collection<TopicName> topics) {
        topics.forEach(known::remove);
    }

    private Rows.@Nullable Topic find(TopicName name) throws SQLException {
        Rows.Topic topic = known.get(name);
        return topic == null ? rows.topic(name.app(), name.name()) : topic;
    }

    AppendResult append(Append append, long now) throws SQLException {
        if (append.message().length() > MAX_MESSAGE_BYTES) {
            return new AppendResult.TooLarge(MAX_MESSAGE_BYTES);
        }
        Rows.Topic found = find(append.topic());
        if (found != null && found.isForgotten(now)) {
            sweeper.forget(found);
            found = null;
        }
        long at = found == null ? now : Math.max(now, found.changed());
        if (outgoing.wasTaken(append.idempotencyKey())) {
            return relayedBefore(found, at);
        }
        AppendResult refusal = refusal(append, found, at);
        return refusal == null ? store(append, found, at) : refusal;
    }

    private AppendResult relayedBefore(Rows.@Nullable Topic topic, long at) {
        Position position = topic == null ? Position.NONE : topic.position();
        return new AppendResult.Duplicate(position, durability, Rows.time(topic == null ? at : topic.changed()));
    }

    private @Nullable AppendResult refusal(Append append, Rows.@Nullable Topic topic, long at) throws SQLException {
        AppendResult used = topic == null ? null : duplicate(append, topic, at);
        if (used != null) {
            return used;
        }
        boolean opens = append.effect() instanceof Effect.Reopen;
        boolean drops = append.effect() instanceof Effect.Drop;
        boolean closed = topic != null && topic.state() == Rows.CLOSED;
        if (topic != null && closed && !opens && !drops) {
            return new AppendResult.Closed(rows.head(topic, at));
        }
        boolean hasLife = topic != null && topic.hasLife();
        boolean fits = isExpected(append.expect(), topic) && (!drops || hasLife) && (!opens || closed);
        return fits ? null : new AppendResult.Conflict(topic == null ? null : rows.head(topic, at));
    }

    private static boolean isExpected(@Nullable Position expected, Rows.@Nullable Topic topic) {
        if (expected == null) {
            return true;
        }
        return expected.equals(topic == null || !topic.hasLife() ? Position.NONE : topic.position());
    }

    private @Nullable AppendResult duplicate(Append append, Rows.Topic topic, long at) throws SQLException {
        if (append.idempotencyKey() == null) {
            return null;
        }
        PreparedStatement sql = rows.prepare(
                "select epoch, off, uid, at from used_key where topic = ? and key = ? and until > ?",
                topic.id(),
                append.idempotencyKey(),
                at);
        try (ResultSet used = sql.executeQuery()) {
            return used.next()
                    ? new AppendResult.Duplicate(
                            new Position(used.getLong(1), used.getLong(2), (int) used.getLong(3)),
                            durability,
                            Rows.time(used.getLong(4)))
                    : null;
        }
    }

    private AppendResult store(Append append, Rows.@Nullable Topic found, long at) throws SQLException {
        boolean goesOn = found != null && found.hasLife() && !(append.effect() instanceof Effect.Reopen);
        Rows.Topic before = found != null && goesOn ? found : begin(append, found, at);
        Rows.Topic after = next(append, before, at);
        insertEvent(append, before, after);
        if (after.snapshot() != before.snapshot()) {
            updateSnapshot(append, before, after);
        }
        Rows.Topic kept = trim(after, append.policy());
        known.put(append.topic(), kept);
        changed.put(kept.id(), kept);
        Position position = after.position();
        String key = append.idempotencyKey();
        if (key != null && !outgoing.remove(key)) {
            useKey(append, position, after, at);
        }
        return new AppendResult.Accepted(position, durability, Rows.time(at));
    }

    /// Begins a life, in the topic's row if it has one. The event that follows is its first.
    private Rows.Topic begin(Append append, Rows.@Nullable Topic found, long at) throws SQLException {
        long epoch = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
        long id = found == null ? insertTopic(append) : found.id();
        rows.execute("delete from snapshot where topic = ?", id);
        return new Rows.Topic(
                id,
                append.topic().app(),
                append.topic().name(),
                epoch,
                0,
                0,
                Rows.OPEN,
                null,
                0,
                1,
                0,
                0,
                0,
                at,
                at,
                0);
    }

    private long insertTopic(Append append) throws SQLException {
        String sql = "insert into topic(app, name, epoch, off, uid, state, snapshot, first, passed, bytes, history_age,"
                + " created, changed, keep_until) values(?, ?, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0)"
                + " on conflict(app, name) do update set off = 0 returning id"; // of a life that was forgotten
        return rows.number(0, sql, append.topic().app(), append.topic().name());
    }

    private static Rows.Topic next(Append append, Rows.Topic topic, long at) {
        Effect effect = append.effect();
        long offset = topic.offset() + 1;
        boolean drops = effect instanceof Effect.Drop;
        boolean takesSnapshot = effect instanceof Effect.Snapshot
                || effect instanceof Effect.Reopen
                || (effect instanceof Effect.Close close && close.snapshot());
        int state = drops ? Rows.DROPPED : effect instanceof Effect.Close ? Rows.CLOSED : Rows.OPEN;
        String reason = drops
                ? "dropped"
                : effect instanceof Effect.Close close ? close.reason().text() : null;
        return new Rows.Topic(
                topic.id(),
                topic.app(),
                topic.name(),
                topic.epoch(),
                offset,
                append.uid(),
                state,
                reason,
                drops ? 0 : takesSnapshot ? offset : topic.snapshot(),
                drops ? offset + 1 : topic.first(),
                topic.passed(),
                topic.bytes() + append.message().length(),
                micros(append.policy().historyAge()),
                topic.created(),
                at,
                at
                        + micros(
                                state == Rows.OPEN
                                        ? append.policy().idleAge()
                                        : append.policy().tombstoneAge()));
    }

    private void insertEvent(Append append, Rows.Topic before, Rows.Topic after) throws SQLException {
        rows.execute(
                "insert into event(topic, epoch, off, uid, prev_uid, at, before, name, conflatable, state, reason, body)"
                        + " values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                after.id(),
                after.epoch(),
                after.offset(),
                after.uid(),
                before.uid(),
                after.changed(),
                before.bytes(),
                append.eventName(),
                append.conflatable() ? 1L : 0L,
                (long) after.state(),
                after.reason(),
                after.hasLife() ? append.message().toArray() : NOTHING);
    }

    private void updateSnapshot(Append append, Rows.Topic before, Rows.Topic after) throws SQLException {
        if (after.snapshot() == 0) {
            rows.execute("delete from snapshot where topic = ?", after.id());
            return;
        }
        rows.execute(
                "insert or replace into snapshot(topic, off, uid, prev_uid, at, name, conflatable, body)"
                        + " values(?, ?, ?, ?, ?, ?, ?, ?)",
                after.id(),
                after.offset(),
                after.uid(),
                before.uid(),
                after.changed(),
                append.eventName(),
                append.conflatable() ? 1L : 0L,
                append.message().toArray());
    }

    /// Passes over what history no longer keeps.
    private Rows.Topic trim(Rows.Topic topic, TopicPolicy policy) throws SQLException {
        long first = Math.max(topic.first(), topic.offset() - policy.historyEvents() + 1);
        Rows.Topic trimmed = topic.withHistory(first, topic.passed());
        boolean mayBeTooMuch = topic.bytes() - topic.passed() > policy.historyBytes() && first < topic.offset();
        return mayBeTooMuch ? trimBytes(trimmed, policy.historyBytes()) : trimmed;
    }

    /// The last event stays, whatever its size.
    private Rows.Topic trimBytes(Rows.Topic topic, long most) throws SQLException {
        PreparedStatement sql = rows.prepare(
                "select off, before from event where topic = ? and epoch = ? and off >= ? and (before >= ? or off = ?)"
                        + " order by off limit 1",
                topic.id(),
                topic.epoch(),
                topic.first(),
                topic.bytes() - most,
                topic.offset());
        try (ResultSet first = sql.executeQuery()) {
            return first.next() ? topic.withHistory(first.getLong(1), first.getLong(2)) : topic;
        }
    }

    private void update(Rows.Topic topic) throws SQLException {
        rows.execute(
                "update topic set epoch = ?, off = ?, uid = ?, state = ?, reason = ?, snapshot = ?, first = ?, passed = ?,"
                        + " bytes = ?, history_age = ?, created = ?, changed = ?, keep_until = ?, keep = ? where id = ?",
                topic.epoch(),
                topic.offset(),
                topic.uid(),
                (long) topic.state(),
                topic.reason(),
                topic.snapshot(),
                topic.first(),
                topic.passed(),
                topic.bytes(),
                topic.historyAge(),
                topic.created(),
                topic.changed(),
                topic.keepUntil(),
                topic.keepUntil() - topic.changed(),
                topic.id());
    }

    private void useKey(Append append, Position position, Rows.Topic topic, long at) throws SQLException {
        rows.execute(
                "insert or replace into used_key(topic, key, epoch, off, uid, at, until) values(?, ?, ?, ?, ?, ?, ?)",
                topic.id(),
                append.idempotencyKey(),
                position.epoch(),
                position.offset(),
                topic.uid(),
                at,
                at + micros(append.policy().idempotencyAge()));
    }

    /// Takes a staged event out, or keeps it with the reason for which it cannot be published; tells whether it was
    /// there.
    boolean settle(String key, @Nullable String refusal) throws SQLException {
        return refusal == null ? outgoing.remove(key) : outgoing.refuse(key, refusal);
    }

    /// Drops all topics of the app; their rows say so until the news have been read, but answer nobody.
    void purge(String app, long now) throws SQLException {
        end();
        lookAgain();
        List<Rows.Topic> topics = new ArrayList<>();
        PreparedStatement sql = rows.prepare(
                "select " + Rows.TOPIC_COLUMNS + " from topic t where t.app = ? and t.keep_until > 0", app);
        try (ResultSet found = sql.executeQuery()) {
            while (found.next()) {
                topics.add(Rows.topic(found, 1));
            }
        }
        for (Rows.Topic topic : topics) {
            if (topic.hasLife() && !topic.isForgotten(now)) {
                announceDrop(topic, now);
            }
            sweeper.forget(topic);
        }
    }

    private void announceDrop(Rows.Topic topic, long now) throws SQLException {
        long at = Math.max(now, topic.changed());
        long uid = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
        rows.execute(
                "insert into event(topic, epoch, off, uid, prev_uid, at, before, conflatable, state, reason, body)"
                        + " values(?, ?, ?, ?, ?, ?, ?, 0, 2, 'dropped', x'')",
                topic.id(),
                topic.epoch(),
                topic.offset() + 1,
                uid,
                topic.uid(),
                at,
                topic.bytes());
        rows.execute("update topic set changed = ? where id = ?", at, topic.id()); // so that a sweep lets it be read
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }
}
