package dev.fanfare.server;

/// Who serves a request.
///
/// @param app the app that the path names, decoded; empty outside of `/v1`
/// @param name what follows in the path, decoded: a topic's name or a job's id; empty for none
record Route(Action action, String app, String name) {}
