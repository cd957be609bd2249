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
        return HubClient.builder(URI.create("http://127.0.0.1:" + hub.port()))
                .timeout(DEADLINE) // on a machine that is busy with other things
                .connect();
    }

    @Override
    void leave() {
        hub.close();
    }
}
