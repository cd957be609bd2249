package dev.fanfare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.memory.MemoryBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The examples of the API documentation; each region stands there as it runs here.
class SnippetsTest {
    @Test
    void firstSteps() {
        List<String> seen = new ArrayList<>();
        // @start region="first-steps"
        try (Broadcaster broadcaster = Broadcaster.on(MemoryBackend.create())) {
            Topic orders = broadcaster.app("shop").topic("orders/42");
            try (Subscription<Delivery> subscription = orders.subscribe(StartAt.live())) {
                orders.publish("{\"total\":12}");
                subscription.next(Duration.ofSeconds(1)).ifPresent(delivery -> seen.add(delivery.topic()));
            }
        }
        // @end
        assertThat(seen).containsExactly("orders/42");
    }

    @Test
    void event() {
        // @start region="event"
        Event event = Event.json("{\"total\":12}").named("created").withIdempotencyKey("order-42-created");
        // @end
        assertThat(event.name()).isEqualTo("created");
    }

    @Test
    void iterate() {
        List<String> seen = new ArrayList<>();
        try (Broadcaster broadcaster = Broadcaster.on(MemoryBackend.create())) {
            Topic topic = broadcaster.app("shop").topic("stock");
            topic.publish("1");
            topic.publish(Event.json("2").closing(new CloseReason("sold out")));
            // @start region="iterate"
            try (Subscription<Delivery> stock = topic.subscribe(StartAt.earliest())) {
                for (Delivery delivery : stock) { // ends by itself once the topic is closed
                    if (delivery instanceof Received event) {
                        seen.add(event.message());
                    } else if (delivery instanceof Delivery.Gap gap) {
                        seen.add("lost " + gap.missed());
                    }
                }
            }
            // @end
        }
        assertThat(seen).containsExactly("1", "2");
    }
}
