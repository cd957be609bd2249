package dev.fanfare.benchmarks;

import dev.fanfare.spi.BackendListener;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Scope;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import java.util.List;

/// Listens, and does nothing about what it hears.
final class Silent implements BackendListener {
    @Override
    public void advanced(TopicName topic, Head atLeast, List<StoredEvent> events) {
        // it is the telling that is measured
    }

    @Override
    public void appeared(TopicName topic) {
        // nothing is watched
    }

    @Override
    public void interrupted(Scope scope, String reason) {
        // publishers are told by their answers
    }

    @Override
    public void resumed(Scope scope) {
        // publishers are told by their answers
    }
}
