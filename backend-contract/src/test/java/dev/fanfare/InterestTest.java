package dev.fanfare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.FaultyBackend;
import dev.fanfare.contract.ManualClock;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.SharedMemory;
import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.spi.Backend;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/// What is left of readers that have gone: nothing.
class InterestTest {
    private final Set<Object> attached = ConcurrentHashMap.newKeySet();

    /// Notes for which topics there is interest.
    private Backend watched(Backend backend) {
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("attach")) {
                        attached.addAll((Collection<?>) arguments[0]);
                    } else if (method.getName().equals("detach")) {
                        attached.removeAll((Collection<?>) arguments[0]);
                    }
                    try {
                        return method.invoke(backend, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    @Test
    void aPatternThatIsRefusedKeepsNoTopicOfThoseThatItHadFound() {
        try (Broadcaster broadcaster = Broadcaster.on(watched(MemoryBackend.create()))) {
            App shop = broadcaster.app("shop");
            for (int i = 0; i <= Discovery.MAX_FOUND; i++) {
                shop.topic("orders/" + i).publish("1");
            }
            assertThatThrownBy(() -> shop.subscribe("orders/*", StartAt.live()))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("more than 10000 topics");
            assertThat(attached).isEmpty();
        }
    }

    @Test
    void aSubscriptionThatNobodyWaitsForAnyMoreIsClosedOnceItIsOpen() {
        FaultyBackend way = FaultyBackend.before(MemoryBackend.create());
        try (Broadcaster broadcaster = Broadcaster.on(watched(way))) {
            App shop = broadcaster.app("shop");
            way.holdReads();
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> shop.subscribe("orders", StartAt.live())).hasMessageContaining("interrupted");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(attached).hasSize(1);
            way.releaseReads();
            assertThat(attached).isEmpty();
        }
    }

    @Test
    void whatIsReadForATopicThatNobodyReadsAnyMoreIsNotKept() {
        ManualClock clock = new ManualClock();
        FaultyBackend way = FaultyBackend.before(new SharedMemory(clock).open());
        try (Broadcaster broadcaster = Broadcaster.builder(way).clock(clock).start()) {
            WindowBudget budget = ((EngineBroadcaster) broadcaster).budget();
            App shop = broadcaster.app("shop");
            shop.topic("orders").publish("1");
            try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders", StartAt.live())) {
                shop.topic("orders").publish("2");
                reader.messages(1);
                assertThat(budget.held()).isPositive();
                way.news(FaultyBackend.News.LOST);
                shop.topic("orders").publish("3");
                way.holdReads();
                clock.advance(Duration.ofSeconds(20)); // what is known is compared with the store
                assertThat(way.heldReads()).isPositive();
            }
            way.releaseReads();
            assertThat(budget.held()).isZero();
        }
    }
}
