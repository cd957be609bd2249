package dev.fanfare.history;

import dev.fanfare.Delivery;
import dev.fanfare.Durability;
import dev.fanfare.Position;
import dev.fanfare.history.Entry.Saw.Marks;
import dev.fanfare.jobs.JobStatus;
import dev.fanfare.spi.TopicName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// A history made by hand. Unless told otherwise all is well: message n of a topic is `topic#n`, and stands at offset n
/// of epoch 7.
final class Story {
    static final long EPOCH = 7;

    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, Connection> connections = new HashMap<>();

    static Position at(long offset) {
        return at(EPOCH, offset);
    }

    static Position at(long epoch, long offset) {
        return new Position(epoch, offset, offset == 0 ? 0 : (int) (1000 * epoch + offset));
    }

    static TopicName topic(String name) {
        return new TopicName("shop", name);
    }

    static String id(String topic, long offset) {
        return topic + "#" + offset;
    }

    Story add(Entry entry) {
        entries.add(entry);
        return this;
    }

    List<Entry> entries() {
        return entries;
    }

    Verdict judged() {
        return Checker.check(entries);
    }

    private static Sending sending(String topic, long number) {
        return new Sending("publisher", topic(topic), id(topic, number));
    }

    Story tries(String topic, long number) {
        return add(new Entry.Attempted(sending(topic, number), false));
    }

    Story triesConflatable(String topic, long number) {
        return add(new Entry.Attempted(sending(topic, number), true));
    }

    Story acks(String topic, long number) {
        return acks(topic, number, at(number));
    }

    Story acks(String topic, long number, Position position) {
        return add(new Entry.Acked(sending(topic, number), position, Durability.COMMITTED, false));
    }

    Story refuses(String topic, long number) {
        return add(new Entry.Refused(sending(topic, number), "overloaded"));
    }

    Story doesNotAnswer(String topic, long number) {
        return add(new Entry.Unanswered(sending(topic, number), "cut"));
    }

    /// Publishes messages 1 to `last`, and has them acknowledged.
    Story publishes(String topic, int last) {
        return publishes(topic, 1, last);
    }

    Story publishes(String topic, int first, int last) {
        for (int i = first; i <= last; i++) {
            tries(topic, i).acks(topic, i);
        }
        return this;
    }

    /// The reader names the topic and stands before its first event.
    Story reads(String reader, String topic) {
        return reads(reader, topic, at(0));
    }

    Story reads(String reader, String topic, Position position) {
        return add(new Entry.Connected(connect(reader), "shop", Map.of(topic, position), List.of()));
    }

    Story readsPattern(String reader, String pattern) {
        return add(new Entry.Connected(connect(reader), "shop", Map.of(), List.of(pattern)));
    }

    Story comesBack(String reader) {
        return leaves(reader).add(new Entry.Connected(connect(reader), "shop", Map.of(), List.of()));
    }

    Story leaves(String reader) {
        return add(new Entry.Disconnected(connections.get(reader), "cut"));
    }

    private Connection connect(String reader) {
        return connections.merge(reader, new Connection(reader, 1), (before, first) -> before.next());
    }

    Story sees(String reader, String topic, long... offsets) {
        for (long offset : offsets) {
            sees(reader, topic, at(offset), id(topic, offset), Marks.NONE);
        }
        return this;
    }

    Story sees(String reader, String topic, Position position, String id, Marks marks) {
        return add(new Entry.Saw(connections.get(reader), topic(topic), position, id, marks));
    }

    Story seesJob(String reader, long offset, JobStatus status, double progress) {
        Marks marks = new Marks(false, 0, Optional.of(new JobMark(status, OptionalDouble.of(progress))));
        return sees(reader, "$jobs/import", at(offset), id("$jobs/import", offset), marks);
    }

    Story misses(String reader, String topic, Delivery.Cause cause, Position from, Position to) {
        boolean countable = cause == Delivery.Cause.SLOW || cause == Delivery.Cause.TRUNCATED;
        OptionalLong count = countable ? OptionalLong.of(to.offset() - from.offset()) : OptionalLong.empty();
        return add(new Entry.Missed(connections.get(reader), topic(topic), cause, count, from, to));
    }

    Story ends(String reader, String topic, String reason, Position position) {
        return add(new Entry.Ended(connections.get(reader), topic(topic), reason, position));
    }

    /// All copies of the store hold what was told until now.
    Story isInStep() {
        return add(new Entry.InStep());
    }

    /// A copy takes over that may lack what was told since.
    Story isTakenOver() {
        return add(new Entry.TookOver());
    }

    Story isQuiet() {
        return add(new Entry.Quiet());
    }

    Story finds(String hub, String topic, Position head) {
        return add(new Entry.Found(hub, topic(topic), head, Optional.empty(), Optional.empty()));
    }

    Story findsClosed(String hub, String topic, Position head, String reason) {
        return add(new Entry.Found(hub, topic(topic), head, Optional.of(reason), Optional.empty()));
    }
}
