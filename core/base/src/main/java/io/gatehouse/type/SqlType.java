package io.gatehouse.type;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A SQL type. Its text is the name that users write, which is DuckDB's: {@code DECIMAL(18,3)}, {@code FLOAT[]}. */
public sealed interface SqlType {
    /**
     * Returns the type with a name of DuckDB's; an array of fixed length, {@code FLOAT[3]}, is a list.
     *
     * @throws IllegalArgumentException if no type has this name
     */
    static SqlType parse(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException("There is no SQL type %s".formatted(name)));
    }

    /** Returns the type with a name of DuckDB's, which is {@link Other} if no type has this name, or a list of it. */
    static SqlType of(String name) {
        Matcher list = ListOf.NAME.matcher(name);
        return list.matches() ? new ListOf(of(list.group(1))) : find(name).orElseGet(() -> new Other(name));
    }

    /** Returns the type with a name of DuckDB's, or nothing if no type has this name. */
    static Optional<SqlType> find(String name) {
        Matcher list = ListOf.NAME.matcher(name);
        if (list.matches()) {
            return find(list.group(1)).map(ListOf::new);
        }
        Matcher decimal = Decimal.NAME.matcher(name);
        if (decimal.matches()) {
            return Optional.of(new Decimal(Integer.parseInt(decimal.group(1)), Integer.parseInt(decimal.group(2))));
        }
        return Optional.ofNullable(Scalar.BY_NAME.get(name));
    }

    /** Types without parameters. */
    enum Scalar implements SqlType {
        BOOLEAN,
        TINYINT,
        SMALLINT,
        INTEGER,
        BIGINT,
        HUGEINT,
        UTINYINT,
        USMALLINT,
        UINTEGER,
        UBIGINT,
        FLOAT,
        DOUBLE,
        VARCHAR,
        DATE,
        TIME,
        TIMESTAMP,
        TIMESTAMP_WITH_TIME_ZONE,
        INTERVAL,
        /** The type of a literal NULL that nothing else gives a type. */
        NULL;

        private static final Map<String, SqlType> BY_NAME =
                Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Scalar::toString, type -> type));

        @Override
        public String toString() {
            return name().replace('_', ' ');
        }
    }

    /**
     * Exact decimal numbers.
     *
     * @param precision digits in all, 1 to 38
     * @param scale digits after the decimal point, 0 to {@code precision}
     */
    record Decimal(int precision, int scale) implements SqlType {
        private static final Pattern NAME = Pattern.compile("DECIMAL\\((\\d{1,2}),\\s*(\\d{1,2})\\)");

        @Override
        public String toString() {
            return "DECIMAL(%d,%d)".formatted(precision, scale);
        }
    }

    /** Lists of any length, whose elements may be NULL. */
    record ListOf(SqlType element) implements SqlType {
        private static final Pattern NAME = Pattern.compile("(.+)\\[\\d*]");

        public ListOf {
            requireNonNull(element, "element is null");
        }

        @Override
        public String toString() {
            return element + "[]";
        }
    }

    /**
     * A type that this version knows by its name only, such as one that a newer server sends. Its values are shown as they
     * come.
     */
    record Other(String name) implements SqlType {
        public Other {
            requireNonNull(name, "name is null");
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
