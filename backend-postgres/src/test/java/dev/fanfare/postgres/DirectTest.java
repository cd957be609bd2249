package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.App;
import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.CloseReason;
import dev.fanfare.Event;
import dev.fanfare.Receipt;
import dev.fanfare.StartAt;
import dev.fanfare.TopicClosedException;
import dev.fanfare.TopicPolicy;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Publishing inside a transaction of an application, with an answer at once.
@ExtendWith(ThreadLeaks.class)
final class DirectTest {
    private final Sandbox sandbox = new Sandbox();
    private final PostgresBackend backend = PostgresBackend.at(sandbox.address());
    private final Broadcaster broadcaster = Broadcaster.builder(backend).start();
    private final App shop = broadcaster.app("shop");

    @AfterEach
    void close() {
        broadcaster.close();
        sandbox.close();
    }

    private Connection begin() throws SQLException {
        Connection connection = sandbox.connect();
        connection.setAutoCommit(false);
        return connection;
    }

    @Test
    void thePositionIsKnownAtOnceAndTheEventSeenAfterTheCommit() throws SQLException {
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders/42", StartAt.live());
                Connection connection = begin()) {
            // @start region="direct"
            Direct direct = backend.direct(connection, TopicPolicy.DEFAULT);
            Receipt receipt = direct.publish("shop", "orders/42", Event.json("{\"total\":12}"));
            connection.commit();
            direct.committed();
            // @end
            assertThat(reader.next().position()).isEqualTo(receipt.position());

            direct.publish("shop", "orders/42", Event.json("\"rolled back\""));
            connection.rollback();
            assertThat(shop.topic("orders/42").publish("2").position().offset()).isEqualTo(2);
            assertThat(reader.messages(1)).containsExactly("2");
        }
    }

    @Test
    void aClosedTopicSaysSoInsideTheTransaction() throws SQLException {
        shop.topic("orders/42").publish(Event.json("1").closing(new CloseReason("done")));
        try (Connection connection = begin()) {
            Direct direct = backend.direct(connection, TopicPolicy.DEFAULT);
            assertThatThrownBy(() -> direct.publish("shop", "orders/42", Event.json("2")))
                    .isInstanceOf(TopicClosedException.class);
        }
    }

    @Test
    void aTopicThatIsHeldIsRefusedInTimeAndHoldsUpNoOther() throws SQLException {
        shop.topic("orders/42").publish("1");
        try (Connection connection = begin()) {
            Direct direct = backend.direct(connection, TopicPolicy.DEFAULT);
            direct.publish("shop", "orders/42", Event.json("2"));
            direct.publish("shop", "orders/new", Event.json("1"));

            assertThatThrownBy(() -> shop.topic("orders/42").publish("3"))
                    .isInstanceOfSatisfying(BackendUnavailableException.class, refused -> {
                        assertThat(refused).hasMessageContaining("another transaction holds the topic");
                        assertThat(refused.mayBeStored()).isFalse();
                    });
            assertThat(shop.topic("orders/43").publish("1").position().offset()).isEqualTo(1);
            connection.commit();
        }
        assertThat(shop.topic("orders/42").publish("3").position().offset()).isEqualTo(3);
    }
}
