package dev.fanfare.postgres;

import dev.fanfare.UnusableStoreException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// What the user must be allowed; whoever is not is told the SQL that allows it.
///
/// Threads: confined to the one that uses the statement.
final class Rights {
    /// Whether anything in the schema `n` lacks a right.
    private static final String LACKING = """
            not has_schema_privilege(n.oid, 'usage')
            or exists (select from pg_class where relnamespace = n.oid and not case
              when relkind in ('r', 'p') then has_table_privilege(oid, 'select') and has_table_privilege(oid, 'insert')
                and has_table_privilege(oid, 'update') and has_table_privilege(oid, 'delete')
                and has_table_privilege(oid, 'truncate')
              when relkind = 'S' then has_sequence_privilege(oid, 'usage')
              else true end)
            or exists (select from pg_proc where pronamespace = n.oid and not has_function_privilege(oid, 'execute'))""";

    private static final String ALL = "grant usage on schema %1$s to %2$s;"
            + " grant select, insert, update, delete, truncate on all tables in schema %1$s to %2$s;"
            + " grant usage on all sequences in schema %1$s to %2$s;"
            + " grant execute on all functions in schema %1$s to %2$s;";

    private final Database database;
    private final Statement sql;
    private final String schema;

    Rights(Database database, Statement sql) {
        this.database = database;
        this.sql = sql;
        this.schema = '"' + database.schema() + '"';
    }

    void requireMakingTheSchema() throws SQLException {
        if (is("not has_database_privilege(current_database(), 'create')")) {
            String name = text("quote_ident(current_database())").replace("%", "%%"); // it stands in a format
            throw lacks("make the schema " + schema, "grant create on database " + name + " to %2$s;");
        }
    }

    void requireMakingTables() throws SQLException {
        if (is("not (has_schema_privilege(" + id() + ", 'create') and has_schema_privilege(" + id() + ", 'usage'))")) {
            throw lacks("make tables in the schema " + schema, "grant create, usage on schema %1$s to %2$s;");
        }
    }

    void requireUsingAll() throws SQLException {
        if (is("(select " + LACKING + " from pg_namespace n where n.nspname = '" + database.schema() + "')")) {
            throw lacks("use all that is in the schema " + schema, ALL);
        }
    }

    private String id() {
        return "(select oid from pg_namespace where nspname = '" + database.schema() + "')";
    }

    private UnusableStoreException lacks(String what, String grants) throws SQLException {
        String grant = grants.formatted(schema, text("quote_ident(current_user)"));
        return new UnusableStoreException(
                database.toString(), "the user may not " + what + "; have its owner run: " + grant);
    }

    private boolean is(String condition) throws SQLException {
        return text("(" + condition + ")::text").equals("true");
    }

    private String text(String expression) throws SQLException {
        try (ResultSet row = sql.executeQuery("select " + expression)) {
            row.next();
            return row.getString(1);
        }
    }
}
