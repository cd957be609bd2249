package dev.fanfare.postgres;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Collection;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/// Sets a statement's parameters one after the other, lists as arrays.
///
/// Threads: confined to the one that uses the statement.
final class Arguments {
    private final PreparedStatement sql;
    private int set;

    Arguments(PreparedStatement sql) {
        this.sql = sql;
    }

    Arguments add(Object argument) throws SQLException {
        sql.setObject(++set, argument);
        return this;
    }

    Arguments number(@Nullable Long number) throws SQLException {
        sql.setObject(++set, number, Types.BIGINT);
        return this;
    }

    Arguments text(@Nullable String text) throws SQLException {
        sql.setString(++set, text);
        return this;
    }

    <T> Arguments texts(Collection<T> all, Function<T, @Nullable String> text) throws SQLException {
        return array("text", all.stream().map(text).toArray(String[]::new));
    }

    <T> Arguments bytes(Collection<T> all, Function<T, byte[]> bytes) throws SQLException {
        return array("bytea", all.stream().map(bytes).toArray(byte[][]::new));
    }

    <T> Arguments flags(Collection<T> all, Function<T, Boolean> flag) throws SQLException {
        return array("bool", all.stream().map(flag).toArray(Boolean[]::new));
    }

    <T> Arguments ints(Collection<T> all, ToIntFunction<T> number) throws SQLException {
        return array("int4", all.stream().mapToInt(number).toArray());
    }

    <T> Arguments longs(Collection<T> all, ToLongFunction<T> number) throws SQLException {
        return array("int8", all.stream().mapToLong(number).toArray());
    }

    <T> Arguments longsOrNull(Collection<T> all, Function<T, @Nullable Long> number) throws SQLException {
        return array("int8", all.stream().map(number).toArray(Long[]::new));
    }

    private Arguments array(String type, Object elements) throws SQLException {
        sql.setArray(++set, sql.getConnection().unwrap(PGConnection.class).createArrayOf(type, elements));
        return this;
    }
}
