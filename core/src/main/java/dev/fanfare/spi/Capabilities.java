package dev.fanfare.spi;

/// What a backend claims to be; each claim is a suite of the contract that it must pass.
///
/// @param name as it appears in messages and metrics, as `memory`
/// @param durable what was accepted survives the process
/// @param shared several processes may open the same data and see each other's events
/// @param maxMessageBytes what is larger is refused as too large
public record Capabilities(String name, boolean durable, boolean shared, int maxMessageBytes) {}
