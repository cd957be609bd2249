package dev.fanfare.postgres;

import dev.fanfare.Position;
import dev.fanfare.TopicPolicy;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.TopicName;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// Appends that are stored in one transaction, as the arguments of the function `append`: those of a topic together, in
/// their order; topics and policies told once.
///
/// Threads: confined to the one that appends.
final class Batch {
    private static final long TAG_BITS = 0xffff_ffffL;

    private final List<Pending> pendings = new ArrayList<>();
    private final List<Append> appends = new ArrayList<>();
    private final List<Long> sums = new ArrayList<>();
    private final List<Part> parts = new ArrayList<>();
    private final Map<TopicPolicy, Integer> policies = new LinkedHashMap<>();

    /// What comes for one topic.
    ///
    /// @param end the number of its last event in the batch, from 1
    /// @param plain whether its events can be stored all at once, as the function says
    /// @param latest the number of its last snapshot; null if it has none
    private record Part(
            TopicName topic,
            int end,
            boolean plain,
            @Nullable Long latest) {}

    /// @param all in the order in which they came
    Batch(List<Pending> all) {
        Map<TopicName, List<Pending>> byTopic = new LinkedHashMap<>();
        for (Pending pending : all) {
            byTopic.computeIfAbsent(pending.append().topic(), name -> new ArrayList<>())
                    .add(pending);
            policies.putIfAbsent(pending.append().policy(), policies.size() + 1);
        }
        byTopic.forEach(this::add);
    }

    private void add(TopicName topic, List<Pending> theirs) {
        TopicPolicy policy = theirs.get(0).append().policy();
        int begin = appends.size();
        boolean plain = true;
        Long latest = null;
        long sum = 0;
        for (Pending pending : theirs) {
            Append append = pending.append();
            plain &= append.policy().equals(policy) && isPlain(append, appends.size() == begin);
            pendings.add(pending);
            appends.add(append);
            sum += append.message().length();
            sums.add(sum);
            latest = append.effect() instanceof Effect.Snapshot ? Long.valueOf(appends.size()) : latest;
        }
        parts.add(new Part(topic, appends.size(), plain, latest));
    }

    private static boolean isPlain(Append append, boolean isFirst) {
        Effect effect = append.effect();
        return (append.idempotencyKey() == null || OutboxKey.isOn(append))
                && (isFirst || append.expect() == null)
                && (effect instanceof Effect.Keep || effect instanceof Effect.Snapshot);
    }

    /// Returns what is to be stored, in the order of the function's answers.
    List<Pending> pendings() {
        return pendings;
    }

    /// Adds all that the function must know of the events.
    void addTo(Arguments arguments) throws SQLException {
        arguments
                .texts(parts, part -> part.topic().app())
                .texts(parts, part -> part.topic().name())
                .ints(parts, Part::end)
                .flags(parts, Part::plain)
                .longsOrNull(parts, Part::latest)
                .longs(appends, Append::uid)
                .texts(appends, Append::eventName)
                .bytes(appends, append -> append.message().toArray())
                .longs(sums, Long::longValue)
                .flags(appends, Append::conflatable)
                .ints(appends, append -> number(append.effect()))
                .texts(appends, append -> reason(append.effect()))
                .longsOrNull(appends, append -> expected(append, Position::epoch))
                .longsOrNull(appends, append -> expected(append, Position::offset))
                .longsOrNull(appends, append -> expected(append, position -> position.tag() & TAG_BITS))
                .texts(appends, append -> OutboxKey.isOn(append) ? null : append.idempotencyKey())
                .longsOrNull(appends, OutboxKey::id)
                .ints(appends, append -> policies.getOrDefault(append.policy(), 0))
                .ints(policies.keySet(), TopicPolicy::historyEvents)
                .longs(policies.keySet(), TopicPolicy::historyBytes)
                .longs(policies.keySet(), policy -> micros(policy.historyAge()))
                .longs(policies.keySet(), policy -> micros(policy.idleAge()))
                .longs(policies.keySet(), policy -> micros(policy.tombstoneAge()))
                .longs(policies.keySet(), policy -> micros(policy.idempotencyAge()));
    }

    private static @Nullable Long expected(Append append, ToLongFunction<Position> part) {
        Position expected = append.expect();
        return expected == null ? null : part.applyAsLong(expected);
    }

    private static int number(Effect effect) {
        if (effect instanceof Effect.Close close) {
            return close.snapshot() ? 3 : 2;
        }
        return effect instanceof Effect.Keep
                ? 0
                : effect instanceof Effect.Snapshot ? 1 : effect instanceof Effect.Reopen ? 4 : 5;
    }

    private static @Nullable String reason(Effect effect) {
        return effect instanceof Effect.Close close
                ? close.reason().text()
                : effect instanceof Effect.Drop ? "dropped" : null;
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }
}
