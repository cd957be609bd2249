package dev.fanfare.hub;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.BroadcasterBuilder;
import dev.fanfare.TopicPolicy;
import dev.fanfare.UnusableStoreException;
import dev.fanfare.hub.config.Configuration;
import dev.fanfare.hub.config.Configuration.Value;
import dev.fanfare.hub.config.ConfigurationException;
import dev.fanfare.hub.config.Setting;
import dev.fanfare.hub.config.Settings;
import dev.fanfare.server.Hub;
import dev.fanfare.server.HubBuilder;
import dev.fanfare.server.HubException;
import dev.fanfare.server.Limits;
import dev.fanfare.server.Timing;
import java.net.InetAddress;
import java.net.UnknownHostException;

/// The hub that this program runs: the engine on its store, and the server before it.
record LocalHub(Broadcaster broadcaster, Hub hub) implements AutoCloseable {
    /// @throws ConfigurationException if the configuration asks for what cannot be
    /// @throws CommandFault if the port is taken, or the store cannot be used
    static LocalHub start(Configuration configuration) {
        requireLoopback(configuration.value(Settings.HOST));
        Broadcaster broadcaster = broadcaster(configuration);
        try {
            return new LocalHub(broadcaster, server(broadcaster, configuration).start());
        } catch (HubException cannotListen) {
            broadcaster.close();
            throw new CommandFault(Exit.UNAVAILABLE, String.valueOf(cannotListen.getMessage()));
        }
    }

    private static void requireLoopback(Value<String> host) {
        try {
            if (!InetAddress.getByName(host.text()).isLoopbackAddress()) {
                throw new ConfigurationException("host is " + host.text() + " (" + host.origin()
                        + "), which others can reach, and there is no authentication yet: listen on 127.0.0.1,"
                        + " and let a proxy that authenticates pass requests on");
            }
        } catch (UnknownHostException unknown) {
            throw new ConfigurationException(
                    "host is " + host.text() + " (" + host.origin() + "), which is no address here");
        }
    }

    private static Broadcaster broadcaster(Configuration configuration) {
        BroadcasterBuilder builder =
                Broadcaster.builder(configuration.get(Settings.STORE).backend()).policy(policy(configuration));
        configuration.value(Settings.HISTORY_MEMORY).value().ifPresent(builder::windowBytes);
        try {
            return builder.start();
        } catch (UnusableStoreException unusable) {
            throw new CommandFault(Exit.CONFIG, String.valueOf(unusable.getMessage()));
        } catch (BackendUnavailableException away) {
            throw new CommandFault(Exit.UNAVAILABLE, String.valueOf(away.getMessage()));
        }
    }

    private static TopicPolicy policy(Configuration configuration) {
        Value<?> idle = configuration.value(Settings.KEEP_IDLE);
        Value<?> age = configuration.value(Settings.HISTORY_AGE);
        if (configuration.get(Settings.KEEP_IDLE).compareTo(configuration.get(Settings.HISTORY_AGE)) < 0) {
            throw new ConfigurationException("keep.idle-topics is " + idle.text() + " (" + idle.origin()
                    + "), it must not be shorter than history.age, " + age.text() + " (" + age.origin()
                    + "): a topic would be forgotten before its events");
        }
        return new TopicPolicy(
                configuration.get(Settings.HISTORY_EVENTS),
                configuration.get(Settings.HISTORY_BYTES),
                configuration.get(Settings.HISTORY_AGE),
                configuration.get(Settings.KEEP_IDLE),
                configuration.get(Settings.KEEP_ENDED),
                configuration.get(Settings.KEEP_KEYS));
    }

    private static HubBuilder server(Broadcaster broadcaster, Configuration configuration) {
        HubBuilder builder = Hub.on(broadcaster)
                .host(configuration.get(Settings.HOST))
                .port(configuration.get(Settings.PORT))
                .limits(limits(configuration))
                .timing(timing(configuration));
        configuration.list(Settings.ALLOWED_HOSTS).forEach(builder::allowHost);
        configuration.list(Settings.ALLOWED_ORIGINS).forEach(builder::allowOrigin);
        Pages.all().forEach(builder::page);
        return builder;
    }

    private static Limits limits(Configuration configuration) {
        return new Limits(
                bytes(configuration, Settings.LIMIT_BODY),
                bytes(configuration, Settings.LIMIT_BATCH),
                bytes(configuration, Settings.LIMIT_FRAME),
                configuration.get(Settings.LIMIT_FRAGMENTS),
                configuration.get(Settings.LIMIT_NAMES),
                configuration.value(Settings.LIMIT_CONNECTIONS).value().orElse(Limits.DEFAULT.connections()),
                configuration.get(Settings.LIMIT_CONNECTIONS_PER_ADDRESS),
                bytes(configuration, Settings.LIMIT_HEADERS),
                bytes(configuration, Settings.LIMIT_URL),
                bytes(configuration, Settings.LIMIT_SEND_BUFFER),
                bytes(configuration, Settings.LIMIT_WAITING));
    }

    private static int bytes(Configuration configuration, Setting<Long> size) {
        return Math.toIntExact(configuration.get(size));
    }

    private static Timing timing(Configuration configuration) {
        return new Timing(
                configuration.get(Settings.TIME_HEAD),
                configuration.get(Settings.TIME_BODY),
                configuration.get(Settings.TIME_IDLE),
                configuration.get(Settings.TIME_HEARTBEAT),
                configuration.get(Settings.TIME_PING),
                configuration.get(Settings.TIME_PONG),
                configuration.get(Settings.TIME_STALL),
                configuration.get(Settings.TIME_DRAIN),
                configuration.get(Settings.TIME_RETRY));
    }

    /// Tells all readers to come back later, lets requests that are under way finish, and stops.
    @Override
    public void close() {
        hub.close();
        broadcaster.close();
    }
}
