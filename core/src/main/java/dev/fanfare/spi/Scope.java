package dev.fanfare.spi;

import java.util.Set;

/// Which topics an interruption of the live path touches.
public sealed interface Scope {
    record Everything() implements Scope {}

    record Topics(Set<TopicName> topics) implements Scope {}
}
