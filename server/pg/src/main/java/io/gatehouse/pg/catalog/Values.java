package io.gatehouse.pg.catalog;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.pg.wire.ArrayText;
import io.gatehouse.pg.wire.PgType;
import io.gatehouse.pg.wire.TextValues;
import io.gatehouse.pg.wire.WireType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Comparison and casts of values. */
final class Values {
    private final Relations relations;

    Values(Relations relations) {
        this.relations = requireNonNull(relations, "relations is null");
    }

    /** Compares two values that are not NULL. */
    static int compare(Object one, Object other) {
        if (one instanceof Long a && other instanceof Long b) {
            return a.compareTo(b);
        }
        if (one instanceof Number && other instanceof Number) {
            return decimal(one).compareTo(decimal(other));
        }
        if (one instanceof Boolean a && other instanceof Boolean b) {
            return a.compareTo(b);
        }
        if (one instanceof List<?> a && other instanceof List<?> b) {
            return compareLists(a, b);
        }
        return TextValues.text(one).compareTo(TextValues.text(other));
    }

    private static int compareLists(List<?> one, List<?> other) {
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            Object a = one.get(i);
            Object b = other.get(i);
            int order = a == null || b == null ? Boolean.compare(a == null, b == null) : compare(a, b);
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(one.size(), other.size());
    }

    /** NaN and infinities compare as the largest numbers. */
    static BigDecimal decimal(Object number) {
        if (number instanceof Double || number instanceof Float) {
            double value = ((Number) number).doubleValue();
            return Double.isFinite(value) ? BigDecimal.valueOf(value) : BigDecimal.valueOf(Double.MAX_VALUE);
        }
        return number instanceof BigDecimal exact ? exact : BigDecimal.valueOf(((Number) number).longValue());
    }

    /** A value that equals those that compare as equal, for hash tables. */
    static @Nullable Object key(@Nullable Object value) {
        if (value instanceof Number && !(value instanceof Long)) {
            BigDecimal exact = decimal(value).stripTrailingZeros();
            return exact.scale() <= 0 && exact.precision() < 18 ? (Object) exact.longValue() : exact;
        }
        return value;
    }

    /** Casts a value; NULL stays NULL. */
    @Nullable
    Object cast(@Nullable Object value, WireType from, WireType to) {
        if (value == null) {
            return null;
        }
        if (to.array()) {
            return list(value, from, to);
        }
        try {
            return scalar(value, from, to.base());
        } catch (IllegalArgumentException e) {
            throw new GatehouseException(
                    ErrorCode.SQL_EXECUTION,
                    "\"%s\" is not a value of type %s.".formatted(TextValues.text(value), to.sqlName()),
                    e);
        }
    }

    private Object list(Object value, WireType from, WireType to) {
        List<@Nullable Object> elements = new ArrayList<>();
        WireType element = WireType.of(to.base());
        if (value instanceof List<?> list) {
            list.forEach(item -> elements.add(cast(item, WireType.of(from.base()), element)));
        } else {
            ArrayText.elements(TextValues.text(value))
                    .forEach(item -> elements.add(cast(item, WireType.of(PgType.TEXT), element)));
        }
        return elements;
    }

    private Object scalar(Object value, WireType from, PgType to) {
        if (to == PgType.REGCLASS || to == PgType.REGTYPE || to == PgType.REGPROC || to == PgType.REGNAMESPACE) {
            return value instanceof Number number ? (Object) number.longValue() : oid(value.toString(), to);
        }
        if (to.isWhole()) {
            return whole(value);
        }
        return switch (to) {
            case BOOL -> value instanceof Boolean ? value : bool(value.toString());
            case FLOAT4, FLOAT8 ->
                value instanceof Number number ? number.doubleValue() : Double.valueOf(value.toString());
            case NUMERIC ->
                value instanceof Number
                        ? decimal(value)
                        : new BigDecimal(value.toString().strip());
            case INT2VECTOR, OIDVECTOR -> value;
            default -> text(value, from);
        };
    }

    private static Object whole(Object value) {
        if (value instanceof Boolean bool) {
            return bool ? 1L : 0L;
        }
        return value instanceof Number number
                ? Math.round(number.doubleValue()) == number.longValue()
                        ? (Object) number.longValue()
                        : Math.round(number.doubleValue())
                : Long.valueOf(value.toString().strip());
    }

    private static Boolean bool(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "t", "true", "on", "yes", "1" -> true;
            case "f", "false", "off", "no", "0" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    /** A value as a text: a regclass is the name of its relation, a truth value is a word. */
    String text(Object value, WireType from) {
        if (value instanceof Boolean bool) {
            return bool ? "true" : "false";
        }
        return !from.array() && value instanceof Long oid ? name(oid, from.base()) : TextValues.text(value);
    }

    /** What a number of a type is called. */
    String name(long oid, PgType type) {
        return switch (type) {
            case REGCLASS -> relations.name(oid).orElse(Long.toString(oid));
            case REGTYPE -> typeName(oid);
            case REGPROC -> oid == 0 ? "-" : oid == 750 ? "array_in" : Long.toString(oid);
            case REGNAMESPACE ->
                oid == Relations.PUBLIC ? "public" : oid == Relations.PG_CATALOG ? "pg_catalog" : Long.toString(oid);
            default -> Long.toString(oid);
        };
    }

    static String typeName(long oid) {
        return oid == 0 ? "-" : WireType.find((int) oid).map(WireType::sqlName).orElse("???");
    }

    /** The number of what a text names. */
    private long oid(String text, PgType type) {
        if (text.matches("\\d{1,10}")) {
            return Long.parseLong(text);
        }
        if (text.equals("-")) {
            return 0;
        }
        String name = Relations.unquoted(text);
        String last = name.substring(name.lastIndexOf('.') + 1);
        return switch (type) {
            case REGCLASS ->
                relations
                        .oid(name.startsWith("pg_catalog.") ? last : name)
                        .orElseThrow(() -> new GatehouseException(
                                ErrorCode.SQL_VALIDATION, "There is no relation \"%s\".".formatted(text)));
            case REGTYPE ->
                findType(text)
                        .orElseThrow(() -> new GatehouseException(
                                ErrorCode.SQL_VALIDATION, "There is no type \"%s\".".formatted(text)));
            // The functions of types have numbers only where clients compare them.
            case REGPROC -> last.equals("array_in") ? 750 : -1;
            default -> last.equals("public") ? Relations.PUBLIC : last.equals("pg_catalog") ? Relations.PG_CATALOG : -1;
        };
    }

    /** The OID of the type that a text names. */
    static Optional<Long> findType(String text) {
        String name = Relations.unquoted(text);
        String last = name.substring(name.lastIndexOf('.') + 1);
        boolean array = last.endsWith("[]");
        return PgType.find(array ? last.substring(0, last.length() - 2) : last)
                .map(base -> (long) (array ? base.arrayOid() : base.oid()));
    }
}
