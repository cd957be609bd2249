package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Broadcaster;
import dev.fanfare.StartAt;
import dev.fanfare.contract.ClockWithoutResync;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A node that ends between a commit and telling the others of it.
@ExtendWith(ThreadLeaks.class)
final class DeadNodeTest {
    /// Six seconds are promised; the machine may be busy.
    private static final Duration SOON = Duration.ofSeconds(10);

    private final Sandbox sandbox = new Sandbox();
    private final Broadcaster survivor = Broadcaster.builder(PostgresBackend.at(sandbox.address()))
            .clock(new ClockWithoutResync())
            .start();

    @AfterEach
    void close() {
        survivor.close();
        sandbox.close();
    }

    /// The other process: it publishes when it is told to, and says when it has done so.
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws IOException {
            Broadcaster broadcaster =
                    Broadcaster.builder(PostgresBackend.at(arguments[0])).start();
            System.out.println("ready");
            System.in.read();
            broadcaster.app("shop").topic("orders").publish("1");
            broadcaster.app("shop").topic("parcels/1").publish("1");
            System.out.println("published");
            System.in.read();
        }
    }

    private Process startChild() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        java, "-cp", System.getProperty("java.class.path"), Child.class.getName(), sandbox.address())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @Test
    void whatANodeCommittedBeforeItWasKilledIsNoticedSoon() throws Exception {
        try (RecordingSubscriber topic = RecordingSubscriber.of(survivor.app("shop"), "orders", StartAt.live());
                RecordingSubscriber pattern =
                        RecordingSubscriber.of(survivor.app("shop"), "parcels/**", StartAt.live())) {
            long died = publishInAProcessThatDiesBeforeItTells();
            assertThat(topic.messages(1)).containsExactly("1");
            assertThat(pattern.messages(1)).containsExactly("1");
            assertThat(Duration.ofNanos(System.nanoTime() - died)).isLessThan(SOON);
        }
    }

    private long publishInAProcessThatDiesBeforeItTells() throws Exception {
        Process child = startChild();
        try (BufferedReader said = child.inputReader(StandardCharsets.UTF_8);
                Writer telling = child.outputWriter(StandardCharsets.UTF_8);
                Connection connection = sandbox.connect();
                Statement sql = connection.createStatement()) {
            assertThat(said.readLine()).isEqualTo("ready");
            connection.setAutoCommit(false);
            sql.execute("lock table " + sandbox.schema() + ".poller"); // whoever tells looks there
            telling.write('\n');
            telling.flush();
            assertThat(said.readLine()).isEqualTo("published");
            child.destroyForcibly().waitFor();
            sandbox.cut("fanfare waker");
            connection.rollback();
            return System.nanoTime();
        } finally {
            child.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
    }
}
