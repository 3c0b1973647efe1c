package io.gatehouse.store.database;

import io.gatehouse.base.Resources;
import io.gatehouse.store.schema.DomainFunction;
import io.gatehouse.store.schema.SqlText;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.regex.Pattern;
import org.duckdb.DuckDBConnection;

/** The functions of the field as macros of a file, so that DuckDB's own tools have them too. */
final class Macros {
    private static final Pattern FLOAT = Pattern.compile("\\b\\d+(\\.\\d+)?e-?\\d+\\b");

    private Macros() {}

    /**
     * Makes those that the file lacks or has from another Gatehouse. What DuckDB makes of an expression differs from its
     * text, so the present ones are made beside them first; a file that has them all is not written to.
     */
    static void bringUpToDate(DuckDBConnection connection) throws SQLException {
        List<DomainFunction> functions = DomainFunction.all();
        try (Statement statement = connection.createStatement()) {
            for (DomainFunction function : functions) {
                statement.execute(definition("TEMP MACRO", function));
            }
            boolean known = hasAll(connection);
            for (DomainFunction function : functions) {
                statement.execute("DROP MACRO temp." + function.name());
            }
            if (!known) {
                make(connection, functions);
            }
        }
    }

    /** Writes 1e0 as the cast of a text: the format of DuckDB 1.4 keeps the value of such a literal, not its notation. */
    private static String definition(String kind, DomainFunction function) {
        String expression = FLOAT.matcher(function.converted()).replaceAll("CAST('$0' AS DOUBLE)");
        return "CREATE OR REPLACE %s %s AS (%s)".formatted(kind, function.signature(), expression);
    }

    private static boolean hasAll(DuckDBConnection connection) throws SQLException {
        return SmallQuery.number(connection, Resources.text(Macros.class, "missing_macros.sql")) == 0;
    }

    private static void make(DuckDBConnection connection, List<DomainFunction> functions) throws SQLException {
        try (Transaction transaction = Transaction.begin(connection);
                Statement statement = connection.createStatement()) {
            for (DomainFunction function : functions) {
                statement.execute(definition("MACRO", function));
                statement.execute(
                        "COMMENT ON MACRO %s IS '%s'".formatted(function.name(), SqlText.quoted(function.comment())));
            }
            transaction.commit();
        }
    }
}
