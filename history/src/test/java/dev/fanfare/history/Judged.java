package dev.fanfare.history;

import static org.assertj.core.api.Assertions.assertThat;

/// A history that a test tells, and what the checker makes of it.
abstract class Judged {
    final Story story = new Story();

    final void assertHolds() {
        assertThat(story.judged().violations()).isEmpty();
    }

    final void assertBroken(Invariant... invariants) {
        assertThat(story.judged().broken().keySet()).containsExactly(invariants);
    }

    final Story readerOfThree() {
        return story.reads("r", "a").publishes("a", 3);
    }
}
