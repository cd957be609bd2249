package dev.fanfare.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Delivery;
import dev.fanfare.Received;
import dev.fanfare.contract.RecordingSubscriber;

/// A reader's account of one life: every offset after its start was received, conflated or missed, in order.
///
/// Threads: confined to one reader.
final class Tally {
    private long received;
    private long conflated;
    private long missed;
    private long at;
    private boolean ended;

    /// @param at the offset after which the reader begins
    Tally(long at) {
        this.at = at;
    }

    /// Reads until the event at `offset` or the end, and checks that nothing is unaccounted for.
    Tally readTo(RecordingSubscriber reader, long offset) {
        while (at < offset && !ended) {
            take(reader.next());
        }
        return this;
    }

    private void take(Delivery delivery) {
        long to = delivery.position().offset();
        if (delivery instanceof Received event) {
            assertThat(to).as("%s after offset %d", event, at).isEqualTo(at + event.conflated() + 1);
            received++;
            conflated += event.conflated();
        } else if (delivery instanceof Delivery.Gap gap) {
            assertThat(gap.from().offset()).isEqualTo(at);
            assertThat(gap.missed()).hasValue(to - at);
            missed += to - at;
        } else {
            assertThat(to).as("the end after offset %d", at).isEqualTo(at);
            ended = true;
        }
        at = to;
    }

    long received() {
        return received;
    }

    long missed() {
        return missed;
    }

    long sum() {
        return received + conflated + missed;
    }

    boolean isEnded() {
        return ended;
    }
}
