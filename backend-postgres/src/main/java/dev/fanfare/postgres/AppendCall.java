package dev.fanfare.postgres;

import dev.fanfare.Durability;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// A call of the function that stores a batch.
///
/// @param appender who appends, if it must be known whether the call has come through
/// @param number the number of the call, among those of that appender
/// @param patience how long to wait for topics that other transactions hold, in the server's words
/// @param wake the begin of what other nodes are told of it in the same transaction, for a batch of one; null if
/// nothing
/// @param durability what the commit of it promises
record AppendCall(
        @Nullable Long appender,
        long number,
        String patience,
        @Nullable String wake,
        Durability durability) {
    private static final int ARGUMENTS_OF_BATCH = 24;

    /// A call inside a transaction of the application, which waits as its own settings say.
    static final AppendCall OF_APPLICATION = new AppendCall(null, 0, "0", null, Durability.COMMITTED);

    Outcomes of(Batch batch, Connection connection, Database database) throws SQLException {
        String call = "select * from " + database.named("append") + "(?::bigint, ?, ?, ?"
                + ", ?".repeat(ARGUMENTS_OF_BATCH) + ")";
        try (PreparedStatement sql = connection.prepareStatement(call)) {
            batch.addTo(new Arguments(sql)
                    .number(appender)
                    .add(number)
                    .text(patience)
                    .text(wake));
            try (ResultSet rows = sql.executeQuery()) {
                return Outcomes.read(rows, batch.pendings(), durability);
            }
        }
    }
}
