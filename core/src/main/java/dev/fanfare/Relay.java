package dev.fanfare;

import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobReceipt;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Outbox;
import dev.fanfare.spi.Staged;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Publishes what applications have staged in the store, on the path of all other events: the events of a topic in
/// their order, those of several topics side by side, none behind those of another topic, as long as fewer than a
/// thousand topics are busy, and fewer than 20,000 events staged for them. What cannot be published now is
/// tried again; what can never be stays in the outbox as refused.
///
/// A look takes some of what is staged, but for topics that are busy: their events are on their way, or could not be
/// published and wait for their next try.
///
/// Threads: safe. One look is under way at a time; it goes on where the backend's answers come.
final class Relay {
    private static final System.Logger LOG = System.getLogger(Relay.class.getName());
    private static final Duration LOOK = Duration.ofMillis(250);
    /// Between looks while more is staged all the time: what a look costs is shared by more events.
    private static final Duration PAUSE = Duration.ofMillis(10);

    private static final int MOST_AT_ONCE = 500;
    private static final int MOST_BUSY = 1_000;

    private final EngineBroadcaster engine;
    private final Outbox outbox;
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicBoolean blind = new AtomicBoolean(); // the last look has failed
    private final Set<TopicName> busy = ConcurrentHashMap.newKeySet();

    Relay(EngineBroadcaster engine, Outbox outbox) {
        this.engine = engine;
        this.outbox = outbox;
    }

    void start() {
        outbox.onStaged(this::ask);
        askLater();
    }

    private void askLater() {
        engine.clock().schedule(LOOK, () -> {
            if (!engine.isClosed()) {
                ask();
                askLater();
            }
        });
    }

    private void ask() {
        if (asked.getAndIncrement() == 0) {
            look();
        }
    }

    private void look() {
        int seen = asked.get();
        int number = looks.incrementAndGet(); // before it is known who is busy
        staged().thenAccept(staged -> relay(staged, number)).whenComplete((relayed, failure) -> {
            note(failure);
            if (asked.addAndGet(-seen) > 0) {
                engine.clock().schedule(PAUSE, this::look);
            }
        });
    }

    private void note(@Nullable Throwable failure) {
        if (failure == null) {
            blind.set(false);
        } else if (!blind.getAndSet(true) && !engine.isClosed()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () -> "what applications have staged cannot be published, and is tried again: "
                            + Waiting.cause(failure).getMessage());
        }
    }

    private CompletionStage<List<Staged>> staged() {
        Set<TopicName> except = Set.copyOf(busy);
        return except.size() < MOST_BUSY
                ? outbox.staged(MOST_AT_ONCE, except)
                : CompletableFuture.completedStage(List.of());
    }

    private void relay(List<Staged> all, int look) {
        Map<TopicName, List<Staged>> lanes = new LinkedHashMap<>();
        for (Staged each : all) {
            try {
                lanes.computeIfAbsent(new TopicName(each.app(), each.topic()), name -> new ArrayList<>())
                        .add(each);
            } catch (InvalidValueException invalid) {
                settle(each, invalid);
            }
        }
        lanes.forEach((topic, lane) -> relay(topic, lane, look));
        if (!all.isEmpty()) {
            ask(); // there may be more than a look takes
        }
    }

    private void relay(TopicName topic, List<Staged> lane, int look) {
        busy.add(topic);
        CompletableFuture.completedStage(lane)
                .thenCompose(staged -> topic.isJob() ? update(staged) : publish(topic, staged))
                .whenComplete((done, failure) -> {
                    if (failure == null && done) {
                        free(topic, look);
                    } else {
                        engine.clock().schedule(LOOK, () -> free(topic, look));
                    }
                });
    }

    /// Looks for more of the topic if a look has left it out.
    private void free(TopicName topic, int look) {
        busy.remove(topic);
        if (looks.get() != look && !engine.isClosed()) {
            ask();
        }
    }

    /// Publishes events of one topic, all at once; tells whether they are out of the way.
    private CompletionStage<Boolean> publish(TopicName name, List<Staged> lane) {
        List<Staged> valid = new ArrayList<>();
        List<Event> events = new ArrayList<>();
        List<CompletionStage<Boolean>> settled = new ArrayList<>();
        for (Staged staged : lane) {
            try {
                events.add(event(staged));
                valid.add(staged);
            } catch (InvalidValueException invalid) {
                settled.add(settle(staged, invalid));
            }
        }
        if (!valid.isEmpty()) {
            EngineTopic topic = new EngineTopic(engine, name);
            settled.add(topic.publishAll(events).thenCompose(results -> settle(topic, valid, results)));
        }
        return all(settled);
    }

    /// Tells whether all say so.
    private static CompletionStage<Boolean> all(List<CompletionStage<Boolean>> stages) {
        CompletionStage<Boolean> all = CompletableFuture.completedStage(true);
        for (CompletionStage<Boolean> stage : stages) {
            all = all.thenCombine(stage, Boolean::logicalAnd);
        }
        return all;
    }

    private static Event event(Staged staged) {
        Event event = Event.json(staged.message()).withIdempotencyKey(staged.key());
        event = staged.name() == null ? event : event.named(staged.name());
        event = staged.snapshot() ? event.asSnapshot() : event;
        event = staged.conflatable() ? event.asConflatable() : event;
        return staged.closing() == null ? event : event.closing(new CloseReason(staged.closing()));
    }

    private CompletionStage<Boolean> settle(EngineTopic topic, List<Staged> staged, List<AppendResult> results) {
        List<CompletionStage<Boolean>> settled = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            AppendResult result = results.get(i);
            boolean taken = result instanceof AppendResult.Accepted || result instanceof AppendResult.Duplicate;
            if (!taken) {
                settled.add(settle(staged.get(i), topic.failure(event(staged.get(i)), result)));
            }
        }
        return all(settled);
    }

    /// Makes updates of one job, each after the one before it; tells whether they are out of the way.
    private CompletionStage<Boolean> update(List<Staged> lane) {
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
