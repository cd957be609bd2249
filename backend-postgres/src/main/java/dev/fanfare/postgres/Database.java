package dev.fanfare.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.fanfare.spi.Quote;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/// Where topics are kept: a database, the schema in it, and how connections to it are made.
///
/// Threads: safe, immutable.
final class Database {
    /// What a server may take to accept a connection.
    static final Duration PATIENCE = Duration.ofSeconds(1);

    /// What it may take to answer. Nothing that is asked here takes long; who is silent is away.
    private static final Duration SILENCE = Duration.ofSeconds(2);

    private static final String DEFAULT_SCHEMA = "fanfare";
    private static final Pattern SCHEMA = Pattern.compile("[a-z_][a-z0-9_]{0,39}");
    private static final Pattern SCHEMA_PARAMETER = Pattern.compile("([?&])currentSchema=([^&]*)&?");

    private final String url;
    private final Properties address;
    private final String schema;

    private final boolean preparing;

    private Database(String url, Properties address, String schema, boolean preparing) {
        this.url = url;
        this.address = address;
        this.schema = schema;
        this.preparing = preparing;
    }

    /// Reads an address of the JDBC driver. Its parameter `currentSchema` names the schema, `fanfare` if it is missing.
    ///
    /// @throws IllegalArgumentException if it is not one
    static Database at(String url) {
        Matcher named = SCHEMA_PARAMETER.matcher(url);
        String schema = named.find() ? named.group(2) : DEFAULT_SCHEMA;
        if (!SCHEMA.matcher(schema).matches()) {
            throw new IllegalArgumentException("the schema must be 1 to 40 of a-z 0-9 _, not " + Quote.of(schema));
        }
        String plain = named.reset().replaceAll("$1").replaceAll("[?&]$", "");
        Properties address = Driver.parseURL(plain, new Properties());
        if (address == null) {
            throw new IllegalArgumentException(
                    "the address of a PostgreSQL database looks like jdbc:postgresql://host:5432/database?user=me&password=…");
        }
        return new Database(plain, address, schema, true);
    }

    /// Returns the same for connections that go through a pooler: statements are not prepared, since the next may be
    /// executed by another session.
    Database throughPooler() {
        return new Database(url, address, schema, false);
    }

    String schema() {
        return schema;
    }

    /// Returns the name of a function of ours, to be used in SQL.
    String named(String function) {
        return '"' + schema + "\"." + function;
    }

    /// Opens a connection that commits each statement.
    ///
    /// @param purpose what the server's list of sessions shows
    Connection connect(String purpose) throws SQLException {
        return connect(purpose, new Properties());
    }

    /// Opens one for what may take its time.
    Connection connectToSetUp() throws SQLException {
        Properties patient = new Properties();
        PGProperty.SOCKET_TIMEOUT.set(patient, 30);
        PGProperty.PREPARE_THRESHOLD.set(patient, 0);
        return connect("fanfare setup", patient);
    }

    /// Opens one that is told of news without delay.
    Connection connectToListen() throws SQLException {
        Properties listening = new Properties();
        PGProperty.SOCKET_FACTORY.set(listening, PromptSocketFactory.class.getName());
        return connect("fanfare listener", listening);
    }

    private Connection connect(String purpose, Properties more) throws SQLException {
        Properties properties = properties(purpose);
        properties.putAll(more);
        Connection connection = new Driver().connect(url, properties);
        if (connection == null) {
            throw new SQLException("no address of a PostgreSQL database");
        }
        return connection;
    }

    private Properties properties(String purpose) {
        Properties properties = new Properties();
        PGProperty.APPLICATION_NAME.set(properties, purpose);
        PGProperty.CONNECT_TIMEOUT.set(properties, (int) PATIENCE.toSeconds());
        PGProperty.SOCKET_TIMEOUT.set(properties, (int) SILENCE.toSeconds());
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        PGProperty.PREPARE_THRESHOLD.set(properties, preparing ? 1 : 0);
        PGProperty.TARGET_SERVER_TYPE.set(properties, "primary");
        return properties;
    }

    HikariDataSource pool(int connections) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setDataSourceProperties(properties("fanfare"));
        config.setPoolName("fanfare-postgres");
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(PATIENCE.toMillis());
        config.setValidationTimeout(PATIENCE.toMillis());
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }

    /// Returns what a fault is about, with the code by which the server's manual lists it.
    static String reason(Exception fault) {
        String message = String.valueOf(fault.getMessage());
        return fault instanceof SQLException sql && sql.getSQLState() != null
                ? message + " (SQLSTATE " + sql.getSQLState() + ")"
                : message;
    }

    private @Nullable String part(PGProperty property) {
        return property.getOrDefault(address);
    }

    /// Names the database, without user and password.
    @Override
    public String toString() {
        return "PostgreSQL database " + part(PGProperty.PG_DBNAME) + " at " + part(PGProperty.PG_HOST) + ":"
                + part(PGProperty.PG_PORT) + ", schema " + schema;
    }
}
