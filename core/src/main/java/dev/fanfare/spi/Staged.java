package dev.fanfare.spi;

import org.jspecify.annotations.Nullable;

/// An event as an application has left it in an [Outbox]; unchecked.
///
/// @param key by which an append takes it
/// @param topic a topic's name, or `$jobs/<id>` for an update of a job
/// @param message JSON: an event's message, or the update of a job
/// @param closing why the topic is closed by it; null if it is not
public record Staged(
        String key,
        String app,
        String topic,
        Bytes message,
        @Nullable String name,
        boolean snapshot,
        boolean conflatable,
        @Nullable String closing) {}
