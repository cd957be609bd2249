package dev.fanfare.postgres;

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
record AppendCall(
        @Nullable Long appender,
        long number,
        String patience,
        @Nullable String wake) {
    private static final int ARGUMENTS_OF_BATCH = 24;

    /// How the application commits is not known yet.
    private static final String NO_MORE_THAN_COMMITTED = "0";

    /// A call inside a transaction of the application, which waits as its own settings say.
    static final AppendCall OF_APPLICATION = new AppendCall(null, 0, "0", null);

    Outcomes of(Batch batch, Connection connection, Database database) throws SQLException {
        String promise = appender == null ? NO_MORE_THAN_COMMITTED : "(select " + database.named("promise") + "())";
        String call = "select a.*, " + promise + " as promise from " + database.named("append") + "(?::bigint, ?, ?, ?"
                + ", ?".repeat(ARGUMENTS_OF_BATCH) + ") a";
        try (PreparedStatement sql = connection.prepareStatement(call)) {
            batch.addTo(new Arguments(sql)
                    .number(appender)
                    .add(number)
                    .text(patience)
                    .text(wake));
            try (ResultSet rows = sql.executeQuery()) {
                return Outcomes.read(rows, batch.pendings());
            }
        }
    }
}
