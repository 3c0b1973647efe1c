package io.gatehouse.sql;

import io.gatehouse.base.SurrogateHalf;
import io.gatehouse.client.Bindings;
import io.gatehouse.client.Bindings.ByName;
import io.gatehouse.client.ParameterName;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.parse.Literals;
import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.Decimal;
import io.gatehouse.type.SqlType.Scalar;
import java.math.BigDecimal;
import java.sql.Date;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.Temporal;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Converts parameter values to the types that DuckDB expects. A value must be representable in the parameter's type:
 * nothing is truncated, which would find other rows than asked for, and nothing is rounded except a fraction that
 * becomes the nearest FLOAT or DOUBLE. Numbers and times may be given as texts, as in JSON.
 */
final class ParameterValues {
    private static final int HUGEINT_BITS = 127;
    private static final int MAX_DIGITS = 400;

    /** The most characters of texts that are written into a statement. */
    private static final int MAX_WRITTEN = 10_000;

    /** Names in one message. */
    private static final int MAX_SHOWN = 20;

    /** Decimal digits that survive as a float and as a double: FLT_DIG and DBL_DIG of C. */
    private static final int FLOAT_DIGITS = 6;

    private static final int DOUBLE_DIGITS = 15;
    private static final int DATE_LENGTH = "2026-01-02".length();
    private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

    /** The ranges that DuckDB stores and that its driver can send. */
    private static final LocalDate FIRST_DATE = LocalDate.of(-290_308, 12, 22);

    private static final LocalDate LAST_DATE = LocalDate.of(5_881_580, 7, 10);
    private static final LocalDateTime FIRST_TIMESTAMP = LocalDateTime.of(-290_308, 12, 22, 0, 0);
    private static final LocalDateTime LAST_TIMESTAMP =
            LocalDateTime.of(294_247, 1, 10, 4, 0, 54).plusNanos(775_806_999);

    private static final Map<SqlType, Object> SAMPLES = Map.of(
            Scalar.VARCHAR,
            "",
            Scalar.DATE,
            LocalDate.EPOCH,
            Scalar.TIME,
            LocalTime.MIDNIGHT,
            Scalar.TIMESTAMP,
            LocalDate.EPOCH.atStartOfDay(),
            Scalar.TIMESTAMP_WITH_TIME_ZONE,
            LocalDate.EPOCH.atStartOfDay().atOffset(ZoneOffset.UTC));

    private ParameterValues() {}

    /**
     * The values in the order and of the types of the parameters.
     *
     * @param types those of the parameters
     * @param names of the parameters; empty if they have none
     */
    static List<@Nullable Object> of(List<SqlType> types, List<ParameterName> names, Bindings bindings) {
        List<@Nullable Object> values = names.isEmpty() ? inOrder(types, bindings) : byName(names, bindings);
        List<@Nullable Object> converted = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            converted.add(of(ParameterName.label(names, i), types.get(i), values.get(i)));
        }
        return converted;
    }

    /** Whether values may be written into a statement: numbers, booleans and short plain texts, NULL included. */
    static boolean canBeWritten(List<@Nullable Object> values) {
        long characters = 0;
        for (Object value : values) {
            if (value instanceof String text && text.indexOf('\0') < 0) {
                characters += text.length();
            } else if (value != null && !(value instanceof Number) && !(value instanceof Boolean)) {
                return false;
            }
        }
        return characters <= MAX_WRITTEN;
    }

    private static List<@Nullable Object> inOrder(List<SqlType> types, Bindings bindings) {
        List<@Nullable Object> values = new ArrayList<>(bindings.values());
        if (bindings instanceof ByName named && !named.isEmpty()) {
            throw invalid(
                    types.isEmpty()
                            ? "The statement has no parameter %s."
                                    .formatted(labels(named.named().keySet(), "or"))
                            : "The parameters of the statement, ?, have no names; give their values in order, or name them, as in :name.");
        }
        if (types.size() != values.size()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The statement has %s, but %s given."
                            .formatted(
                                    counted(types.size(), "parameter"),
                                    values.size() == 1 ? "1 value was" : values.size() + " values were"));
        }
        return values;
    }

    private static List<@Nullable Object> byName(List<ParameterName> names, Bindings bindings) {
        if (!(bindings instanceof ByName given)) {
            throw invalid(
                    "The parameters of the statement have names, %s; give their values by name, or write ? for them ($1 for a PostgreSQL client)."
                            .formatted(labels(
                                    names.stream().map(ParameterName::name).toList(), "and")));
        }
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        given.named().forEach((name, value) -> {
            String key = name.toLowerCase(Locale.ROOT);
            if (values.containsKey(key)) {
                throw invalid("Parameter :%s has two values; names are compared without case.".formatted(key));
            }
            values.put(key, value);
        });
        List<String> missing = names.stream()
                .map(ParameterName::name)
                .filter(name -> !values.containsKey(name))
                .toList();
        Set<String> unknown = new LinkedHashSet<>(values.keySet());
        names.forEach(name -> unknown.remove(name.name()));
        if (!missing.isEmpty() || !unknown.isEmpty()) {
            throw invalid(Stream.of(
                            missing.isEmpty() ? "" : "There is no value for %s.".formatted(labels(missing, "and")),
                            unknown.isEmpty()
                                    ? ""
                                    : "The statement has no parameter %s.".formatted(labels(unknown, "or")))
                    .filter(part -> !part.isEmpty())
                    .collect(Collectors.joining(" ")));
        }
        return names.stream().map(name -> values.get(name.name())).collect(Collectors.toCollection(ArrayList::new));
    }

    /** :a, :b and :c; of many names the first ones. */
    private static String labels(Collection<String> names, String word) {
        List<String> shown =
                names.stream().limit(MAX_SHOWN).map(ParameterValues::label).toList();
        int others = names.size() - shown.size();
        if (others > 0) {
            return "%s and %d others".formatted(String.join(", ", shown), others);
        }
        int last = shown.size() - 1;
        return last == 0
                ? shown.get(0)
                : "%s %s %s".formatted(String.join(", ", shown.subList(0, last)), word, shown.get(last));
    }

    private static String label(String name) {
        return ":" + (name.length() <= 60 ? name : name.substring(0, 59) + "…");
    }

    private static GatehouseException invalid(String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message);
    }

    /** Returns a sample value of each type, for statements that DuckDB cannot describe without values. */
    static List<@Nullable Object> samples(List<SqlType> types) {
        return types.stream()
                .<@Nullable Object>map(type -> SAMPLES.getOrDefault(type, 0))
                .toList();
    }

    private static String counted(int count, String noun) {
        return count == 1 ? "1 " + noun : count + " " + noun + "s";
    }

    private static @Nullable Object of(String number, SqlType type, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        try {
            Object converted = converted(type, value);
            if (converted != null) {
                requireStorable(number, converted);
                return beforeChrist(converted);
            }
        } catch (NumberFormatException | ArithmeticException | DateTimeException e) {
            throw refused(number, type, value, e);
        }
        throw refused(number, type, value, null);
    }

    /** The driver sends a date without its era, and a timestamp with it. */
    private static Object beforeChrist(Object value) {
        return value instanceof LocalDate date && date.getYear() < 1 ? date.atStartOfDay() : value;
    }

    /** DuckDB's driver would count days and microseconds past what they hold, and change texts that UTF-8 does not have. */
    private static void requireStorable(String number, Object value) {
        if (value instanceof String text) {
            SurrogateHalf.find(text).ifPresent(at -> {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Parameter %s is not text: its character %d is U+%04X, half of a pair of surrogates."
                                .formatted(number, at + 1, (int) text.charAt(at)));
            });
        }
        if (value instanceof LocalDate date) {
            require(number, !date.isBefore(FIRST_DATE) && !date.isAfter(LAST_DATE), "date", FIRST_DATE, LAST_DATE);
        }
        LocalDateTime time = value instanceof OffsetDateTime instant
                ? instant.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime()
                : value instanceof LocalDateTime local ? local : FIRST_TIMESTAMP;
        require(
                number,
                !time.isBefore(FIRST_TIMESTAMP) && !time.isAfter(LAST_TIMESTAMP),
                "timestamp",
                FIRST_TIMESTAMP,
                LAST_TIMESTAMP);
    }

    private static void require(String number, boolean condition, String type, Object first, Object last) {
        if (!condition) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Parameter %s is out of range: a %s goes from %s to %s.".formatted(number, type, first, last));
        }
    }

    private static GatehouseException refused(String number, SqlType type, Object value, @Nullable Exception cause) {
        String text = value instanceof CharSequence ? "'%s'".formatted(value) : value.toString();
        // Of other objects, the text may not say what they are.
        String kind = value instanceof CharSequence || value instanceof Number || value instanceof Boolean
                ? ""
                : " (%s)".formatted(value.getClass().getSimpleName());
        GatehouseException failure = new GatehouseException(
                ErrorCode.INVALID_ARGUMENT,
                "Parameter %s is of type %s, but %s%s is not."
                        .formatted(number, type, text.length() <= 60 ? text : text.substring(0, 59) + "…", kind));
        if (cause != null) {
            failure.addSuppressed(cause);
        }
        return failure;
    }

    private static @Nullable Object converted(SqlType type, Object value) {
        if (type instanceof Decimal decimal) {
            return decimal(value, decimal.precision(), decimal.scale());
        }
        if (!(type instanceof Scalar scalar)) {
            return null;
        }
        return switch (scalar) {
            case BOOLEAN -> bool(value);
            case TINYINT -> whole(value, 8);
            case SMALLINT -> whole(value, 16);
            case INTEGER -> whole(value, 32);
            case BIGINT -> whole(value, 64);
            case HUGEINT -> whole(value, HUGEINT_BITS);
            case FLOAT -> single(value);
            case DOUBLE -> real(value);
            case VARCHAR -> text(value);
            case DATE -> date(value);
            case TIME -> time(value);
            case TIMESTAMP -> dateTime(value);
            case TIMESTAMP_WITH_TIME_ZONE -> instant(value);
            // Parameters.types refuses a parameter of these.
            case UTINYINT, USMALLINT, UINTEGER, UBIGINT, INTERVAL, NULL -> null;
        };
    }

    private static boolean isText(Object value) {
        return value instanceof CharSequence || value instanceof Character;
    }

    /** Accepts any value as a text, because in {@code ? IS NULL} a number has no other type. */
    private static @Nullable Object text(Object value) {
        boolean scalar = isText(value)
                || value instanceof Number
                || value instanceof Boolean
                || value instanceof Temporal
                || value instanceof java.util.Date;
        return scalar ? Literals.plain(value) : null;
    }

    private static @Nullable Object bool(Object value) {
        if (value instanceof Boolean) {
            return value;
        }
        return switch (isText(value) ? value.toString().toLowerCase(Locale.ROOT) : "") {
            case "true" -> true;
            case "false" -> false;
            default -> null;
        };
    }

    private static @Nullable BigDecimal exact(Object value) {
        boolean numeric = value instanceof Number || isText(value);
        return numeric && value.toString().length() <= MAX_DIGITS ? new BigDecimal(value.toString()) : null;
    }

    private static @Nullable Object single(Object value) {
        if (NOT_FINITE.contains(value.toString())) {
            return Float.valueOf(value.toString());
        }
        BigDecimal number = exact(value);
        if (number == null) {
            return null;
        }
        float nearest = Float.parseFloat(number.toString());
        return keeps(number, FLOAT_DIGITS, nearest, Float.toString(nearest)) ? nearest : null;
    }

    private static @Nullable Object real(Object value) {
        if (NOT_FINITE.contains(value.toString())) {
            return Double.valueOf(value.toString());
        }
        BigDecimal number = exact(value);
        if (number == null) {
            return null;
        }
        double nearest = Double.parseDouble(number.toString());
        return keeps(number, DOUBLE_DIGITS, nearest, Double.toString(nearest)) ? nearest : null;
    }

    /**
     * Whether a number survives conversion to floating point: a fraction unless it becomes 0, an integer if it has few
     * digits or is exactly representable or printed the same.
     */
    private static boolean keeps(BigDecimal number, int digits, double floating, String written) {
        if (Double.isInfinite(floating) || (floating == 0 && number.signum() != 0)) {
            return false;
        }
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.scale() > 0
                || stripped.precision() <= digits
                || number.compareTo(new BigDecimal(floating)) == 0
                || number.compareTo(new BigDecimal(written)) == 0;
    }

    private static @Nullable Object whole(Object value, int bits) {
        BigDecimal number = exact(value);
        if (number == null || !fits(number, 39, 0)) {
            return null;
        }
        BigDecimal whole = number.setScale(0);
        if (bits == HUGEINT_BITS) {
            return whole.unscaledValue().bitLength() <= bits ? whole.unscaledValue() : null;
        }
        return whole.unscaledValue().bitLength() < bits ? whole.longValueExact() : null;
    }

    private static @Nullable Object decimal(Object value, int precision, int scale) {
        BigDecimal number = exact(value);
        return number == null || !fits(number, precision - scale, scale) ? null : number.setScale(scale);
    }

    /** Checked before any computation: 1e999999999 and 1e-999999999 would expand to that many digits. */
    private static boolean fits(BigDecimal number, int before, int behind) {
        BigDecimal stripped = number.stripTrailingZeros();
        return number.signum() == 0
                || ((long) stripped.precision() - stripped.scale() <= before && stripped.scale() <= behind);
    }

    /** Midnight converts to its date, as a date converts to midnight. */
    private static @Nullable Object date(Object value) {
        LocalDateTime time = dateTime(value);
        return time != null && time.toLocalTime().equals(LocalTime.MIDNIGHT) ? time.toLocalDate() : null;
    }

    private static @Nullable Object time(Object value) {
        return value instanceof Time time
                ? time.toLocalTime().with(ChronoField.MILLI_OF_SECOND, Math.floorMod(time.getTime(), 1_000L))
                : value instanceof LocalTime ? value : isText(value) ? LocalTime.parse(value.toString()) : null;
    }

    /** Converts to a local date and time, in UTC if an instant is given. */
    private static @Nullable LocalDateTime dateTime(Object value) {
        if (value instanceof Date date) {
            return date.toLocalDate().atStartOfDay();
        }
        if (value instanceof Timestamp timestamp) {
            return timestamp.toLocalDateTime();
        }
        if (value instanceof LocalDate date) {
            return date.atStartOfDay();
        }
        if (value instanceof LocalDateTime time) {
            return time;
        }
        OffsetDateTime instant = instant(value);
        return instant == null
                ? null
                : instant.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime();
    }

    /** Converts to an instant; a value without a zone is in UTC. */
    private static @Nullable OffsetDateTime instant(Object value) {
        if (value instanceof OffsetDateTime time) {
            return time;
        }
        if (value instanceof Instant instant) {
            return instant.atOffset(ZoneOffset.UTC);
        }
        if (value instanceof Timestamp timestamp) {
            return timestamp.toInstant().atOffset(ZoneOffset.UTC);
        }
        if (value instanceof ZonedDateTime zoned) {
            return zoned.toOffsetDateTime();
        }
        if (isText(value)) {
            return instant(parsed(value.toString()));
        }
        boolean zoneless = value instanceof Date || value instanceof LocalDate || value instanceof LocalDateTime;
        LocalDateTime time = zoneless ? dateTime(value) : null;
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }

    /** Parses a date, or a date and time with or without an offset. */
    private static TemporalAccessor parsed(String text) {
        return text.length() <= DATE_LENGTH
                ? LocalDate.parse(text)
                : DateTimeFormatter.ISO_DATE_TIME.parseBest(
                        text.replace(' ', 'T'), OffsetDateTime::from, LocalDateTime::from);
    }
}
