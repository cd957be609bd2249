package dev.fanfare.examples;

import dev.fanfare.Broadcaster;
import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.server.Hub;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

/// A hub inside a program: what it publishes reaches browsers, and what others post reaches it.
public final class EmbeddedHub {
    private EmbeddedHub() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        try (Broadcaster broadcaster = Broadcaster.on(MemoryBackend.create());
                Hub hub = Hub.on(broadcaster).port(0).start()) {
            URI topic = URI.create(hub.uri() + "/v1/shop/topics/orders/42");
            HttpClient browser = HttpClient.newHttpClient();

            browser.send(
                    HttpRequest.newBuilder(topic)
                            .POST(BodyPublishers.ofString("{\"total\":12}"))
                            .build(),
                    BodyHandlers.discarding());

            System.out.println(
                    broadcaster.app("shop").topic("orders/42").state().isPresent());
            System.out.println(browser.send(HttpRequest.newBuilder(topic).build(), BodyHandlers.ofString())
                    .statusCode());
        }
    }
}
