package dev.fanfare.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;

/// A process that holds a file against all others, or reads inside one transaction, until it is told to let go.
final class ChildHolder {
    private ChildHolder() {}

    /// Says `held`, then waits for a line.
    ///
    /// @param args the file, and what to hold: `turn` on the bus, or a transaction that is `exclusive` or `reading`
    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]);
        if (args[1].equals("turn")) {
            try (Bus bus = Bus.beside(file)) {
                bus.takeTurn();
                holdUntilTold();
                bus.endTurn();
            }
            return;
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement sql = connection.createStatement()) {
            sql.execute(args[1].equals("reading") ? "begin" : "begin exclusive");
            sql.executeQuery("select count(*) from event").close();
            holdUntilTold();
            sql.execute("commit");
        }
    }

    private static void holdUntilTold() throws Exception {
        System.out.println("held");
        System.in.read();
    }
}
