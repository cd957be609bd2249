package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Event;
import dev.fanfare.Staging;
import dev.fanfare.StartAt;
import dev.fanfare.contract.FaultScale;
import dev.fanfare.contract.OutboxContract;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.spi.Backend;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PostgresOutboxTest extends OutboxContract {
    private static final int COMMITS = 10_000;
    private static final int MEGABYTE = 1 << 20;

    private final Sandbox sandbox = new Sandbox();

    @AfterEach
    void drop() {
        sandbox.close();
    }

    @Override
    protected Backend open() {
        return PostgresBackend.at(sandbox.address());
    }

    @Override
    protected Connection connect() throws SQLException {
        return sandbox.connect();
    }

    @Override
    protected String staging(String topic, String message) {
        String call = topic.startsWith("$jobs/")
                ? "update_job('shop', '" + topic.substring("$jobs/".length())
                : "publish('shop', '" + topic;
        return "select " + sandbox.schema() + "." + call + "', '" + message + "')";
    }

    @Override
    protected String outbox() {
        return sandbox.schema() + ".outbox";
    }

    @Test
    void aRoleThatMayOnlyInsertIntoTheOutboxPublishes() throws SQLException {
        String role = "till_of_" + sandbox.schema();
        execute(
                "create role " + role,
                "grant usage on schema " + sandbox.schema() + " to " + role,
                "grant insert on " + outbox() + " to " + role);
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop(), "orders/42", StartAt.live())) {
            execute("set role " + role, staging("orders/42", "{\"total\":12}"));
            assertThat(reader.messages(1)).containsExactly("{\"total\":12}");
        } finally {
            execute("drop owned by " + role, "drop role " + role);
        }
    }

    /// The numbers of staged events are given before commits: what has a lower number may come later.
    @Test
    void whateverTheOrderOfCommitsNoneIsPassedOver() throws SQLException {
        long seed = FaultScale.seed();
        Random random = new Random(seed);
        List<String> committed = new ArrayList<>();
        Map<Connection, String> open = new LinkedHashMap<>();
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop(), "orders/*", StartAt.live())) {
            for (int i = 0; i < 16; i++) {
                open.put(beginUnsafely(), "");
            }
            List<Connection> connections = List.copyOf(open.keySet());
            for (int i = 0; committed.size() < COMMITS; i++) {
                Connection connection = connections.get(random.nextInt(connections.size()));
                String staged = open.put(connection, "");
                if (staged.isEmpty()) {
                    open.put(connection, stage(connection, i));
                } else {
                    connection.commit();
                    committed.add(staged);
                }
            }
            assertThat(reader.messages(COMMITS))
                    .as("with the seed %d", seed)
                    .containsExactlyInAnyOrderElementsOf(committed);
        } finally {
            for (Connection connection : open.keySet()) {
                connection.close();
            }
        }
    }

    /// Opens a connection whose commits do not wait for the disk: with a busy one, that would be most of the test.
    private Connection beginUnsafely() throws SQLException {
        Connection connection = connect();
        try (Statement sql = connection.createStatement()) {
            sql.execute("set synchronous_commit = off");
        }
        connection.setAutoCommit(false);
        return connection;
    }

    /// They are stored in several batches, the first of which finds no room.
    @Test
    void whatIsTooMuchForOneBatchKeepsItsOrderWhenTheDiskIsFullForAMoment() throws SQLException {
        execute(
                "create sequence " + sandbox.schema() + ".tries",
                "create function " + sandbox.schema() + ".fill_once() returns trigger language plpgsql as"
                        + " $$ begin if nextval('" + sandbox.schema() + ".tries') = 1 then"
                        + " raise 'no room' using errcode = 'disk_full'; end if; return new; end $$",
                "create trigger fill_once before insert on " + sandbox.schema() + ".event"
                        + " for each row execute function " + sandbox.schema() + ".fill_once()");
        String room = " ".repeat(100_000);
        List<String> numbers = IntStream.range(0, 30).mapToObj(i -> "" + i).toList();
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop(), "orders/42", StartAt.live());
                Connection connection = connect()) {
            connection.setAutoCommit(false);
            Staging staging = PostgresBackend.at(sandbox.address()).staging(connection);
            for (String number : numbers) {
                staging.publish("shop", "orders/42", Event.json("[" + number + ",\"" + room + "\"]"));
            }
            connection.commit();
            assertThat(reader.messages(30))
                    .extracting(message -> message.substring(1, message.indexOf(',')))
                    .isEqualTo(numbers);
        }
    }

    @Test
    void aNodeIsGivenSomeMegabytesAtOnceAndNothingThatIsTooLarge() throws SQLException {
        try (Connection connection = connect();
                Statement sql = connection.createStatement()) {
            connection.setAutoCommit(false); // so that nobody else relays it
            sql.execute("set search_path = " + sandbox.schema());
            sql.execute("insert into outbox (app, topic, message) values ('shop', 'too large', " + ofBytes(MEGABYTE + 1)
                    + "), ('shop', " + "repeat('too long', 1000000)" + ", '1')");
            sql.execute("insert into outbox (app, topic, message) select 'shop', 'orders', " + ofBytes(MEGABYTE)
                    + " from generate_series(1, 20)");

            try (ResultSet given = sql.executeQuery("select topic from staged(1, 500, 4194304, '{}', '{}')")) {
                assertThat(texts(given)).hasSize(5).containsOnly("orders");
            }
            try (ResultSet refused = sql.executeQuery("select refused from outbox where refused is not null")) {
                assertThat(texts(refused))
                        .containsExactlyInAnyOrder(
                                "the message has 1048577 bytes, at most 1048576 are taken",
                                "app, topic, name and closing have 8000004 bytes, at most 4096 are taken");
            }
            connection.rollback();
        }
    }

    private static String ofBytes(int bytes) {
        return "convert_to('\"' || repeat('x', " + (bytes - 2) + ") || '\"', 'UTF8')";
    }

    private static List<String> texts(ResultSet rows) throws SQLException {
        List<String> texts = new ArrayList<>();
        while (rows.next()) {
            texts.add(rows.getString(1));
        }
        return texts;
    }

    @Test
    void whatIsTooMuchForOneLookIsRelayedInOrderByTheNextAtOnce() throws SQLException {
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop(), "orders/42", StartAt.live())) {
            execute(
                    "set search_path = " + sandbox.schema(),
                    "insert into outbox (app, topic, message) select 'shop', 'orders/42',"
                            + " convert_to(format('[%s,\"%s\"]', i, repeat('x', 1000000)), 'UTF8') from generate_series(0, 29) i");
            assertThat(reader.messages(30))
                    .extracting(message -> message.substring(1, message.indexOf(',')))
                    .isEqualTo(IntStream.range(0, 30).mapToObj(i -> "" + i).toList());
        }
    }

    private String stage(Connection connection, int number) throws SQLException {
        try (Statement sql = connection.createStatement()) {
            sql.execute(staging("orders/" + number % 3, "" + number));
        }
        return "" + number;
    }
}
