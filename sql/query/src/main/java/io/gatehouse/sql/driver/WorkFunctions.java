package io.gatehouse.sql.driver;

import io.gatehouse.sql.function.PatternSize;
import io.gatehouse.sql.limits.GuardFunctions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBReadableVector;
import org.duckdb.DuckDBWritableVector;

/**
 * The functions that implement the guards of written statements. They are written in Java because only a function sees
 * a whole vector: whether a thousand rows share one large text or each has its own.
 */
public final class WorkFunctions {
    private static final Pattern EXCEEDED =
            Pattern.compile("too much work: (.*) \\| (\\d+) rows \\| (\\d+) of (\\d+) ms");

    private WorkFunctions() {}

    /** Fails if the nanoseconds of a vector of rows exceed a limit. Arguments: what takes them, nanoseconds, limit. */
    public static JavaFunction check() {
        return new JavaFunction(
                GuardFunctions.WORK,
                List.of(DuckDBColumnType.VARCHAR, DuckDBColumnType.DOUBLE, DuckDBColumnType.DOUBLE),
                DuckDBColumnType.BOOLEAN,
                WorkFunctions::check);
    }

    /** The nanoseconds that a regular expression takes for each byte of a text, NULL taking none. */
    public static JavaFunction pattern() {
        return new JavaFunction(
                GuardFunctions.PATTERN,
                List.of(DuckDBColumnType.VARCHAR),
                DuckDBColumnType.DOUBLE,
                WorkFunctions::pattern);
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
