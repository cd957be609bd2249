package dev.fanfare.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Broadcaster;
import dev.fanfare.Receipt;
import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.server.Hub;
import java.net.URI;
import org.junit.jupiter.api.Test;

/// The examples of the API documentation; each region stands there as it runs here.
final class SnippetsTest {
    @Test
    void connect() {
        try (Broadcaster embedded = Broadcaster.on(MemoryBackend.create());
                Hub hub = Hub.on(embedded).port(0).start()) {
            String address = "http://127.0.0.1:" + hub.port();
            // @start region="connect"
            try (Broadcaster broadcaster = HubClient.connect(URI.create(address))) {
                Receipt receipt = broadcaster.app("shop").topic("orders/42").publish("{\"total\":12}");
                assertThat(receipt.duplicate()).isFalse();
            }
            // @end
        }
    }
}
