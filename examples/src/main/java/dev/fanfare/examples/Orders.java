package dev.fanfare.examples;

import dev.fanfare.Broadcaster;
import dev.fanfare.CloseReason;
import dev.fanfare.Delivery;
import dev.fanfare.Event;
import dev.fanfare.Received;
import dev.fanfare.StartAt;
import dev.fanfare.Subscription;
import dev.fanfare.Topic;
import dev.fanfare.memory.MemoryBackend;

/// Publishes to a topic and reads it, in one program.
public final class Orders {
    private Orders() {}

    public static void main(String[] args) {
        try (Broadcaster broadcaster = Broadcaster.on(MemoryBackend.create())) {
            Topic order = broadcaster.app("shop").topic("orders/42");
            order.publish(Event.json("{\"total\":12}").named("created"));
            order.publish(Event.json("{\"total\":15}").named("changed"));
            order.publish(Event.json("{\"carrier\":\"mail\"}").named("sent").closing(CloseReason.COMPLETE));

            try (Subscription<Delivery> deliveries = order.subscribe(StartAt.earliest())) {
                deliveries.forEach(Orders::show); // ends by itself, as the topic is closed
            }
        }
    }

    private static void show(Delivery delivery) {
        if (delivery instanceof Received event) {
            System.out.println(event.eventName().orElse("event") + " " + event.message());
        } else if (delivery instanceof Delivery.Gap gap) {
            System.out.println("lost " + gap.missed()); // only when history did not reach back far enough
        } else if (delivery instanceof Delivery.Ended end) {
            System.out.println("over: " + end.reason());
        }
    }
}
