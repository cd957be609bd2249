package dev.fanfare;

import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobReceipt;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Names;
import dev.fanfare.spi.Outbox;
import dev.fanfare.spi.Staged;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/// Publishes what applications have staged in the store, on the path of all other events: the events of a topic in
/// their order, those of several topics side by side. What cannot be published now is tried again; what can never be
/// stays in the outbox as refused.
///
/// Threads: safe. One round is under way at a time; it goes on where the backend's answers come.
final class Relay {
    private static final System.Logger LOG = System.getLogger(Relay.class.getName());
    private static final Duration LOOK = Duration.ofMillis(250);
    /// Between rounds while more is staged all the time: what a round costs is shared by more events.
    private static final Duration PAUSE = Duration.ofMillis(10);

    private static final int MOST_AT_ONCE = 500;

    private final EngineBroadcaster engine;
    private final Outbox outbox;
    private final AtomicInteger asked = new AtomicInteger();

    Relay(EngineBroadcaster engine, Outbox outbox) {
        this.engine = engine;
        this.outbox = outbox;
    }

    void start() {
        outbox.onStaged(this::look);
        lookLater();
    }

    private void lookLater() {
        engine.clock().schedule(LOOK, () -> {
            if (!engine.isClosed()) {
                look();
                lookLater();
            }
        });
    }

    private void look() {
        if (asked.getAndIncrement() == 0) {
            round();
        }
    }

    private void round() {
        int seen = asked.get();
        outbox.staged(MOST_AT_ONCE)
                .thenCompose(staged -> relay(staged).thenApply(done -> staged.size() == MOST_AT_ONCE))
                .whenComplete((full, failure) -> {
                    if (failure == null && full && !engine.isClosed()) {
                        round();
                    } else if (asked.addAndGet(-seen) > 0) {
                        engine.clock().schedule(PAUSE, this::round);
                    }
                });
    }

    private CompletionStage<Void> relay(List<Staged> staged) {
        Map<List<String>, List<Staged>> lanes = new LinkedHashMap<>();
        for (Staged each : staged) {
            lanes.computeIfAbsent(List.of(each.app(), each.topic()), lane -> new ArrayList<>())
                    .add(each);
        }
        return all(lanes.values().stream()
                .map(lane -> TopicName.isJob(lane.get(0).topic()) ? update(lane) : publish(lane))
                .toList());
    }

    private static CompletionStage<Void> all(List<? extends CompletionStage<?>> stages) {
        return CompletableFuture.allOf(
                stages.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new));
    }

    /// Publishes events of one topic, all at once.
    private CompletionStage<?> publish(List<Staged> lane) {
        List<Staged> valid = new ArrayList<>();
        List<Event> events = new ArrayList<>();
        List<CompletionStage<?>> settled = new ArrayList<>();
        for (Staged staged : lane) {
            try {
                Names.requireApp(staged.app());
                Names.requireTopic(staged.topic());
                events.add(event(staged));
                valid.add(staged);
            } catch (InvalidValueException invalid) {
                settled.add(settle(staged, invalid));
            }
        }
        if (!valid.isEmpty()) {
            EngineTopic topic = new EngineTopic(
                    engine, new TopicName(lane.get(0).app(), lane.get(0).topic()));
            settled.add(topic.publishAll(events)
                    .thenCompose(results -> settle(topic, valid, results))
                    .exceptionally(away -> null));
        }
        return all(settled);
    }

    private static Event event(Staged staged) {
        Event event = Event.json(staged.message()).withIdempotencyKey(staged.key());
        event = staged.name() == null ? event : event.named(staged.name());
        event = staged.snapshot() ? event.asSnapshot() : event;
        event = staged.conflatable() ? event.asConflatable() : event;
        return staged.closing() == null ? event : event.closing(new CloseReason(staged.closing()));
    }

    private CompletionStage<Void> settle(EngineTopic topic, List<Staged> staged, List<AppendResult> results) {
        List<CompletionStage<?>> settled = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            AppendResult result = results.get(i);
            boolean taken = result instanceof AppendResult.Accepted || result instanceof AppendResult.Duplicate;
            if (!taken) {
                settled.add(settle(staged.get(i), topic.failure(event(staged.get(i)), result)));
            }
        }
        return all(settled);
    }

    /// Makes updates of one job, each after the one before it.
    private CompletionStage<?> update(List<Staged> lane) {
        CompletionStage<Boolean> done = CompletableFuture.completedStage(true);
        for (Staged staged : lane) {
            done = done.thenCompose(goesOn -> goesOn ? update(staged) : CompletableFuture.completedStage(false));
        }
        return done;
    }

    /// Tells whether the next may follow.
    private CompletionStage<Boolean> update(Staged staged) {
        return CompletableFuture.completedStage(staged)
                .thenCompose(each -> engine.app(each.app())
                        .jobs()
                        .updateAsync(
                                TopicName.jobId(each.topic()),
                                JobChange.parse(each.message()).idempotencyKey(each.key())))
                .handle((receipt, failure) -> failure == null ? taken(staged, receipt) : settle(staged, failure))
                .thenCompose(settled -> settled);
    }

    /// A change that says nothing new is not stored, and so not taken out.
    private CompletionStage<Boolean> taken(Staged staged, JobReceipt receipt) {
        return receipt.duplicate()
                ? outbox.settle(staged.key(), null).thenApply(there -> true)
                : CompletableFuture.completedStage(true);
    }

    /// Keeps the event as refused if it can never be published; tells whether it is out of the way.
    private CompletionStage<Boolean> settle(Staged staged, Throwable failure) {
        Throwable cause = Waiting.cause(failure);
        boolean later = cause instanceof BackendUnavailableException
                || (cause instanceof RefusedException refused && !refused.code().equals("body_too_large"));
        if (later) {
            return CompletableFuture.completedStage(false);
        }
        String reason = String.valueOf(cause.getMessage());
        return outbox.settle(staged.key(), reason).thenApply(there -> {
            if (there) {
                LOG.log(System.Logger.Level.WARNING, () -> "a staged event was refused: " + reason);
            }
            return true;
        });
    }
}
