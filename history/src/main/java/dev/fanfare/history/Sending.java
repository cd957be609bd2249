package dev.fanfare.history;

import dev.fanfare.spi.TopicName;

/// One message of one publisher, however often it is tried.
///
/// @param id what the message and its idempotency key hold: unique in the whole history
public record Sending(String publisher, TopicName topic, String id) {
    public Sending {
        if (id.isEmpty()) {
            throw new IllegalArgumentException("a message of publisher " + publisher + " has no id to be traced by");
        }
    }
}
