package dev.fanfare.postgres;

import dev.fanfare.CloseReason;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.StoredEvent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// The database's rows as Java: those of its types `found` and `outcome`, whose columns have the same names.
final class Found {
    static final int HEAD = 0;
    static final int EVENT = 1;
    static final int SNAPSHOT = 2;

    private static final Head.State[] STATES = Head.State.values(); // in the order of their numbers

    private Found() {}

    static Head head(ResultSet row) throws SQLException {
        return new Head(
                row.getLong("epoch"),
                row.getLong("off"),
                row.getLong("uid"),
                STATES[row.getInt("state")],
                reason(row.getString("reason")),
                row.getLong("oldest"),
                row.getLong("snapshot"),
                time(row.getLong("created")),
                time(row.getLong("at")));
    }

    static StoredEvent event(ResultSet row) throws SQLException {
        long offset = row.getLong("off");
        return new StoredEvent(
                row.getLong("epoch"),
                offset,
                offset - 1,
                row.getLong("uid"),
                row.getLong("prev_uid"),
                time(row.getLong("at")),
                row.getString("name"),
                row.getBoolean("conflatable"),
                Bytes.owning(row.getBytes("body")));
    }

    private static @Nullable CloseReason reason(@Nullable String reason) {
        return reason == null ? null : new CloseReason(reason);
    }

    static Instant time(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
