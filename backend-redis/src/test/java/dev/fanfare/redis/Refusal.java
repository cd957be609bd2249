package dev.fanfare.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.fanfare.UnusableStoreException;
import dev.fanfare.contract.RecordingListener;
import dev.fanfare.spi.Waiting;

/// The one line with which a server is refused.
final class Refusal {
    private Refusal() {}

    static String of(String url) {
        try (RedisBackend backend = RedisBackend.at(url)) {
            Throwable failure =
                    catchThrowable(() -> Waiting.forResult(backend.start(new RecordingListener()), () -> "starting"));
            assertThat(failure).isInstanceOf(UnusableStoreException.class);
            assertThat(failure)
                    .message()
                    .startsWith("cannot keep topics in redis")
                    .doesNotContain("\n", "secret");
            return failure.getMessage();
        }
    }
}
