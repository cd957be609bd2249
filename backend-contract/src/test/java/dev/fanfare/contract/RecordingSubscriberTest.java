package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.StartAt;
import dev.fanfare.memory.MemoryBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecordingSubscriberTest {
    private final Broadcaster broadcaster = Broadcaster.on(MemoryBackend.create());
    private final App shop = broadcaster.app("shop");

    @AfterEach
    void close() {
        broadcaster.close();
    }

    @Test
    void closingFailsWhenADeliveryIsUnread() {
        RecordingSubscriber subscriber = RecordingSubscriber.of(shop, "orders", StartAt.live());
        shop.topic("orders").publish("1");

        assertThatThrownBy(subscriber::close).isInstanceOf(AssertionError.class).hasMessageContaining("not looked at");
    }

    @Test
    void anotherKindOfDeliveryThanExpectedFails() {
        try (RecordingSubscriber subscriber = RecordingSubscriber.of(shop, "orders", StartAt.live())) {
            shop.topic("orders").publish("1");

            assertThatThrownBy(subscriber::gap).isInstanceOf(AssertionError.class);
        }
    }

    @Test
    void expectingNothingFailsWhenThereIsSomething() {
        try (RecordingSubscriber subscriber = RecordingSubscriber.of(shop, "orders", StartAt.live())) {
            subscriber.expectNothing();
            shop.topic("orders").publish("1");

            assertThatThrownBy(subscriber::expectNothing).isInstanceOf(AssertionError.class);
            assertThat(subscriber.ready()).isEmpty();
        }
    }
}
