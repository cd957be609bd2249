package dev.fanfare.postgres;

import static dev.fanfare.spi.Head.State.DROPPED;
import static dev.fanfare.spi.Head.State.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.Draft;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.TopicName;
import dev.fanfare.testbed.Direction;
import dev.fanfare.testbed.FaultProxy;
import dev.fanfare.testbed.PostgresServer;
import dev.fanfare.testbed.Toxic;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/// What readers and the other nodes are told of what is stored.
@ExtendWith(ThreadLeaks.class)
final class AppenderTest {
    private static final TopicName ORDERS = new TopicName("shop", "orders");
    private static final long SELF = 5;
    private static final int PATIENCE_MILLIS = 10_000;

    private final PostgresServer server = PostgresServer.shared();
    private final Sandbox sandbox = new Sandbox(server.address());

    /// What the appender has said of what it stored.
    private final List<Boolean> told = new ArrayList<>();

    private final List<Stored> stored = new ArrayList<>();

    @AfterEach
    void close() {
        sandbox.close();
    }

    private Appender start() {
        return start(server.port());
    }

    private Appender start(int port) {
        Database database = Database.at(server.addressAt(port) + "&currentSchema=" + sandbox.schema());
        new Schema(database).prepare();
        return new Appender(database, new Appender.Reports() {
            @Override
            public void stored(List<Stored> all, boolean wasTold) {
                told.add(wasTold);
                stored.addAll(all);
            }

            @Override
            public @Nullable String wake(TopicName topic) {
                return Wakes.begin(SELF, topic);
            }
        });
    }

    private static List<AppendResult> store(Appender appender, Draft... drafts) {
        Pending.Answer answer =
                new Pending.Answer(Arrays.stream(drafts).map(Draft::append).toList());
        assertThat(appender.store(answer.parts(), true)).isEmpty();
        return answer.results().toCompletableFuture().join();
    }

    private Connection listen() throws SQLException {
        Connection connection = sandbox.connect();
        try (Statement sql = connection.createStatement()) {
            sql.execute("listen " + sandbox.schema());
        }
        return connection;
    }

    private void notifyAs(String text) {
        sandbox.execute("select pg_notify('" + sandbox.schema() + "', '" + text + "')");
    }

    /// Returns what another node makes of what has been told until the end.
    private List<String> heard(Connection connection) throws SQLException {
        notifyAs("end");
        List<String> heard = new ArrayList<>();
        while (true) {
            PGNotification[] messages = connection.unwrap(PGConnection.class).getNotifications(PATIENCE_MILLIS);
            assertThat(messages).isNotEmpty();
            for (PGNotification message : messages) {
                if (message.getParameter().equals("end")) {
                    return heard;
                }
                Wakes.decode(message.getParameter(), "another", new Recording(heard));
            }
        }
    }

    private record Recording(List<String> heard) implements Wakes.Reader {
        @Override
        public void moved(long key, long since) {
            heard.add((key == Wakes.key(ORDERS) ? "orders" : "?") + " moved since " + since);
        }

        @Override
        public void begun(TopicName topic) {
            heard.add(topic.name() + " begun");
        }

        @Override
        public void staged() {
            heard.add("staged");
        }
    }

    @Test
    void whatComesAloneIsToldWithTheCommit() throws SQLException {
        try (Appender appender = start();
                Connection other = listen()) {
            store(appender, Draft.to(ORDERS, "1")); // begins a life
            store(appender, Draft.to(ORDERS, "2")); // goes on
            store(appender, Draft.close(ORDERS, "done"));

            assertThat(heard(other))
                    .containsExactly(
                            "orders moved since 1", "orders begun", "orders moved since 2", "orders moved since 3");
            assertThat(told).containsExactly(true, true, true);
        }
    }

    @Test
    void whatIsRefusedAndWhatComesTogetherIsNot() throws SQLException {
        try (Appender appender = start();
                Connection other = listen()) {
            store(appender, Draft.to(ORDERS, "1"), Draft.close(ORDERS, "done"));
            assertThat(store(appender, Draft.to(ORDERS, "late"))).hasExactlyElementsOfTypes(AppendResult.Closed.class);

            assertThat(heard(other)).isEmpty();
            assertThat(told).containsExactly(false);
        }
    }

    /// Without any patience of their own: the server ends one of those that wait in a circle.
    @Test
    void batchesThatNameTheSameTopicsInOppositeOrdersNeverWaitInACircle() {
        Database database = Database.at(sandbox.address());
        new Schema(database).prepare();
        List<TopicName> topics = IntStream.range(0, 8)
                .mapToObj(i -> new TopicName("shop", "orders/" + i))
                .toList();
        List<TopicName> backwards = new ArrayList<>(topics);
        Collections.reverse(backwards);
        CompletableFuture<Void> one = CompletableFuture.runAsync(() -> appendOften(database, topics));
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> appendOften(database, backwards));
        assertThat(CompletableFuture.allOf(one, other)).succeedsWithin(Duration.ofSeconds(30));
    }

    /// Every other batch is stored all at once, the rest event by event.
    private void appendOften(Database database, List<TopicName> topics) {
        try (Connection connection = sandbox.connect()) {
            for (int round = 0; round < 200; round++) {
                List<Append> appends = new ArrayList<>();
                for (TopicName topic : topics) {
                    Draft draft = Draft.to(topic, "x");
                    appends.add((round % 2 == 0 ? draft : draft.withKey("" + draft.uid())).append());
                }
                AppendCall.OF_APPLICATION.of(new Batch(new Pending.Answer(appends).parts()), connection, database);
            }
        } catch (SQLException fault) {
            throw new AssertionError(fault);
        }
    }

    @Test
    void aDropWhoseAnswerIsLostIsNoEventOfTheLifeThatFollows() {
        try (FaultProxy proxy = FaultProxy.before(server.port());
                Appender appender = start(proxy.port())) {
            store(appender, Draft.to(ORDERS, "1"));
            stored.clear();
            proxy.add("lost answers", Direction.DOWNSTREAM, new Toxic.ResetPeer());
            CompletableFuture<List<AppendResult>> answers =
                    CompletableFuture.supplyAsync(() -> store(appender, Draft.drop(ORDERS), Draft.to(ORDERS, "2")));
            while (proxy.connections() > 0) {
                Thread.onSpinWait();
            }
            proxy.remove("lost answers");

            assertThat(answers.join()).hasOnlyElementsOfType(AppendResult.Accepted.class);
            assertThat(stored).extracting(each -> each.head().state()).containsExactly(DROPPED, OPEN);
            assertThat(stored.stream().flatMap(each -> each.events().stream()))
                    .singleElement()
                    .satisfies(event -> assertThat(event.message()).isEqualTo(Bytes.utf8("2")));
        }
    }

    @Test
    void anEventWhoseAnswerIsLostIsToldAsItWasThoughTheTopicHasEndedMeanwhile() {
        try (FaultProxy proxy = FaultProxy.before(server.port());
                Appender appender = start(proxy.port());
                Appender another = start()) {
            store(appender, Draft.to(ORDERS, "1"));
            proxy.add("lost answers", Direction.DOWNSTREAM, new Toxic.ResetPeer());
            CompletableFuture<List<AppendResult>> answers =
                    CompletableFuture.supplyAsync(() -> store(appender, Draft.to(ORDERS, "2")));
            sandbox.execute("do $$ begin while not exists (select from \"" + sandbox.schema()
                    + "\".topic where off = 2) loop end loop; end $$");
            store(another, Draft.close(ORDERS, "done"));
            stored.clear();
            proxy.remove("lost answers");

            assertThat(answers.join()).hasOnlyElementsOfType(AppendResult.Accepted.class);
            assertThat(stored)
                    .extracting(Stored::head)
                    .singleElement()
                    .extracting(Head::offset, Head::state, Head::reason)
                    .containsExactly(2L, OPEN, null);
        }
    }
}
