package dev.fanfare.testbed;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What each toxic does to a connection with a server that gives back what it gets.
class FaultProxyTest {
    private ServerSocket server;
    private FaultProxy proxy;
    private Socket client;

    @BeforeEach
    void open() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread echo = new Thread(this::echo, "echo");
        echo.setDaemon(true);
        echo.start();
        proxy = FaultProxy.before(server.getLocalPort());
        client = connect();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        proxy.close();
        server.close();
    }

    private void echo() {
        while (!server.isClosed()) {
            try (Socket peer = server.accept()) {
                peer.getInputStream().transferTo(peer.getOutputStream());
            } catch (IOException cut) {
                // the next one, then
            }
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private String ask(String text) {
        try {
            client.getOutputStream().write(text.getBytes(US_ASCII));
            return answer(text.length());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private String answer(int length) throws IOException {
        return new String(client.getInputStream().readNBytes(length), US_ASCII);
    }

    private Duration timed(Runnable action) {
        long begin = System.nanoTime();
        action.run();
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    @Test
    void newConnectionsGoWhereItIsTurnedToAndOldOnesStay() throws IOException {
        assertThat(ask("before")).isEqualTo("before");
        try (ServerSocket other = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            proxy.turnTo(other.getLocalPort());
            try (Socket next = connect();
                    Socket there = other.accept()) {
                there.getOutputStream().write('x');
                assertThat(next.getInputStream().read()).isEqualTo('x');
            }
        }
        assertThat(ask("afterwards")).isEqualTo("afterwards");
    }

    @Test
    void withoutToxicsAllPasses() throws IOException {
        assertThat(ask("hello")).isEqualTo("hello");
        client.shutdownOutput();
        assertThat(client.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void latencyDelaysAndCanBeTakenAwayAgain() {
        proxy.add("slow", Direction.DOWNSTREAM, new Toxic.Latency(Duration.ofMillis(200), Duration.ZERO));
        assertThat(timed(() -> ask("a"))).isGreaterThan(Duration.ofMillis(190));

        proxy.remove("slow");
        assertThat(ask("b")).isEqualTo("b");
    }

    @Test
    void bandwidthHoldsBytesBack() {
        proxy.add("thin", Direction.UPSTREAM, new Toxic.Bandwidth(10_000));
        assertThat(timed(() -> ask("x".repeat(2_000)))).isGreaterThan(Duration.ofMillis(190));
    }

    @Test
    void slicesArriveOneAfterTheOther() throws IOException {
        proxy.add("slices", Direction.DOWNSTREAM, new Toxic.Slicer(1, Duration.ofMillis(20)));
        client.getOutputStream().write("abc".getBytes(US_ASCII));

        byte[] first = new byte[3];
        assertThat(client.getInputStream().read(first)).isEqualTo(1);
        assertThat(answer(2)).isEqualTo("bc");
    }

    @Test
    void aLimitClosesTheConnectionAfterSoManyBytes() throws IOException {
        assertThat(ask("before")).isEqualTo("before");
        proxy.add("limit", Direction.DOWNSTREAM, new Toxic.LimitData(3));
        client.getOutputStream().write("abcdef".getBytes(US_ASCII));

        assertThat(answer(3)).isEqualTo("abc");
        assertThat(isOver()).isTrue();
    }

    private boolean isOver() {
        try {
            return client.getInputStream().read() < 0;
        } catch (SocketTimeoutException stillOpen) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    @Test
    void aTimeoutSwallowsWhatComesAndNobodyLearnsOfIt() throws IOException {
        assertThat(ask("before")).isEqualTo("before");
        proxy.add("gone", new Toxic.Timeout());
        client.getOutputStream().write('a');
        client.setSoTimeout(200);
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);

        proxy.remove("gone");
        client.setSoTimeout(20_000);
        assertThat(ask("b")).isEqualTo("b");
    }

    @Test
    void aConnectionIsSilentFromATextOnAndOthersAreNot() throws IOException {
        CountDownLatch struck = new CountDownLatch(1);
        proxy.add("silence", Direction.UPSTREAM, new Toxic.SilentFrom("me", struck));
        assertThat(ask("before")).isEqualTo("before");
        assertThat(struck.getCount()).isOne();

        client.getOutputStream().write("tell me".getBytes(US_ASCII));
        client.setSoTimeout(200);
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        assertThat(struck.getCount()).isZero();
        proxy.remove("silence");
        client.getOutputStream().write('a');
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);

        client.close();
        client = connect();
        assertThat(ask("me")).isEqualTo("me");
    }

    @Test
    void oneDirectionAloneCanBeGone() throws IOException {
        proxy.add("gone", Direction.DOWNSTREAM, new Toxic.Timeout());
        client.getOutputStream().write('a');
        client.setSoTimeout(200);
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void resetPeerResetsWithTheNextByte() throws IOException {
        proxy.add("reset", Direction.DOWNSTREAM, new Toxic.ResetPeer());
        client.getOutputStream().write('a');
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
    }

    @Test
    void aCutResetsThoseConnectedAndNoOneElse() throws IOException {
        assertThat(ask("before")).isEqualTo("before");
        proxy.cut();
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);

        client = connect();
        assertThat(ask("after")).isEqualTo("after");
    }

    @Test
    void whileItIsDownConnectionsAreRefused() throws IOException {
        assertThat(ask("before")).isEqualTo("before");
        proxy.down();
        assertThatThrownBy(this::connect).isInstanceOf(IOException.class);

        proxy.up();
        client = connect();
        assertThat(ask("after")).isEqualTo("after");
    }

    @Test
    void aSlowCloseKeepsTheConnectionOpenForAWhile() throws IOException {
        proxy.add("lingering", Direction.DOWNSTREAM, new Toxic.SlowClose(Duration.ofMillis(200)));
        client.shutdownOutput();
        assertThat(timed(() -> assertThat(isOver()).isTrue())).isGreaterThan(Duration.ofMillis(190));
    }
}
