package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
    private final Connections connections = new Connections(Limits.DEFAULT.withConnections(150));

    @Test
    void anAddressMayHaveAHundredAndLoopbackAny() throws UnknownHostException {
        InetAddress far = InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1});
        for (int i = 0; i < 100; i++) {
            assertThat(connections.admit(far)).isTrue();
        }
        assertThat(connections.admit(far)).isFalse();
        connections.release(far);
        connections.release(far);
        assertThat(connections.admit(far)).isTrue();
        for (int i = 0; i < 50; i++) {
            assertThat(connections.admit(InetAddress.getLoopbackAddress())).isTrue();
        }
        assertThat(connections.admit(InetAddress.getLoopbackAddress()))
                .as("beyond all")
                .isFalse();
    }

    @Test
    void saysWhenTheLastHasGone() {
        connections.admit(InetAddress.getLoopbackAddress());
        var none = connections.none();
        assertThat(none).isNotDone();

        connections.release(InetAddress.getLoopbackAddress());

        assertThat(none).isCompleted();
    }

    @Test
    void leavesDescriptorsForEverythingElse() {
        assertThat(Limits.connectionsOf(20_000)).isEqualTo(19_000);
        assertThat(Limits.connectionsOf(1_024)).isEqualTo(512);
        assertThat(Limits.connectionsOf(Long.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
    }
}
