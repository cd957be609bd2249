package dev.fanfare.history;

import dev.fanfare.spi.TopicName;
import java.util.ArrayList;
import java.util.List;

/// Collects what the checker finds wrong.
///
/// Threads: confined to the one that checks.
final class Findings {
    private final List<Violation> violations = new ArrayList<>();

    void add(Invariant invariant, TopicName topic, String who, String what, Entry... evidence) {
        violations.add(new Violation(invariant, topic, who, what, List.of(evidence)));
    }

    List<Violation> all() {
        return violations;
    }
}
