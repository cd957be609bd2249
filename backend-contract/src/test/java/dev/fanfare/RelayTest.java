package dev.fanfare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.ForwardingBackend;
import dev.fanfare.contract.ManualClock;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.contract.Warnings;
import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Outbox;
import dev.fanfare.spi.Staged;
import dev.fanfare.spi.TopicName;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ThreadLeaks.class)
class RelayTest {
    private static final Duration LOOK = Duration.ofMillis(250);

    private final ManualClock clock = new ManualClock();
    private final Tray tray = new Tray(MemoryBackend.create(clock));

    /// An outbox that hands out one event at a look.
    private static final class Tray extends ForwardingBackend implements Outbox {
        private final Queue<Staged> staged = new ConcurrentLinkedQueue<>();
        private boolean broken;

        Tray(Backend store) {
            super(store);
        }

        void add(String topic, String message) {
            String key = KEY_PREFIX + staged.size();
            staged.add(new Staged(key, "shop", topic, Bytes.utf8(message), null, false, false, null));
        }

        @Override
        public CompletionStage<List<Staged>> staged(int most, Set<TopicName> except) {
            Staged next = broken ? null : staged.poll();
            return broken
                    ? CompletableFuture.failedStage(new BackendUnavailableException("tray", "relaying", "gone", false))
                    : CompletableFuture.completedStage(next == null ? List.of() : List.of(next));
        }

        @Override
        public CompletionStage<Boolean> settle(String key, @Nullable String refusal) {
            return CompletableFuture.completedStage(true);
        }

        @Override
        public Staging staging(Connection connection) {
            throw new IllegalStateException("nobody stages");
        }

        @Override
        public void onStaged(Runnable hint) {
            // it is looked at now and then
        }
    }

    private Broadcaster start() {
        return Broadcaster.builder(tray).clock(clock).start();
    }

    @Test
    void aLookThatGivesLessThanThereIsIsSoonFollowedByAnother() {
        try (Broadcaster broadcaster = start();
                RecordingSubscriber reader =
                        RecordingSubscriber.of(broadcaster.app("shop"), "orders/1", StartAt.live())) {
            tray.add("orders/1", "1");
            tray.add("orders/1", "2");
            tray.add("orders/1", "3");
            clock.advance(LOOK);
            assertThat(reader.messages(1)).containsExactly("1");
            clock.advance(LOOK.dividedBy(5));
            assertThat(reader.messages(2)).containsExactly("2", "3");
        }
    }

    @Test
    void thatNothingCanBeLookedAtIsSaidOnce() {
        try (Warnings warnings = Warnings.of(Relay.class);
                Broadcaster broadcaster = start();
                RecordingSubscriber reader =
                        RecordingSubscriber.of(broadcaster.app("shop"), "orders/1", StartAt.live())) {
            tray.broken = true;
            clock.advance(LOOK.multipliedBy(4));
            assertThat(warnings.texts()).hasSize(1).first().asString().contains("cannot be published", "gone");

            tray.broken = false;
            tray.add("orders/1", "1");
            clock.advance(LOOK);
            assertThat(reader.messages(1)).containsExactly("1");

            tray.broken = true;
            clock.advance(LOOK.multipliedBy(4));
            assertThat(warnings.texts()).hasSize(2);
        }
    }
}
