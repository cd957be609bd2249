package dev.fanfare.redis;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.UnusableStoreException;
import dev.fanfare.spi.Clock;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a server says of itself that no server of the tests does. The others are in [RedisStartTest].
final class InspectionTest {
    private final Deployment deployment =
            Deployment.of(RedisAddress.parse("redis://localhost"), Script.Texts.standard(), Clock.system());
    private final Inspection inspection = new Inspection(deployment, 0);

    @AfterEach
    void close() {
        deployment.connections().close().join();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.8.24", "6.2.14"})
    void aServerThatIsTooOldIsRefused(String version) {
        assertThatThrownBy(() -> inspection.requireFit(Map.of("redis_version", version)))
                .isInstanceOf(UnusableStoreException.class)
                .hasMessageContaining("it is Redis " + version + ", and 7 is the oldest that will do; upgrade it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"7.0.0", "8.2.1", "10.0.0"})
    void oneThatIsNotIsFit(String version) {
        assertThatCode(() -> inspection.requireFit(Map.of("redis_version", version)))
                .doesNotThrowAnyException();
    }
}
