package dev.fanfare.client;

import dev.fanfare.spi.Clock;
import java.time.Duration;

/// What a client was told before it connected; [HubClientBuilder] says what each of it means.
record Settings(Clock clock, Duration timeout, Duration silence, Duration longestPause, int queueBytes) {}
