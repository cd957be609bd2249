package dev.fanfare.proof;

import dev.fanfare.CloseReason;
import dev.fanfare.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What has really happened to a topic, as its publisher knows it: every life, every event, every end.
///
/// Threads: confined to the test.
final class Truth {
    private final List<Life> lives = new ArrayList<>();

    /// @param makesSnapshot whether late comers get it first
    record Published(Position position, String message, boolean conflatable, boolean makesSnapshot) {}

    record End(CloseReason reason, Position position) {}

    /// One epoch of the topic.
    static final class Life {
        final int number;
        final long epoch;
        final List<Published> events = new ArrayList<>();
        /// How it ended; a closed life that is dropped has two ends, and a reader gets the one that its node has seen.
        final List<End> ends = new ArrayList<>();

        boolean forgotten;

        private Life(int number, long epoch) {
            this.number = number;
            this.epoch = epoch;
        }

        boolean isOver() {
            return !ends.isEmpty() || forgotten;
        }

        boolean isDropped() {
            return ends.stream().anyMatch(end -> end.reason().equals(CloseReason.DROPPED));
        }

        long lastOffset() {
            return events.size();
        }

        Position last() {
            return events.get(events.size() - 1).position();
        }

        Published event(long offset) {
            return events.get((int) offset - 1);
        }

        boolean hasConflatableAfter(long offset) {
            return events.subList((int) offset, events.size()).stream().anyMatch(Published::conflatable);
        }
    }

    /// Returns how many lives there have been.
    int lives() {
        return lives.size();
    }

    /// Returns the life that the topic is in; null when it has none. A closed one still is the topic's.
    @Nullable
    Life present() {
        Life last = lives.isEmpty() ? null : lives.get(lives.size() - 1);
        return last == null || last.forgotten || last.isDropped() ? null : last;
    }

    Life life(long epoch) {
        return lives.stream()
                .filter(life -> life.epoch == epoch)
                .findFirst()
                .orElseThrow(() -> new AssertionError("there was no life with epoch " + epoch));
    }

    void published(Published event) {
        Life life = lives.isEmpty() ? null : lives.get(lives.size() - 1);
        if (life == null || life.epoch != event.position().epoch()) {
            life = new Life(lives.size(), event.position().epoch());
            lives.add(life);
        }
        if (event.position().offset() != life.lastOffset() + 1) {
            throw new AssertionError("the store gave " + event.position() + " after " + life.lastOffset());
        }
        life.events.add(event);
    }

    void over(CloseReason reason, Position end) {
        life(end.epoch()).ends.add(new End(reason, end));
    }
}
