package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Broadcaster;
import dev.fanfare.StartAt;
import dev.fanfare.UnusableStoreException;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.testbed.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Databases that cannot be used, each refused with what to do about it.
@ExtendWith(ThreadLeaks.class)
final class SetupTest {
    private final PostgresServer server = PostgresServer.shared();
    private final Sandbox sandbox = new Sandbox(server.address());

    @AfterEach
    void close() {
        sandbox.close();
    }

    private static void assertRefused(String address, String... parts) {
        assertThatThrownBy(
                        () -> Broadcaster.builder(PostgresBackend.at(address)).start())
                .isInstanceOf(UnusableStoreException.class)
                .hasMessageContainingAll(parts)
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres://me@host/db", "jdbc:mysql://host/db", "jdbc:postgresql://host:port/db", ""})
    void whatIsNoAddressIsRefused(String text) {
        assertThatThrownBy(() -> PostgresBackend.at(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("jdbc:postgresql://host:5432/database");
    }

    @Test
    void aSchemaMustHaveAPlainName() {
        assertThatThrownBy(() -> PostgresBackend.at("jdbc:postgresql://host/db?currentSchema=a%22b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a%22b");
    }

    @Test
    void aServerThatIsNotThereIsNamed() {
        String address = "jdbc:postgresql://127.0.0.1:1/db?user=me&password=secret";
        assertThatThrownBy(
                        () -> Broadcaster.builder(PostgresBackend.at(address)).start())
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContainingAll("127.0.0.1:1", "refused")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aWrongPasswordIsSaidToBeWrong() {
        assertRefused(server.address().replace("password=secret", "password=other"), "check user and password");
    }

    @Test
    void aMissingDatabaseIsSaidToBeMissing() {
        assertRefused(server.address().replace("/postgres?", "/nowhere?"), "there is no such database");
    }

    /// Each user is let in by what its refusal says, run by the one that owns the place.
    @Test
    void aUserWithoutRightsIsToldTheSqlThatLetsItIn() throws SQLException {
        String place = sandbox.schema();
        String landlord = server.address().replace("/postgres?user=postgres", "/" + place + "?user=landlord_" + place);
        String maker = landlord.replace("landlord", "Maker");
        String guest = landlord.replace("landlord", "guest");
        for (String user : List.of("landlord", "\"Maker", "guest")) {
            String name = user + "_" + place + (user.startsWith("\"") ? "\"" : "");
            sandbox.execute("create role " + name + " login password 'secret'");
        }
        sandbox.execute("create database " + place + " owner landlord_" + place);
        try {
            execute(landlord, sqlThatLetsIn(maker));
            publishAt(maker);
            execute(maker, sqlThatLetsIn(guest));
            publishAt(guest);
            execute(guest, "set search_path = fanfare; truncate event_0; select sweep(0, 1)");

            execute(landlord, "create schema empty");
            String inEmpty = guest + "&currentSchema=empty";
            execute(landlord, sqlThatLetsIn(inEmpty));
            publishAt(inEmpty);
        } finally {
            sandbox.execute("drop database " + place + " with (force)");
            sandbox.execute("drop role landlord_" + place + ", \"Maker_" + place + "\", guest_" + place);
        }
    }

    private static String sqlThatLetsIn(String address) {
        String refusal = String.valueOf(catchThrowableOfType(
                        UnusableStoreException.class,
                        () -> Broadcaster.builder(PostgresBackend.at(address)).start())
                .getMessage());
        assertThat(refusal).contains(" run: ");
        return refusal.substring(refusal.indexOf(" run: ") + " run: ".length());
    }

    private static void execute(String address, String statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(address);
                Statement sql = connection.createStatement()) {
            sql.execute(statements);
        }
    }

    private static void publishAt(String address) {
        try (Broadcaster broadcaster =
                Broadcaster.builder(PostgresBackend.at(address)).start()) {
            broadcaster.app("shop").topic("a").publish("1");
        }
    }

    @Test
    void anOldServerIsNamedWithTheOldestThatWillDo() {
        String old = sandbox.schema() + "_old"; // what its user finds first answers as such a server
        sandbox.execute("create schema " + old + "; grant usage on schema " + old + " to public;"
                + " create function " + old + ".current_setting(text) returns text language sql as 'select ''130012''';"
                + " create role " + old + " login password 'secret';"
                + " alter role " + old + " set search_path = " + old + ", pg_catalog");
        try {
            assertRefused(server.address().replace("user=postgres", "user=" + old), "PostgreSQL 14 or newer");
        } finally {
            sandbox.execute("drop schema " + old + " cascade; drop role " + old);
        }
    }

    @Test
    void aSchemaOfAnotherApplicationIsLeftAsItIs() throws SQLException {
        sandbox.execute("create schema " + sandbox.schema() + "; create table " + sandbox.schema() + ".orders ()");
        List<String> before = contents();
        assertRefused(sandbox.address(), "belongs to another application", "currentSchema");
        assertThat(contents()).isEqualTo(before).hasSize(1);
    }

    @Test
    void aSchemaOfANewerVersionIsLeftAsItIs() throws SQLException {
        Broadcaster.builder(PostgresBackend.at(sandbox.address())).start().close();
        sandbox.execute("update " + sandbox.schema() + ".about set version = 99");
        List<String> before = contents();
        assertRefused(sandbox.address(), "schema 99");
        assertThat(contents()).isEqualTo(before).hasSizeGreaterThan(50);
    }

    /// Returns all that is in the schema: each table with its columns and rows, each function with its text.
    private List<String> contents() throws SQLException {
        String relations =
                "select relkind::text || ' ' || relname || ' ' || xmin || ' ' || coalesce((select string_agg(attname, ' '"
                        + " order by attnum) from pg_attribute where attrelid = c.oid), '') || case when relkind in ('r', 'p') then"
                        + " query_to_xml('select * from ' || c.oid::regclass, true, false, '')::text else '' end"
                        + " from pg_class c where relnamespace = '" + sandbox.schema() + "'::regnamespace";
        String functions = "select proname || ' ' || xmin || ' ' || prosrc from pg_proc" + " where pronamespace = '"
                + sandbox.schema() + "'::regnamespace";
        List<String> contents = new ArrayList<>();
        try (Connection connection = sandbox.connect();
                Statement sql = connection.createStatement();
                ResultSet rows = sql.executeQuery(relations + " union all " + functions + " order by 1")) {
            while (rows.next()) {
                contents.add(rows.getString(1));
            }
        }
        return contents;
    }

    @Test
    void aDatabaseOfAnotherEncodingIsRefused() {
        sandbox.execute("drop database if exists latin");
        sandbox.execute("create database latin encoding 'LATIN1' locale 'C' template template0");
        assertRefused(server.address().replace("/postgres?", "/latin?"), "LATIN1", "encoding 'UTF8'");
    }

    @Test
    void anEmptySchemaThatIsThereAlreadyIsUsed() {
        sandbox.execute("create schema " + sandbox.schema());
        try (Broadcaster broadcaster =
                Broadcaster.builder(PostgresBackend.at(sandbox.address())).start()) {
            assertThat(broadcaster
                            .app("shop")
                            .topic("a")
                            .publish("1")
                            .position()
                            .offset())
                    .isEqualTo(1);
        }
    }

    @Test
    void clustersWithSchemasOfTheirOwnDoNotSeeEachOther() {
        try (Sandbox second = new Sandbox(server.address());
                Broadcaster here = Broadcaster.builder(PostgresBackend.at(sandbox.address()))
                        .start();
                Broadcaster there = Broadcaster.builder(PostgresBackend.at(second.address()))
                        .start();
                RecordingSubscriber reader = RecordingSubscriber.of(there.app("shop"), "a", StartAt.live())) {
            here.app("shop").topic("a").publish("\"here\"");
            there.app("shop").topic("a").publish("\"there\"");
            assertThat(reader.messages(1)).containsExactly("\"there\"");
        }
    }
}
