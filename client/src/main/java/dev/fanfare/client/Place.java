package dev.fanfare.client;

import dev.fanfare.Delivery;
import dev.fanfare.Position;
import dev.fanfare.Received;
import dev.fanfare.VectorPosition;
import dev.fanfare.spi.TopicName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where a reader stands in all that a stream gives: after the last delivery that passed it, exactly.
///
/// Of one topic, that is the position of its last delivery. Of several, the hub says it only at the end of what it
/// writes together; what has come since then is known from the deliveries themselves.
///
/// Threads: confined to whoever holds the cursor's lock.
final class Place {
    /// How many topics are remembered: as many as a hub lets the patterns of a stream find.
    private static final int MAX_TOPICS = 10_000;

    private static final int NEVER = -1;

    /// Where the reader stands in one topic.
    ///
    /// @param saying after which saying of the hub it came here; [#NEVER] if the hub does not know that it is here
    private record Stand(Position position, boolean ended, int saying) {}

    private final StreamStart start;
    /// By topic, the one that was active last at the end.
    private final Map<String, Stand> stands = new LinkedHashMap<>();
    /// What the hub said last, or where the reader wanted to start; empty when it gave no position.
    private String said;
    private int sayings;

    Place(StreamStart start) {
        this.start = start;
        this.said = start.after();
    }

    Place(Place other) {
        start = other.start;
        said = other.said;
        sayings = other.sayings;
        stands.putAll(other.stands);
    }

    /// Takes what the hub says of the place after the delivery that passed last, or before the first.
    void say(String position) {
        said = position;
        sayings++;
    }

    String said() {
        return said;
    }

    /// Tells whether the delivery has passed before: after a cut a hub may repeat some.
    boolean hasPassed(Delivery delivery) {
        Stand stand = stands.get(delivery.topic());
        Position position = delivery.position();
        if (stand == null || delivery instanceof Delivery.Gap || stand.position.epoch() != position.epoch()) {
            return false;
        }
        if (delivery instanceof Delivery.Ended) {
            return stand.ended;
        }
        return stand.position.equals(position)
                || (position.offset() < stand.position.offset() && !standsForAll(delivery));
    }

    /// A job's snapshot is its present state: where it lies before the place, the store has lost what came after.
    private static boolean standsForAll(Delivery delivery) {
        return delivery instanceof Received received && received.isSnapshot() && TopicName.isJob(received.topic());
    }

    void pass(Delivery delivery) {
        Stand before = stands.remove(delivery.topic());
        Stand after = before != null && isStepBack(before, delivery)
                ? new Stand(before.position, before.ended, NEVER)
                : new Stand(delivery.position(), delivery instanceof Delivery.Ended, sayings);
        stands.put(delivery.topic(), after);
        if (stands.size() > MAX_TOPICS) {
            stands.remove(stands.keySet().iterator().next());
        }
    }

    /// A hub that could not be told this place says that something may be lost, and repeats what has passed already.
    private static boolean isStepBack(Stand before, Delivery delivery) {
        return delivery instanceof Delivery.Gap gap
                && gap.cause() == Delivery.Cause.UNKNOWN_POSITION
                && gap.position().epoch() == before.position.epoch()
                && gap.position().offset() < before.position.offset();
    }

    /// Tells whether all that the stream reads is over.
    boolean isEnded() {
        return !start.hasPatterns() && start.named().stream().allMatch(this::hasEnded);
    }

    boolean hasEnded(String topic) {
        Stand stand = stands.get(topic);
        return stand != null && stand.ended;
    }

    /// Returns the position to resume after; empty as long as there is none.
    String text() {
        if (stands.isEmpty()) {
            return said;
        }
        if (start.isSingle()) {
            return stands.values().iterator().next().position.toString();
        }
        return vector().toString();
    }

    /// Returns the place as a vector: named topics first, then those of which the hub does not know that they have
    /// moved on, then what the hub knows.
    VectorPosition vector() {
        Optional<VectorPosition> base = VectorPosition.parse(said);
        Map<String, Position> known = new LinkedHashMap<>();
        for (String topic : start.named()) {
            position(topic, base).ifPresent(position -> known.put(topic, position));
        }
        List<Map.Entry<String, Stand>> active = new ArrayList<>(stands.entrySet());
        Collections.reverse(active);
        for (Map.Entry<String, Stand> topic : active) {
            Stand stand = topic.getValue();
            if (stand.saying == sayings || stand.saying == NEVER) {
                known.putIfAbsent(topic.getKey(), stand.position);
            }
        }
        Instant asOf = base.map(VectorPosition::asOf).orElse(Instant.EPOCH);
        boolean whole = base.map(VectorPosition::whole).orElse(true);
        List<VectorPosition> parts = new ArrayList<>(List.of(VectorPosition.of(asOf, whole, known)));
        base.ifPresent(parts::add);
        return Vectors.join(asOf, whole, parts);
    }

    private Optional<Position> position(String topic, Optional<VectorPosition> base) {
        Stand stand = stands.get(topic);
        if (stand != null) {
            return Optional.of(stand.position);
        }
        return start.isSingle() ? Position.parse(said) : base.flatMap(vector -> vector.of(topic));
    }
}
