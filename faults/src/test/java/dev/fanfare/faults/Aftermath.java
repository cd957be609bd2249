package dev.fanfare.faults;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.StartAt;
import dev.fanfare.history.Entry;
import dev.fanfare.history.History;
import dev.fanfare.history.Interest;
import dev.fanfare.history.RecordingPublisher;
import dev.fanfare.history.RecordingPublisher.Outcome;
import dev.fanfare.spi.TopicName;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// What is looked at when the faults are over and the publishers have finished: whether everybody hears of what is
/// new, and what those are given who come only now.
///
/// Threads: confined to the test's.
final class Aftermath {
    private static final String PROBE = "probe-";
    private static final String LATE = "latecomer-";
    /// How many topics a latecomer reads: all of them would make a long request.
    private static final int AT_ONCE = 40;

    private final FaultRun run;
    private final History history;
    private final Standings standings;
    private final Map<String, RecordingPublisher> publishers = new HashMap<>(); // by app
    private int published;
    private int latecomers;

    Aftermath(FaultRun run, Standings standings) {
        this.run = run;
        this.history = run.history();
        this.standings = standings;
    }

    /// Publishes to the topics, at all hubs in turn, and waits until whoever reads one has that.
    void awaitHeard(Set<TopicName> topics, Map<String, Predicate<TopicName>> readers, Duration longest)
            throws InterruptedException {
        topics.forEach(this::publish);
        Collection<Entry.Found> heads = published();
        try {
            history.await(
                    "all readers to hear of what is new",
                    longest,
                    entries -> standings.follow(entries).haveReached(heads, readers));
        } catch (AssertionError late) {
            throw new AssertionError(late.getMessage() + "; behind are " + standings.behind(heads, readers), late);
        }
    }

    private void publish(TopicName topic) {
        RecordingPublisher publisher = publishers.computeIfAbsent(
                topic.app(),
                app -> new RecordingPublisher(history, PROBE + app, () -> run.app(published % run.nodes(), app)));
        var message = publisher.message(topic.name());
        long end = System.nanoTime() + FaultRun.PATIENCE.toNanos();
        while (publisher.publish(message, event -> event) != Outcome.ACKED) {
            assertThat(System.nanoTime() - end)
                    .as("a publish to " + topic + " is not acknowledged though all is whole")
                    .isNegative();
        }
        published++;
    }

    /// Returns where the topics are by the last acknowledgement.
    private Collection<Entry.Found> published() {
        Map<TopicName, Entry.Found> heads = new LinkedHashMap<>();
        for (Entry entry : history.entries()) {
            if (entry instanceof Entry.Acked acked
                    && acked.sending().publisher().startsWith(PROBE)) {
                TopicName topic = acked.sending().topic();
                heads.put(topic, new Entry.Found(PROBE, topic, acked.position(), Optional.empty(), Optional.empty()));
            }
        }
        return heads.values();
    }

    /// Has somebody come to whom snapshots must stand for all that was before. The checker compares what they are given
    /// with what the hubs have said.
    void awaitSnapshots(Collection<Entry.Found> found) throws InterruptedException {
        Map<String, List<String>> topics = found.stream()
                .filter(topic -> topic.snapshot().isPresent())
                .map(Entry.Found::topic)
                .collect(groupingBy(TopicName::app, mapping(TopicName::name, toList())));
        int wanted = topics.values().stream().mapToInt(List::size).sum();
        topics.forEach((app, names) -> {
            for (int i = 0; i < names.size(); i += AT_ONCE) {
                begin(app, names.subList(i, Math.min(names.size(), i + AT_ONCE)));
            }
        });
        history.await("snapshots for latecomers", FaultRun.PATIENCE, entries -> snapshots(entries) == wanted);
    }

    private void begin(String app, List<String> topics) {
        int number = latecomers++;
        Interest interest = new Interest(topics, List.of(), StartAt.snapshot());
        run.readOverClient(app, LATE + number, () -> number % run.nodes(), interest);
    }

    private static long snapshots(List<Entry> entries) {
        return entries.stream()
                .filter(entry -> entry instanceof Entry.Saw saw
                        && saw.marks().snapshot()
                        && saw.connection().reader().startsWith(LATE))
                .count();
    }
}
