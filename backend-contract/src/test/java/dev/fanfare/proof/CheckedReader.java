package dev.fanfare.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Cursor;
import dev.fanfare.Delivery;
import dev.fanfare.Position;
import dev.fanfare.Received;
import dev.fanfare.StartAt;
import dev.fanfare.spi.Head;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A reader that holds every delivery against the truth: received, conflated and missed together are what was
/// published, in order, once.
///
/// It polls only when it may, at the beginning, after deliveries and when woken: a lost wake-up leaves it behind.
///
/// Threads: confined to the test.
final class CheckedReader {
    private final Truth truth;
    private final Supplier<@Nullable Head> store;
    private final boolean seesAll;
    private final StartAt start;
    private @Nullable Cursor cursor;
    private @Nullable Throwable refused;
    private boolean awake = true;

    private Position at = Position.NONE; // after the last delivery
    private int firstLife; // the number of the life that a reader without a position waits for
    private @Nullable OptionalLong missed;
    private boolean ended;
    private int deliveries;

    /// @param store tells the topic's real head
    /// @param seesAll whether the node hears of everything that happens in its store
    CheckedReader(Truth truth, Supplier<@Nullable Head> store, boolean seesAll, StartAt start) {
        this.truth = truth;
        this.store = store;
        this.seesAll = seesAll;
        this.start = start;
        this.firstLife = seesAll ? upcomingLife() : 0;
    }

    /// Returns the number of the life that a reader without a position gets, from its first event.
    private int upcomingLife() {
        return truth.present() == null ? truth.lives() : truth.lives() - 1;
    }

    void open(Function<Runnable, CompletionStage<Cursor>> opening) {
        opening.apply(() -> awake = true).whenComplete((opened, failure) -> {
            refused = failure;
            if (failure == null) {
                begin(opened);
            }
        });
    }

    private void begin(Cursor opened) {
        cursor = opened;
        at = parse(opened.position());
        Truth.Life present = truth.present();
        if (seesAll && start instanceof StartAt.Live && present != null && !present.isOver()) {
            assertThat(at).as("a live reader stands at the head").isEqualTo(present.last());
        }
        if (start instanceof StartAt.After after) {
            assertThat(at).isEqualTo(after.position());
        }
        if (seesAll && start instanceof StartAt.Earliest && present != null) {
            assertThat(at.offset()).as("what is before the oldest").isLessThan(oldest(present));
        }
    }

    private long oldest(Truth.Life life) {
        Head head = store.get();
        return head == null || head.epoch() != life.epoch ? Long.MAX_VALUE : head.oldest();
    }

    CheckedReader fork() {
        CheckedReader twin = new CheckedReader(truth, store, seesAll, start);
        twin.cursor = opened().fork(() -> twin.awake = true);
        twin.at = at;
        twin.firstLife = firstLife;
        twin.missed = missed;
        twin.ended = ended;
        twin.deliveries = deliveries;
        return twin;
    }

    boolean isOpen() {
        return cursor != null;
    }

    @Nullable
    Throwable refused() {
        return refused;
    }

    String position() {
        return opened().position();
    }

    void close() {
        opened().close();
    }

    private Cursor opened() {
        if (cursor == null) {
            throw new IllegalStateException("the cursor is not open yet");
        }
        return cursor;
    }

    /// Polls once, if there may be something; tells whether there was.
    boolean poll(int maxBytes) {
        if (!awake) {
            return false;
        }
        awake = false;
        List<Delivery> some = opened().poll(maxBytes);
        some.forEach(this::check);
        awake |= !some.isEmpty();
        checkPosition();
        return !some.isEmpty() || awake;
    }

    /// Reads all that is ready.
    void drain() {
        for (int polls = 0; poll(1 << 20); polls++) {
            assertThat(polls).as("polls of a reader that comes to no end").isLessThan(10_000);
        }
    }

    private void check(Delivery delivery) {
        assertThat(ended).as("nothing follows the end, but %s did", delivery).isFalse();
        if (delivery instanceof Received received) {
            checkEvent(received);
        } else if (delivery instanceof Delivery.Gap gap) {
            checkGap(gap);
        } else {
            checkEnd((Delivery.Ended) delivery);
        }
        at = delivery.position();
        deliveries++;
    }

    private void checkEvent(Received received) {
        enter(received.position());
        Truth.Published event = life().event(received.position().offset());
        assertThat(event.position()).isEqualTo(received.position());
        assertThat(received.message()).isEqualTo(event.message());
        if (received.isSnapshot()) {
            assertThat(event.makesSnapshot()).as("%s is a snapshot", received).isTrue();
        }
        long spared = spared(at.offset(), received.position().offset() - 1);
        assertThat((long) received.conflated())
                .as("conflated before %s", received)
                .isEqualTo(spared);
        assertThat(received.isAfterGap())
                .as("%s tells of the gap before it", received)
                .isEqualTo(missed != null);
        if (missed != null) {
            assertThat(received.missed()).isEqualTo(missed);
        }
        missed = null;
    }

    /// Counts the events from after `from` up to `to`, all of which must have been conflated rightly.
    private long spared(long from, long to) {
        assertThat(to).as("the delivery follows %s", at).isGreaterThanOrEqualTo(from);
        for (long offset = from + 1; offset <= to; offset++) {
            assertThat(life().event(offset).conflatable())
                    .as("silent loss of event %d", offset)
                    .isTrue();
            assertThat(life().hasConflatableAfter(offset))
                    .as("event %d was the newest conflatable", offset)
                    .isTrue();
        }
        return to - from;
    }

    /// A reader without a position begins before the first event of the life that it waited for.
    private void enter(Position position) {
        if (at.epoch() == 0 && position.epoch() != 0) {
            Truth.Life entered = truth.life(position.epoch());
            if (seesAll) {
                assertThat(entered.number).as("the life that comes").isEqualTo(firstLife);
            } else {
                assertThat(entered.number).as("a life that comes").isGreaterThanOrEqualTo(firstLife);
            }
            at = new Position(position.epoch(), 0, 0);
        }
        assertThat(position.epoch()).as("life of what follows %s", at).isEqualTo(at.epoch());
    }

    private Truth.Life life() {
        return truth.life(at.epoch());
    }

    private void checkGap(Delivery.Gap gap) {
        switch (gap.cause()) {
            case TRUNCATED, SLOW -> checkTruncation(gap);
            case EPOCH -> checkOtherLife(gap);
            case UNKNOWN_POSITION -> {
                assertThat(start).isInstanceOf(StartAt.Unreadable.class);
                assertThat(deliveries).isZero();
                assertThat(gap.missed()).isEmpty();
            }
            default -> throw new AssertionError("the store was never set back, yet there is " + gap);
        }
        missed = add(missed, gap.missed());
    }

    private void checkTruncation(Delivery.Gap gap) {
        enter(gap.from());
        Truth.Life life = life();
        assertThat(gap.from()).as("where the gap begins").isEqualTo(at);
        long to = Math.min(gap.position().offset(), life.lastOffset());
        assertThat(gap.position().epoch()).isEqualTo(life.epoch);
        assertThat(gap.missed())
                .as("missed in %s", gap)
                .isEqualTo(OptionalLong.of(to - gap.from().offset()));
        assertThat(gap.missed().orElse(0)).isPositive();
        assertThat(oldest(life))
                .as("%s, though it could be read", gap)
                .isGreaterThan(gap.from().offset() + 1);
    }

    private void checkOtherLife(Delivery.Gap gap) {
        enter(gap.from());
        assertThat(gap.missed()).isEmpty();
        assertThat(truth.life(at.epoch()).isOver()).as("life of %s is over", at).isTrue();
        if (seesAll) {
            assertThat(deliveries).as("deliveries before a gap between lives").isZero();
        }
        firstLife = Math.max(firstLife, life().number + 1);
    }

    private static OptionalLong add(@Nullable OptionalLong one, OptionalLong other) {
        if (one == null) {
            return other;
        }
        boolean known = one.isPresent() && other.isPresent();
        return known ? OptionalLong.of(one.getAsLong() + other.getAsLong()) : OptionalLong.empty();
    }

    private void checkEnd(Delivery.Ended end) {
        enter(end.position());
        Truth.Life life = life();
        assertThat(life.ends).contains(new Truth.End(end.reason(), end.position()));
        if (!at.equals(end.position())) {
            assertThat(at.offset()).as("the last event comes before the end").isEqualTo(life.lastOffset());
        }
        ended = true;
    }

    /// The cursor's own place is that of the last delivery, or after events that it has spared the reader since.
    private void checkPosition() {
        Position place = parse(position());
        if (!place.equals(at)) {
            enter(place);
            spared(at.offset(), place.offset());
        }
        assertThat(opened().isEnded()).isEqualTo(ended);
    }

    /// Checks that a reader who has read all that is ready has got all there is.
    void checkComplete() {
        if (ended) {
            return;
        }
        if (at.epoch() == 0) {
            boolean waits = truth.present() == null || truth.present().number < firstLife;
            assertThat(waits)
                    .as("a reader without a position waits, but there is a life")
                    .isTrue();
            assertThat(!seesAll || truth.lives() <= firstLife)
                    .as("a whole life went by unseen")
                    .isTrue();
            return;
        }
        assertThat(life().isOver())
                .as("a reader of a life that is over has its end")
                .isFalse();
        assertThat(at).as("where the reader stands").isEqualTo(life().last());
    }

    private static Position parse(String position) {
        return Position.parse(position).orElseThrow();
    }
}
