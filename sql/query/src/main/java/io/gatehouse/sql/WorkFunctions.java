package io.gatehouse.sql;

import io.gatehouse.sql.function.PatternSize;
import io.gatehouse.sql.limits.GuardFunctions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBReadableVector;
import org.duckdb.DuckDBScalarFunction;
import org.duckdb.DuckDBScalarFunctionBuilder;
import org.duckdb.DuckDBWritableVector;

/**
 * The functions that implement the guards of written statements. They are written in Java because only a function sees
 * a whole vector: whether a thousand rows share one large text or each has its own.
 */
final class WorkFunctions {
    private static final Pattern EXCEEDED =
            Pattern.compile("too much work: (.*) \\| (\\d+) rows \\| (\\d+) of (\\d+) ms");

    private WorkFunctions() {}

    /** Registers the functions, and those that read decisions, in a database, unless they are registered already. */
    static void register(Connection connection, DecisionReads decisions) throws SQLException {
        synchronized (WorkFunctions.class) {
            if (!areThere(connection)) {
                register(
                        connection,
                        GuardFunctions.WORK,
                        DuckDBColumnType.BOOLEAN,
                        WorkFunctions::check,
                        DuckDBColumnType.VARCHAR,
                        DuckDBColumnType.DOUBLE,
                        DuckDBColumnType.DOUBLE);
                register(
                        connection,
                        GuardFunctions.PATTERN,
                        DuckDBColumnType.DOUBLE,
                        WorkFunctions::pattern,
                        DuckDBColumnType.VARCHAR);
                new CacheFunction(decisions).register(connection);
                new PredictionFunction(decisions).register(connection);
            }
        }
    }

    private static boolean areThere(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT 1 FROM duckdb_functions() WHERE function_name = '%s'".formatted(GuardFunctions.WORK))) {
            return rows.next();
        }
    }

    private static void register(
            Connection connection,
            String name,
            DuckDBColumnType returns,
            DuckDBScalarFunction function,
            DuckDBColumnType... takes)
            throws SQLException {
        try (DuckDBScalarFunctionBuilder builder = DuckDBFunctions.scalarFunction()) {
            var unused = builder.withName(name)
                    .withParameters(takes)
                    .withReturnType(returns)
                    .withVectorizedFunction(function)
                    .register(connection);
        }
    }

    private static void check(DuckDBDataChunkReader rows, DuckDBWritableVector result) {
        DuckDBReadableVector nanos = rows.vector(1);
        long count = rows.rowCount();
        double sum = 0;
        for (long row = 0; row < count; row++) {
            sum += nanos.getDouble(row);
            result.setBoolean(row, true);
        }
        double limit = count == 0 ? 0 : rows.vector(2).getDouble(0);
        if (sum > limit) {
            throw new IllegalStateException(String.format(
                    Locale.ROOT,
                    "too much work: %s | %d rows | %.0f of %.0f ms",
                    rows.vector(0).getString(0),
                    count,
                    Math.ceil(sum / 1e6),
                    limit / 1e6));
        }
    }

    private static void pattern(DuckDBDataChunkReader rows, DuckDBWritableVector result) {
        DuckDBReadableVector patterns = rows.vector(0);
        for (long row = 0; row < rows.rowCount(); row++) {
            result.setDouble(row, patterns.isNull(row) ? 0 : PatternSize.nanos(patterns.getString(row)));
        }
    }

    /** Returns the message for users if the error comes from a guard; empty otherwise. */
    static Optional<String> explain(String message) {
        Matcher exceeded = EXCEEDED.matcher(message);
        return exceeded.find()
                ? Optional.of(String.format(
                        Locale.ROOT,
                        "The texts, lists or patterns of %s are too large: a step of %,d rows would take %,d ms; the limit is %,d ms. Shorten them first, for example with left(text, n) or list_slice(list, 1, n).",
                        exceeded.group(1),
                        Long.parseLong(exceeded.group(2)),
                        Long.parseLong(exceeded.group(3)),
                        Long.parseLong(exceeded.group(4))))
                : Optional.empty();
    }
}
