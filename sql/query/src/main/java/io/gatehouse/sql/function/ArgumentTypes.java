package io.gatehouse.sql.function;

import io.gatehouse.sql.catalog.SqlResource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.calcite.sql.type.SqlTypeName;

/**
 * The argument types of DuckDB's functions, limited to those that a parameter can have. They were read from DuckDB's
 * own list of functions; a test compares the two.
 */
public final class ArgumentTypes {
    /** Widest first: a parameter gets the first type that its position accepts. */
    public static final List<SqlTypeName> WIDEST_FIRST = List.of(
            SqlTypeName.DOUBLE,
            SqlTypeName.BIGINT,
            SqlTypeName.INTEGER,
            SqlTypeName.REAL,
            SqlTypeName.VARCHAR,
            SqlTypeName.TIMESTAMP,
            SqlTypeName.DATE,
            SqlTypeName.TIME,
            SqlTypeName.BOOLEAN);

    private static final Map<String, List<List<SqlTypeName>>> BY_NAME =
            SqlResource.lines("functions/takes.txt").stream()
                    .map(line -> line.split(" \\| ", -1))
                    .collect(Collectors.toUnmodifiableMap(parts -> parts[0], ArgumentTypes::places));

    private ArgumentTypes() {}

    private static List<List<SqlTypeName>> places(String[] parts) {
        return Arrays.stream(parts)
                .skip(1)
                .map(place -> Arrays.stream(place.split(" ", -1))
                        .filter(name -> !name.equals("-"))
                        .map(SqlTypeName::valueOf)
                        .toList())
                .toList();
    }

    /** Returns the types that a function accepts at a position, counted from 0, widest first; empty if unknown. */
    public static List<SqlTypeName> of(String function, int place) {
        List<List<SqlTypeName>> places = BY_NAME.getOrDefault(function.toLowerCase(Locale.ROOT), List.of());
        return place < places.size() ? places.get(place) : List.of();
    }
}
