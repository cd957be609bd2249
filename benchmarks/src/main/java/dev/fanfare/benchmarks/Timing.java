package dev.fanfare.benchmarks;

import java.time.Duration;

/// How long a measurement warms up, and how long it counts.
record Timing(Duration warmup, Duration duration) {}
