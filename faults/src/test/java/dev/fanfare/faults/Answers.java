package dev.fanfare.faults;

import dev.fanfare.App;
import dev.fanfare.BroadcastException;
import dev.fanfare.Position;
import dev.fanfare.history.Entry;
import dev.fanfare.spi.TopicName;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/// What a hub answers when it is asked what its topics are at.
///
/// @param hub its name, for people
/// @param app its apps, by name
record Answers(String hub, Function<String, App> app) {
    /// Asks until there is an answer, for at most that long.
    Entry.Found find(TopicName topic, Duration longest) {
        long end = System.nanoTime() + longest.toNanos();
        while (true) {
            try {
                return topic.isJob() ? job(topic) : topic(topic);
            } catch (BroadcastException away) {
                if (System.nanoTime() - end > 0) {
                    throw away;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
    }

    private Entry.Found topic(TopicName topic) {
        return app.apply(topic.app())
                .topic(topic.name())
                .state()
                .map(state -> new Entry.Found(
                        hub,
                        topic,
                        state.position(),
                        state.closed().map(reason -> reason.text()),
                        state.snapshot().map(snapshot -> snapshot.position())))
                .orElseGet(() -> none(topic));
    }

    private Entry.Found job(TopicName topic) {
        return app.apply(topic.app())
                .jobs()
                .state(TopicName.jobId(topic.name()))
                .map(job -> new Entry.Found(
                        hub,
                        topic,
                        job.position(),
                        Optional.of(job.status().wireName()).filter(status -> job.isEnded()),
                        Optional.of(job.position())))
                .orElseGet(() -> none(topic));
    }

    private Entry.Found none(TopicName topic) {
        return new Entry.Found(hub, topic, Position.NONE, Optional.empty(), Optional.empty());
    }
}
