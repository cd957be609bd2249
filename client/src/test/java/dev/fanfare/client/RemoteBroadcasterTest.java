package dev.fanfare.client;

import dev.fanfare.Broadcaster;
import dev.fanfare.server.Hub;
import java.net.URI;

/// The same through a hub.
final class RemoteBroadcasterTest extends BroadcasterContract {
    private Hub hub;

    @Override
    Broadcaster reach(Broadcaster embedded) {
        hub = Hub.on(embedded).port(0).start();
        return HubClient.connect(URI.create("http://127.0.0.1:" + hub.port()));
    }

    @Override
    void leave() {
        hub.close();
    }
}
