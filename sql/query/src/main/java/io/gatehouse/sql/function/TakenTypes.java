package io.gatehouse.sql.function;

import io.gatehouse.sql.catalog.SqlResource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.calcite.sql.type.SqlTypeName;

/**
 * The types that DuckDB's functions take, at each place those that a parameter can have. They are read from DuckDB's own
 * list of its functions when Gatehouse is built; a test compares the two.
 */
public final class TakenTypes {
    /** The widest come first: a parameter is of the first that the place takes. */
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

    private static final Map<String, List<List<SqlTypeName>>> BY_NAME = SqlResource.text("functions/takes.txt")
            .lines()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.split(" \\| ", -1))
            .collect(Collectors.toUnmodifiableMap(parts -> parts[0], TakenTypes::places));

    private TakenTypes() {}

    private static List<List<SqlTypeName>> places(String[] parts) {
        return Arrays.stream(parts)
                .skip(1)
                .map(place -> Arrays.stream(place.split(" ", -1))
                        .filter(name -> !name.equals("-"))
                        .map(SqlTypeName::valueOf)
                        .toList())
                .toList();
    }

    /** What a function takes at a place, from 0, the widest first; empty where that is not known. */
    public static List<SqlTypeName> of(String function, int place) {
        List<List<SqlTypeName>> places = BY_NAME.getOrDefault(function.toLowerCase(Locale.ROOT), List.of());
        return place < places.size() ? places.get(place) : List.of();
    }
}
