package dev.fanfare.hub;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.client.HubClient;
import dev.fanfare.hub.config.Setting;
import dev.fanfare.hub.config.Settings;
import java.util.List;

/// The app of a running hub that a command works in.
record RemoteHub(Broadcaster broadcaster, App app) implements AutoCloseable {
    /// What says which hub and app that is, and how the command prints.
    static final List<Setting<?>> SETTINGS = List.of(Settings.URL, Settings.PORT, Settings.APP, Settings.OUTPUT);

    static RemoteHub of(Call call) {
        Logs.configure(call.shell(), call.configuration());
        Broadcaster broadcaster = HubClient.connect(call.get(Settings.URL));
        return new RemoteHub(broadcaster, broadcaster.app(call.get(Settings.APP)));
    }

    @Override
    public void close() {
        broadcaster.close();
    }
}
