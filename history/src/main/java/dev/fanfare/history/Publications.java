package dev.fanfare.history;

import dev.fanfare.Position;
import dev.fanfare.spi.TopicName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What was published, what its publishers were told, and what of that the store may have lost since.
///
/// Threads: confined to the one that checks.
final class Publications {
    /// One message: how often it was tried, and what came of that.
    private static final class Message {
        final Entry.Attempted first;
        int tries;
        int refusals;

        Message(Entry.Attempted first) {
            this.first = first;
        }
    }

    private final Map<String, Message> messages = new HashMap<>();
    /// By topic and epoch, then by offset.
    private final Map<TopicName, Map<Long, NavigableMap<Long, Entry.Acked>>> acks = new HashMap<>();
    /// Where in the history the first try of a topic stands.
    private final Map<TopicName, Integer> begins = new HashMap<>();
    private final List<List<Entry.Acked>> clashes = new ArrayList<>();
    private final Takeovers takeovers;

    Publications(List<Entry> entries) {
        takeovers = new Takeovers(entries);
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry instanceof Entry.Attempted tried) {
                messages.computeIfAbsent(tried.sending().id(), id -> new Message(tried)).tries++;
                begins.putIfAbsent(tried.sending().topic(), i);
            } else if (entry instanceof Entry.Refused refused) {
                count(refused);
            } else if (entry instanceof Entry.Acked acked) {
                count(acked);
            }
        }
    }

    /// What a store may have lost need not be anywhere.
    private void count(Entry.Acked acked) {
        if (mayBeLost(acked)) {
            return;
        }
        Entry.Acked before = lives(acked.sending().topic())
                .computeIfAbsent(acked.position().epoch(), epoch -> new TreeMap<>())
                .put(acked.position().offset(), acked);
        if (before != null && !before.position().equals(acked.position())) {
            clashes.add(List.of(before, acked));
        }
    }

    private void count(Entry.Refused refused) {
        Message message = messages.get(refused.sending().id());
        if (message != null) {
            message.refusals++;
        }
    }

    private Map<Long, NavigableMap<Long, Entry.Acked>> lives(TopicName topic) {
        return acks.computeIfAbsent(topic, name -> new HashMap<>());
    }

    /// Returns the first try of the message; null if nobody published it.
    Entry.@Nullable Attempted attempt(String id) {
        Message message = messages.get(id);
        return message == null ? null : message.first;
    }

    /// Tells whether every try of the message was refused, so that it can be nowhere.
    boolean isRefused(String id) {
        Message message = messages.get(id);
        return message != null && message.refusals >= message.tries;
    }

    /// Returns what was acknowledged at that place; null when nothing was.
    Entry.@Nullable Acked acked(TopicName topic, Position at) {
        return life(topic, at.epoch()).get(at.offset());
    }

    /// Returns what was acknowledged after one offset and before another of that life.
    Collection<Entry.Acked> ackedBetween(TopicName topic, long epoch, long after, long before) {
        return after + 1 >= before
                ? List.of()
                : life(topic, epoch).subMap(after, false, before, false).values();
    }

    /// Returns all that was acknowledged in the topic, in all its lives.
    Collection<Entry.Acked> acked(TopicName topic) {
        List<Entry.Acked> all = new ArrayList<>();
        acks.getOrDefault(topic, Map.of()).values().forEach(life -> all.addAll(life.values()));
        return all;
    }

    private NavigableMap<Long, Entry.Acked> life(TopicName topic, long epoch) {
        return acks.getOrDefault(topic, Map.of()).getOrDefault(epoch, new TreeMap<>());
    }

    /// Tells whether nothing was published to the topic before that place in the history.
    boolean isNewSince(TopicName topic, int index) {
        Integer begin = begins.get(topic);
        return begin != null && begin > index;
    }

    /// Returns all topics that anybody published to.
    Set<TopicName> topics() {
        return begins.keySet();
    }

    /// Returns the pairs of acknowledgements that name the same place for different events.
    List<List<Entry.Acked>> clashes(TopicName topic) {
        return clashes.stream()
                .filter(pair -> pair.get(0).sending().topic().equals(topic))
                .toList();
    }

    /// Tells whether what the entry speaks of may be in the store no more.
    boolean mayBeLost(Entry entry) {
        return takeovers.mayBeLost(entry);
    }

    /// Tells whether a reader that is behind may be spared the message.
    boolean isConflatable(String id) {
        Message message = messages.get(id);
        return message != null && message.first.conflatable();
    }
}
