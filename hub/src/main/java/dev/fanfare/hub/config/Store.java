package dev.fanfare.hub.config;

import java.nio.file.Path;

/// Where a hub keeps its events.
public sealed interface Store {
    /// In this process, for as long as it lives.
    record Memory() implements Store {}

    /// In a file, which several hubs of one machine may share.
    record Sqlite(Path file) implements Store {}
}
