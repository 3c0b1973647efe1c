package io.gatehouse.sql;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What comes of one statement in Gatehouse and in DuckDB.
 *
 * @param detail what was said or what differs, on one line
 */
record Outcome(Kind kind, String detail) {
    enum Kind {
        EQUAL,
        /** Equal to 12 digits. */
        LAST_DIGITS,
        /** The same rows in another order, though the statement leaves none open. */
        ORDER,
        ROWS,
        TYPES,
        /** DuckDB answers it, and we refuse it. */
        REFUSED,
        /** DuckDB answers it, and here a value of a row is at fault. */
        FAILED,
        INTERNAL,
        /** We took it, and could not write it in DuckDB's SQL. */
        UNWRITABLE,
        LATE,
        /** Only we answer it. */
        ONLY_HERE,
        /** A defect of DuckDB's own, after which that database answers nothing. */
        DUCKDB_BREAKS,
        REFUSED_BY_BOTH,
        /** The result is too large to be compared. */
        TOO_MANY_ROWS;

        /** Whether it is a defect wherever no reason is known. */
        boolean wrong() {
            return switch (this) {
                case ORDER, ROWS, TYPES, FAILED, INTERNAL, UNWRITABLE, LATE -> true;
                case EQUAL, LAST_DIGITS, REFUSED, ONLY_HERE, DUCKDB_BREAKS, REFUSED_BY_BOTH, TOO_MANY_ROWS -> false;
            };
        }
    }

    private static final MathContext DIGITS = new MathContext(12);

    /** Less than this a number may be what is left of a sum of others. */
    private static final BigDecimal REST = new BigDecimal("1e-14");

    private static final int SHOWN_ROWS = 3;

    static Outcome of(Rows actual, Rows expected, boolean ordered) {
        String types = types(actual, expected);
        Rows here = values(actual, MathContext.UNLIMITED);
        Rows there = values(expected, MathContext.UNLIMITED);
        boolean exact = counts(here).equals(counts(there));
        if (!exact) {
            if (!counts(values(actual, DIGITS)).equals(counts(values(expected, DIGITS)))) {
                return new Outcome(Kind.ROWS, difference(here.sorted(), there.sorted()));
            }
        }
        if (!types.isEmpty()) {
            return new Outcome(Kind.TYPES, types);
        }
        if (!exact) {
            return new Outcome(Kind.LAST_DIGITS, difference(here.sorted(), there.sorted()));
        }
        return ordered && !here.rows().equals(there.rows())
                ? new Outcome(Kind.ORDER, difference(here, there))
                : new Outcome(Kind.EQUAL, "");
    }

    /** How often each row is there, in no order. */
    private static Map<List<@Nullable Object>, Long> counts(Rows rows) {
        return rows.rows().stream().collect(Collectors.groupingBy(row -> row, Collectors.counting()));
    }

    private static String types(Rows actual, Rows expected) {
        if (actual.types().size() != expected.types().size()) {
            return actual.types() + " for " + expected.types();
        }
        return IntStream.range(0, actual.types().size())
                .filter(i -> !actual.types().get(i).equals(expected.types().get(i)))
                .mapToObj(
                        i -> actual.types().get(i) + " for " + expected.types().get(i))
                .distinct()
                .collect(Collectors.joining("; "));
    }

    /** Numbers without their type. */
    private static Rows values(Rows rows, MathContext digits) {
        return new Rows(
                rows.types(),
                rows.rows().stream().map(row -> value(row, digits)).toList());
    }

    private static List<@Nullable Object> value(List<@Nullable Object> values, MathContext digits) {
        List<@Nullable Object> all = new ArrayList<>();
        for (Object value : values) {
            all.add(value(value, digits));
        }
        return all;
    }

    @SuppressWarnings("unchecked")
    private static @Nullable Object value(@Nullable Object value, MathContext digits) {
        if (value instanceof List<?> list) {
            return value((List<@Nullable Object>) list, digits);
        }
        if (!(value instanceof Number number)) {
            return value;
        }
        String text = number.toString();
        if (text.startsWith("NaN") || text.endsWith("Infinity")) {
            return text;
        }
        BigDecimal exact = new BigDecimal(text);
        boolean approximate = number instanceof Double || number instanceof Float;
        if (approximate && digits.equals(DIGITS) && exact.abs().compareTo(REST) < 0) {
            return BigDecimal.ZERO;
        }
        return (approximate ? exact.round(digits) : exact).stripTrailingZeros();
    }

    private static String difference(Rows actual, Rows expected) {
        List<List<@Nullable Object>> missing = new ArrayList<>(expected.rows());
        List<List<@Nullable Object>> tooMany = new ArrayList<>();
        for (List<@Nullable Object> row : actual.rows()) {
            if (!missing.remove(row)) {
                tooMany.add(row);
            }
        }
        return "%d rows for %d: %s for %s"
                .formatted(actual.rows().size(), expected.rows().size(), first(tooMany), first(missing));
    }

    private static String first(List<List<@Nullable Object>> rows) {
        return rows.stream().limit(SHOWN_ROWS).map(List::toString).collect(Collectors.joining(" "));
    }
}
