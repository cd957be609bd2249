package dev.fanfare.testbed;

/// Which way bytes pass through a [FaultProxy].
public enum Direction {
    /// From the client to the server.
    UPSTREAM,
    /// From the server to the client.
    DOWNSTREAM
}
