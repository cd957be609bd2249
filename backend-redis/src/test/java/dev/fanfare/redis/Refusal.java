package dev.fanfare.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.UnusableStoreException;
import dev.fanfare.contract.RecordingListener;
import dev.fanfare.spi.Waiting;

/// What is said when a backend cannot start.
final class Refusal {
    private Refusal() {}

    /// Returns the one line with which a server is refused.
    static String of(String url) {
        Throwable failure = failure(url);
        assertThat(failure).isInstanceOf(UnusableStoreException.class);
        assertThat(failure).message().startsWith("cannot keep topics in redis").doesNotContain("\n", "secret");
        return failure.getMessage();
    }

    /// Returns what is said of a server that is away: it is worth another try.
    static String ofOneThatIsAway(String url) {
        Throwable failure = failure(url);
        assertThat(failure).isInstanceOf(BackendUnavailableException.class);
        assertThat(failure).message().contains("redis").doesNotContain("\n", "secret");
        return failure.getMessage();
    }

    private static Throwable failure(String url) {
        try (RedisBackend backend = RedisBackend.at(url)) {
            return catchThrowable(() -> Waiting.forResult(backend.start(new RecordingListener()), () -> "starting"));
        }
    }
}
