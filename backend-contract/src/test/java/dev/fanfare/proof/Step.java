package dev.fanfare.proof;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/// One move in an interleaving.
///
/// @param choice which of the readers, start places, sizes … the move is about; taken modulo their number, so that
///     every list of steps can be played, also one that was shortened
record Step(Kind kind, int choice) {
    enum Kind {
        PUBLISH,
        PUBLISH_CONFLATABLE,
        PUBLISH_SNAPSHOT,
        CLOSE,
        REOPEN,
        DROP,
        SUBSCRIBE,
        POLL,
        DRAIN,
        RESUME,
        FORK,
        LEAVE,
        PASS_TIME,
        /// Says what becomes of news from now on.
        NEWS,
        RELEASE_NEWS,
        HOLD_READS,
        RELEASE_READS,
        CUT,
        MEND,
        GO_AWAY,
        COME_BACK
    }

    static Arbitrary<Step> sound() {
        return of(Arbitraries.frequency(
                Tuple.of(14, Kind.PUBLISH),
                Tuple.of(14, Kind.PUBLISH_CONFLATABLE),
                Tuple.of(4, Kind.PUBLISH_SNAPSHOT),
                Tuple.of(2, Kind.CLOSE),
                Tuple.of(2, Kind.REOPEN),
                Tuple.of(2, Kind.DROP),
                Tuple.of(8, Kind.SUBSCRIBE),
                Tuple.of(12, Kind.POLL),
                Tuple.of(4, Kind.DRAIN),
                Tuple.of(5, Kind.RESUME),
                Tuple.of(3, Kind.FORK),
                Tuple.of(3, Kind.LEAVE),
                Tuple.of(4, Kind.PASS_TIME)));
    }

    /// The same, and faults among them.
    static Arbitrary<Step> faulty() {
        Arbitrary<Kind> faults = Arbitraries.of(
                Kind.NEWS,
                Kind.RELEASE_NEWS,
                Kind.HOLD_READS,
                Kind.RELEASE_READS,
                Kind.CUT,
                Kind.MEND,
                Kind.GO_AWAY,
                Kind.COME_BACK);
        return Arbitraries.frequencyOf(Tuple.of(3, sound()), Tuple.of(1, of(faults)));
    }

    private static Arbitrary<Step> of(Arbitrary<Kind> kinds) {
        return Combinators.combine(kinds, Arbitraries.integers().between(0, 999))
                .as(Step::new);
    }
}
