package io.gatehouse.jdbc;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.sql.Clob;
import java.sql.Date;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoField;
import java.util.Calendar;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Converts values of a result for the getters of JDBC. A value outside the range of the type is an error; a finer value is
 * truncated: a fraction in {@code getInt}, microseconds in {@code getTime}.
 */
final class Conversions {
    private static final int MAX_DIGITS = 400;
    private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

    /** The classes of parameters that are passed on unchanged. */
    private static final List<Class<?>> PLAIN = List.of(
            CharSequence.class,
            Character.class,
            Number.class,
            Boolean.class,
            LocalDate.class,
            LocalTime.class,
            LocalDateTime.class,
            TimestampParameter.class);

    private Conversions() {}

    /** What {@code getObject} gives for a type. */
    static @Nullable Object standard(@Nullable Object value, JdbcType type) {
        if (value instanceof LocalDateTime time) {
            return Timestamp.valueOf(time);
        }
        if (value instanceof LocalDate date) {
            return Date.valueOf(date);
        }
        if (value instanceof LocalTime time) {
            return sqlTime(time);
        }
        return value instanceof List<?> list ? new ListArray(list, type.element()) : value;
    }

    /** A time of java.sql, which has milliseconds. */
    static Time sqlTime(LocalTime time) {
        return new Time(Timestamp.valueOf(time.atDate(LocalDate.EPOCH)).getTime());
    }

    static boolean bool(Object value) throws SQLException {
        if (value instanceof Boolean bool) {
            return bool;
        }
        if (value instanceof Number number) {
            return number.doubleValue() != 0;
        }
        return switch (value instanceof String text ? text.strip().toLowerCase(Locale.ROOT) : "") {
            case "true", "t", "1" -> true;
            case "false", "f", "0" -> false;
            default -> throw none(value, "boolean");
        };
    }

    /** A whole number; a fraction is cut off. */
    static long whole(Object value, long least, long most, String type) throws SQLException {
        if (value instanceof Integer || value instanceof Long) {
            return within(((Number) value).longValue(), least, most, type);
        }
        BigInteger cut = cut(value, type);
        if (cut.bitLength() > 63) {
            throw tooLarge(value, type);
        }
        return within(cut.longValue(), least, most, type);
    }

    /** Checks the exponent first: 1e999999999 would become as many digits. */
    private static BigInteger cut(Object value, String type) throws SQLException {
        BigDecimal number = decimal(value);
        long digits = (long) number.precision() - number.scale();
        if (number.signum() == 0 || digits <= 0) {
            return BigInteger.ZERO;
        }
        if (digits > MAX_DIGITS) {
            throw tooLarge(value, type);
        }
        return number.setScale(0, RoundingMode.DOWN).unscaledValue();
    }

    private static long within(long value, long least, long most, String type) throws SQLException {
        if (value < least || value > most) {
            throw tooLarge(value, type);
        }
        return value;
    }

    static double floating(Object value) throws SQLException {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        if (value instanceof String text && NOT_FINITE.contains(text.strip())) {
            return Double.parseDouble(text);
        }
        double nearest = decimal(value).doubleValue();
        if (Double.isInfinite(nearest)) {
            throw tooLarge(value, "double");
        }
        return nearest;
    }

    static float single(Object value) throws SQLException {
        double floating = floating(value);
        float nearest = (float) floating;
        if (Float.isInfinite(nearest) && !Double.isInfinite(floating)) {
            throw tooLarge(value, "float");
        }
        return nearest;
    }

    static BigDecimal decimal(Object value) throws SQLException {
        if (value instanceof BigDecimal decimal) {
            return decimal;
        }
        if (value instanceof Boolean bool) {
            return bool ? BigDecimal.ONE : BigDecimal.ZERO;
        }
        try {
            if (value instanceof Number || value instanceof String) {
                return new BigDecimal(value.toString().strip());
            }
        } catch (NumberFormatException e) {
            throw none(value, "number");
        }
        throw none(value, "number");
    }

    static LocalDate date(Object value) throws SQLException {
        if (value instanceof LocalDate date) {
            return date;
        }
        return value instanceof String text
                ? parsed(text, "date", LocalDate::parse)
                : dateTime(value).toLocalDate();
    }

    static LocalTime time(Object value) throws SQLException {
        if (value instanceof LocalTime time) {
            return time;
        }
        return value instanceof String text
                ? parsed(text, "time", LocalTime::parse)
                : dateTime(value).toLocalTime();
    }

    /** A timestamp without a time zone; one with a zone becomes the local time of this machine. */
    static LocalDateTime dateTime(Object value) throws SQLException {
        if (value instanceof LocalDateTime time) {
            return time;
        }
        if (value instanceof OffsetDateTime time) {
            return time.atZoneSameInstant(ZoneId.systemDefault()).toLocalDateTime();
        }
        if (value instanceof LocalDate date) {
            return date.atStartOfDay();
        }
        if (value instanceof String text) {
            return parsed(text.replace(' ', 'T'), "timestamp", LocalDateTime::parse);
        }
        throw none(value, "timestamp");
    }

    static OffsetDateTime instant(Object value) throws SQLException {
        if (value instanceof OffsetDateTime time) {
            return time;
        }
        throw none(value, "timestamp with time zone");
    }

    /** A timestamp in the time zone of a calendar. */
    static Timestamp timestamp(Object value, @Nullable Calendar calendar) throws SQLException {
        if (value instanceof OffsetDateTime time) {
            return Timestamp.from(time.toInstant());
        }
        LocalDateTime time = dateTime(value);
        return calendar == null
                ? Timestamp.valueOf(time)
                : Timestamp.from(time.atZone(calendar.getTimeZone().toZoneId()).toInstant());
    }

    private interface Parser<T> {
        T parse(String text);
    }

    private static <T> T parsed(String text, String type, Parser<T> parser) throws SQLException {
        try {
            return parser.parse(text.strip());
        } catch (DateTimeException e) {
            throw none(text, type);
        }
    }

    /** A value as the class that the caller asks for. */
    static <T> T as(Object value, Class<T> wanted, JdbcType type) throws SQLException {
        Object standard = standard(value, type);
        Object converted =
                wanted.isInstance(value) ? value : wanted.isInstance(standard) ? standard : made(value, wanted);
        if (converted == null) {
            throw none(value, wanted.getName());
        }
        return wanted.cast(converted);
    }

    private static @Nullable Object made(Object value, Class<?> wanted) throws SQLException {
        return switch (wanted.getName()) {
            case "java.lang.String" -> ValueText.of(value);
            case "java.lang.Boolean" -> bool(value);
            case "java.lang.Byte" -> (byte) whole(value, Byte.MIN_VALUE, Byte.MAX_VALUE, "byte");
            case "java.lang.Short" -> (short) whole(value, Short.MIN_VALUE, Short.MAX_VALUE, "short");
            case "java.lang.Integer" -> (int) whole(value, Integer.MIN_VALUE, Integer.MAX_VALUE, "int");
            case "java.lang.Long" -> whole(value, Long.MIN_VALUE, Long.MAX_VALUE, "long");
            case "java.math.BigInteger" -> cut(value, "BigInteger");
            case "java.lang.Float" -> single(value);
            case "java.lang.Double" -> floating(value);
            case "java.math.BigDecimal" -> decimal(value);
            case "java.time.LocalDate" -> date(value);
            case "java.time.LocalTime" -> time(value);
            case "java.time.LocalDateTime" -> dateTime(value);
            case "java.time.Instant" -> instant(value).toInstant();
            case "java.time.ZonedDateTime" -> instant(value).toZonedDateTime();
            case "java.sql.Date" -> Date.valueOf(date(value));
            case "java.sql.Time" -> sqlTime(time(value));
            case "java.sql.Timestamp", "java.util.Date" -> timestamp(value, null);
            default -> null;
        };
    }

    private static SQLException tooLarge(Object value, String type) {
        return SqlErrors.of("22003", "%s is out of the range of %s.".formatted(ValueText.of(value), type));
    }

    private static SQLException none(Object value, String type) {
        return SqlErrors.of("22018", "The value %s is not a %s.".formatted(ValueText.of(value), type));
    }

    /** Converts values that callers set to the classes that a query takes; a moment in time becomes a {@link TimestampParameter}. */
    static @Nullable Object plain(@Nullable Object value) throws SQLException {
        if (value instanceof Date date) {
            return date.toLocalDate();
        }
        if (value instanceof Time time) {
            return time.toLocalTime().with(ChronoField.MILLI_OF_SECOND, Math.floorMod(time.getTime(), 1_000L));
        }
        if (value instanceof Timestamp timestamp) {
            return new TimestampParameter(timestamp.toInstant().atOffset(ZoneOffset.UTC), timestamp.toLocalDateTime());
        }
        if (value instanceof java.util.Date date) {
            return TimestampParameter.of(date.toInstant(), null);
        }
        if (value instanceof Calendar calendar) {
            return TimestampParameter.of(calendar.toInstant(), null);
        }
        if (value instanceof Instant instant) {
            return TimestampParameter.of(instant, null);
        }
        if (value instanceof OffsetDateTime time) {
            return TimestampParameter.of(time.toInstant(), null);
        }
        if (value instanceof ZonedDateTime time) {
            return TimestampParameter.of(time.toInstant(), null);
        }
        if (value instanceof Clob text) {
            return text.getSubString(1, (int) Math.min(text.length(), Integer.MAX_VALUE));
        }
        if (value == null || PLAIN.stream().anyMatch(known -> known.isInstance(value))) {
            return value;
        }
        throw SqlErrors.unsupported(
                "A parameter of the class %s".formatted(value.getClass().getName()));
    }
}
