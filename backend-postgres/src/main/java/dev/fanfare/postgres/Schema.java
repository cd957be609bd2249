package dev.fanfare.postgres;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.UnusableStoreException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The tables and functions in the database: finds out whether they are ours to use, and makes them if there are none.
final class Schema {
    private static final int VERSION = 2;
    private static final int OLDEST_SERVER = 140_000;
    private static final String UNKNOWN_DATABASE = "3D000";
    private static final String WRONG_PASSWORD = "28P01";
    private static final String NO_ENTRY = "28000";
    private static final String REJECTED = "08004";
    /// No connection; no room for one; stopping, or starting.
    private static final List<String> AWAY_CLASSES = List.of("08", "53", "57");

    private final Database database;

    Schema(Database database) {
        this.database = database;
    }

    /// Makes what is missing.
    ///
    /// @throws UnusableStoreException if the database cannot be used; it is left as it was
    /// @throws BackendUnavailableException if it is away
    void prepare() {
        try (Connection connection = database.connectToSetUp();
                Statement sql = connection.createStatement()) {
            requireSuitable(sql);
            connection.setAutoCommit(false);
            sql.execute("select pg_advisory_xact_lock(hashtextextended('" + database.schema() + "', 1))");
            Rights rights = new Rights(database, sql);
            if (number(sql, "select count(*) from pg_namespace where nspname = '" + database.schema() + "'") == 0) {
                rights.requireMakingTheSchema();
                sql.execute("create schema \"" + database.schema() + "\"");
            }
            if (!isOurs(sql, rights)) {
                rights.requireMakingTables();
                make(sql);
            }
            connection.commit();
        } catch (SQLException fault) {
            throw explain(fault);
        }
    }

    private void requireSuitable(Statement sql) throws SQLException {
        if (number(sql, "select current_setting('server_version_num')::int") < OLDEST_SERVER) {
            throw new UnusableStoreException(
                    database.toString(),
                    "the server is " + text(sql, "show server_version") + "; use PostgreSQL 14 or newer");
        }
        String encoding = text(sql, "show server_encoding");
        if (!"UTF8".equals(encoding)) {
            throw new UnusableStoreException(
                    database.toString(),
                    "its encoding is " + encoding + "; make one with: create database … encoding 'UTF8'");
        }
    }

    private boolean isOurs(Statement sql, Rights rights) throws SQLException {
        String tables =
                "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = '"
                        + database.schema() + "'";
        if (number(sql, tables) == 0) {
            return false;
        }
        if (number(sql, tables + " and c.relname = 'about'") == 0) {
            throw new UnusableStoreException(
                    database.toString(),
                    "the schema belongs to another application; name another with the parameter currentSchema");
        }
        rights.requireUsingAll();
        int version = number(sql, "select version from \"" + database.schema() + "\".about");
        if (version != VERSION) {
            throw new UnusableStoreException(
                    database.toString(),
                    "another version of Fanfare has made it (schema " + version + ", this one knows " + VERSION
                            + "); use that version");
        }
        return true;
    }

    private void make(Statement sql) throws SQLException {
        sql.execute("set local search_path = \"" + database.schema() + "\", pg_temp");
        try (InputStream script = Schema.class.getResourceAsStream("schema.sql")) {
            if (script == null) {
                throw new IllegalStateException("schema.sql is missing in the jar");
            }
            sql.execute(new String(script.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }

    private static int number(Statement sql, String query) throws SQLException {
        try (ResultSet result = sql.executeQuery(query)) {
            return result.next() ? result.getInt(1) : 0;
        }
    }

    private static String text(Statement sql, String query) throws SQLException {
        try (ResultSet result = sql.executeQuery(query)) {
            return result.next() ? result.getString(1) : "";
        }
    }

    private RuntimeException explain(SQLException fault) {
        String tls = explainTls(fault);
        if (tls == null && isAway(String.valueOf(fault.getSQLState()))) {
            return new BackendUnavailableException(database.toString(), "starting", Database.reason(fault), false);
        }
        return new UnusableStoreException(database.toString(), tls == null ? reason(fault) : tls);
    }

    private static boolean isAway(String state) {
        return AWAY_CLASSES.stream().anyMatch(state::startsWith);
    }

    private String reason(SQLException fault) {
        @Nullable String state = fault.getSQLState();
        if (UNKNOWN_DATABASE.equals(state)) {
            return "there is no such database; make it first, or name another";
        }
        if (WRONG_PASSWORD.equals(state)) {
            return "the server does not let the user in; check user and password";
        }
        if (NO_ENTRY.equals(state)) {
            return "the server does not let the user in: " + fault.getMessage()
                    + "; check its pg_hba.conf, and sslmode here";
        }
        return Database.reason(fault);
    }

    /// Returns what is wrong with TLS, which no other try will mend; null if nothing is.
    private static @Nullable String explainTls(SQLException fault) {
        String message = String.valueOf(fault.getMessage());
        if (REJECTED.equals(fault.getSQLState()) && message.contains("SSL")) {
            return "the server does not talk TLS; set ssl = on there, or another sslmode here";
        }
        if (message.contains("HostnameVerifier")) {
            return message;
        }
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                return "the server's certificate is not trusted; name the one that has signed it with the parameter"
                        + " sslrootcert";
            }
            if (cause instanceof FileNotFoundException) {
                return message;
            }
        }
        return null;
    }
}
