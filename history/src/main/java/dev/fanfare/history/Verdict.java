package dev.fanfare.history;

import dev.fanfare.Delivery;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// What the checker has to say of a history: the invariants that did not hold, and how much there was to judge.
public record Verdict(List<Violation> violations, List<Entry> entries) {
    private static final int MOST_SHOWN = 20;

    public Verdict {
        violations = List.copyOf(violations);
    }

    public boolean isClean() {
        return violations.isEmpty();
    }

    /// Returns the invariants that did not hold, with how often.
    public Map<Invariant, Long> broken() {
        return violations.stream()
                .collect(Collectors.groupingBy(
                        Violation::invariant, () -> new EnumMap<>(Invariant.class), Collectors.counting()));
    }

    /// Returns how many entries of that kind there are.
    public long count(Class<? extends Entry> kind) {
        return entries.stream().filter(kind::isInstance).count();
    }

    /// Returns how many entries of that kind are as wanted.
    public <E extends Entry> long count(Class<E> kind, Predicate<E> wanted) {
        return entries.stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .filter(wanted)
                .count();
    }

    /// Returns how often each reader was told of a gap.
    public Map<String, Long> gapsByReader() {
        return missed().stream()
                .collect(Collectors.groupingBy(missed -> missed.connection().reader(), Collectors.counting()));
    }

    /// Returns how many gaps there were, by cause.
    public Map<Delivery.Cause, Long> gapsByCause() {
        return missed().stream().collect(Collectors.groupingBy(Entry.Missed::cause, Collectors.counting()));
    }

    private List<Entry.Missed> missed() {
        return entries.stream()
                .filter(Entry.Missed.class::isInstance)
                .map(Entry.Missed.class::cast)
                .toList();
    }

    /// Returns what was judged in one line, and then each violation with its evidence.
    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        lines.add(
                "%d attempts, %d acknowledged, %d refused, %d unanswered; %d connections, %d deliveries, gaps %s, %d ends"
                        .formatted(
                                count(Entry.Attempted.class),
                                count(Entry.Acked.class),
                                count(Entry.Refused.class),
                                count(Entry.Unanswered.class),
                                count(Entry.Connected.class),
                                count(Entry.Saw.class),
                                gapsByCause(),
                                count(Entry.Ended.class)));
        broken().forEach((invariant, times) ->
                lines.add(invariant + " broken " + times + " times: " + invariant.sentence()));
        violations.stream().limit(MOST_SHOWN).forEach(violation -> lines.add("  " + violation));
        if (violations.size() > MOST_SHOWN) {
            lines.add("  … and " + (violations.size() - MOST_SHOWN) + " more");
        }
        return String.join("\n", lines);
    }
}
