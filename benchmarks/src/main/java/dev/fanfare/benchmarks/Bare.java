package dev.fanfare.benchmarks;

import java.util.Optional;

/// The least that a store can be asked to do with a message, by the client that Fanfare uses, too: what Fanfare's
/// publishers are compared with.
interface Bare {
    /// Returns the one for that store; empty if there is nothing to compare with.
    static Optional<Bare> of(Store store) {
        if (store.name().startsWith("jdbc:")) {
            return Optional.of(new BarePostgres(store.name()));
        }
        return store.name().matches("rediss?://.*") ? Optional.of(new BareRedis(store.name())) : Optional.empty();
    }

    /// Names what is done, for a printed line.
    String what();

    Connected connect();

    /// A client of the store.
    ///
    /// Threads: safe; every publisher has a call of its own under way.
    interface Connected extends AutoCloseable {
        /// Does it once, and returns when the store has answered.
        ///
        /// @param topic a number, from 0
        void publish(int topic, byte[] message);

        @Override
        void close();
    }
}
