package dev.fanfare.client;

import dev.fanfare.Broadcaster;

/// The library itself.
final class EmbeddedBroadcasterTest extends BroadcasterContract {
    @Override
    Broadcaster reach(Broadcaster embedded) {
        return embedded;
    }

    @Override
    void leave() {
        // there is nothing between
    }
}
