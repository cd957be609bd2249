package dev.fanfare.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HubOptionsTest {
    @Test
    void settingsBecomeFlags() {
        HubOptions options = HubOptions.on("sqlite:a.db").with("timing.heartbeat", "1s");
        assertThat(options.arguments(7780))
                .containsExactly("serve", "--port", "7780", "--store", "sqlite:a.db", "--timing.heartbeat", "1s");
    }

    @Test
    void eachChangeLeavesTheRestAsItIs() {
        HubOptions options = HubOptions.on("memory")
                .wrappedIn("strace", "-f")
                .withEnvironment("A", "b")
                .with("log.level", "info");
        assertThat(options)
                .isEqualTo(new HubOptions(
                        "memory", Map.of("log.level", "info"), List.of("strace", "-f"), Map.of("A", "b")));
    }
}
