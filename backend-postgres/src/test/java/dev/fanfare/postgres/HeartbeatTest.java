package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.ThreadLeaks;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What a node knows of the others by saying that it is at work.
@ExtendWith(ThreadLeaks.class)
final class HeartbeatTest {
    private final Sandbox sandbox = new Sandbox();
    private final Database database = Database.at(sandbox.address());
    private final AtomicInteger looks = new AtomicInteger();
    private final Heartbeat one = new Heartbeat(database, 1, looks::incrementAndGet);
    private final Heartbeat two = new Heartbeat(database, 2, () -> {});

    @BeforeEach
    void prepare() {
        new Schema(database).prepare();
    }

    @AfterEach
    void drop() {
        sandbox.close();
    }

    @Test
    void aNodeIsAloneUntilAnotherBeginsAndAfterItHasEnded() throws SQLException {
        try (Connection connection = sandbox.connect()) {
            one.beat(connection);
            assertThat(one.isAlone()).isTrue();

            two.beat(connection);
            one.beat(connection);
            assertThat(one.isAlone()).isFalse();
            assertThat(one.others()).isEqualTo(1);

            two.end(connection);
            one.beat(connection);
            assertThat(one.isAlone()).isTrue();
        }
    }

    @Test
    void oneThatIsNewLooksAroundAndSoDoTheOthersWhenItHasDied() throws SQLException {
        try (Connection connection = sandbox.connect()) {
            one.beat(connection);
            assertThat(looks).hasValue(1);
            two.beat(connection);
            one.beat(connection);
            one.beat(connection);
            assertThat(looks).hasValue(1);

            sandbox.moveClock(Duration.ofSeconds(3));
            one.beat(connection);
            assertThat(looks).hasValue(1);
            sandbox.moveClock(Duration.ofSeconds(2));
            one.beat(connection);
            one.beat(connection);
            assertThat(looks).as("once").hasValue(2);
        }
    }
}
