package dev.fanfare.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Of what a healthy run delivered, no single delivery can be left out, repeated or put elsewhere unseen.
class CheckerPropertiesTest {
    @Property(tries = 500)
    void healthyRunsPass(@ForAll long seed, @ForAll @IntRange(max = 200) int steps) {
        assertThat(Checker.check(new HealthyRun(seed, steps).entries()).violations())
                .isEmpty();
    }

    @Property(tries = 500)
    void aDeliveryThatIsLeftOutIsCaught(@ForAll long seed, @ForAll @IntRange(max = 10_000) int which) {
        List<Entry> entries = new HealthyRun(seed, 150).entries();
        entries.remove(delivery(entries, which));
        assertThat(Checker.check(entries).broken().keySet())
                .contains(Invariant.I1)
                .containsAnyOf(Invariant.I5, Invariant.I7);
    }

    @Property(tries = 500)
    void aDeliveryThatIsRepeatedIsCaught(@ForAll long seed, @ForAll @IntRange(max = 10_000) int which) {
        List<Entry> entries = new HealthyRun(seed, 150).entries();
        int index = delivery(entries, which);
        entries.add(index, entries.get(index));
        assertThat(Checker.check(entries).broken().keySet()).containsExactly(Invariant.I4);
    }

    @Property(tries = 500)
    void twoDeliveriesThatChangePlacesAreCaught(@ForAll long seed, @ForAll @IntRange(max = 10_000) int which) {
        List<Entry> entries = new HealthyRun(seed, 150).entries();
        int first = delivery(entries, which);
        Entry.Saw saw = (Entry.Saw) entries.get(first);
        int second = following(entries, first, saw);
        Assume.that(second > first);
        entries.set(first, entries.get(second));
        entries.set(second, saw);
        assertThat(Checker.check(entries).broken().keySet())
                .contains(Invariant.I5)
                .containsAnyOf(Invariant.I3, Invariant.I4);
    }

    @Property(tries = 500)
    void aGapThatIsNotToldIsCaught(@ForAll long seed) {
        List<Entry> entries = new HealthyRun(seed, 300).entries();
        boolean removed = entries.removeIf(Entry.Missed.class::isInstance);
        Assume.that(removed);
        assertThat(Checker.check(entries).broken().keySet()).contains(Invariant.I1);
    }

    private static int delivery(List<Entry> entries, int which) {
        List<Integer> deliveries = IntStream.range(0, entries.size())
                .filter(i -> entries.get(i) instanceof Entry.Saw)
                .boxed()
                .toList();
        Assume.that(!deliveries.isEmpty());
        return deliveries.get(which % deliveries.size());
    }

    /// Returns the next delivery to the same reader from the same topic; -1 for none.
    private static int following(List<Entry> entries, int index, Entry.Saw saw) {
        Set<Object> same = Set.of(saw.connection().reader(), saw.topic());
        return IntStream.range(index + 1, entries.size())
                .filter(i -> entries.get(i) instanceof Entry.Saw next
                        && Set.of(next.connection().reader(), next.topic()).equals(same))
                .findFirst()
                .orElse(-1);
    }
}
