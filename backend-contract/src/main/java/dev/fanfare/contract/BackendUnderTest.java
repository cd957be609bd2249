package dev.fanfare.contract;

import dev.fanfare.spi.Backend;
import dev.fanfare.spi.TopicName;
import java.time.Duration;

/// What the rules need of the backend that they are held against. Every test method has one of its own, empty.
public interface BackendUnderTest {
    TopicName TOPIC = new TopicName("shop", "orders/42");
    TopicName OTHER = new TopicName("shop", "orders/43");

    /// Makes the backend under test, not yet started. Called again within one test, it reaches the same stored data if
    /// the backend is durable or shared.
    Backend open();

    /// Lets time pass by the store's clock.
    void elapse(Duration time);

    /// Sets the store's clock back, as a time server may.
    void setBack(Duration time);

    /// Returns how often a race is run; a store that is slow may do with less.
    default int rounds() {
        return 10_000;
    }

    /// Returns the node that a test works with, started at its first use.
    Node node();

    /// Starts one more node on the same data.
    Node anotherNode();
}
