package dev.fanfare.redis;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;

/// Hears what comes over one connection, of channels of both kinds.
///
/// Threads: called by that of the connection.
final class Ear extends RedisPubSubAdapter<String, byte[]> {
    private final LivePath path;
    private final StatefulRedisPubSubConnection<String, byte[]> source;

    Ear(LivePath path, StatefulRedisPubSubConnection<String, byte[]> source) {
        this.path = path;
        this.source = source;
    }

    @Override
    public void message(String channel, byte[] message) {
        path.hear(source, channel, message);
    }

    @Override
    public void smessage(String channel, byte[] message) {
        path.hear(source, channel, message);
    }

    @Override
    public void subscribed(String channel, long count) {
        path.subscribed(source, channel);
    }

    @Override
    public void ssubscribed(String channel, long count) {
        path.subscribed(source, channel);
    }

    @Override
    public void unsubscribed(String channel, long count) {
        path.unsubscribed(source, channel);
    }

    @Override
    public void sunsubscribed(String channel, long count) {
        path.unsubscribed(source, channel);
    }
}
