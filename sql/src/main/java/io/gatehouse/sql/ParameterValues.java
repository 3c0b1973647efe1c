package io.gatehouse.sql;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Values of parameters as DuckDB is to get them. A value must be one of the parameter's type: nothing is rounded or cut,
 * which would find other rows than were asked for. Texts may stand for numbers and times, since JSON has no others.
 */
final class ParameterValues {
    private static final Pattern DECIMAL = Pattern.compile("DECIMAL\\((\\d+),(\\d+)\\)");
    private static final Map<String, Integer> BITS =
            Map.of("TINYINT", 8, "SMALLINT", 16, "INTEGER", 32, "BIGINT", 64, "HUGEINT", 127);
    private static final int MAX_DIGITS = 400;

    private ParameterValues() {}

    /** @param types DuckDB's names of the types of the parameters */
    static List<@Nullable Object> of(List<String> types, List<? extends @Nullable Object> values) {
        if (types.size() != values.size()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The statement has %s, but %s given."
                            .formatted(
                                    counted(types.size(), "parameter"),
                                    values.size() == 1 ? "1 value was" : values.size() + " values were"));
        }
        List<@Nullable Object> converted = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            converted.add(of(i + 1, types.get(i), values.get(i)));
        }
        return converted;
    }

    private static String counted(int count, String noun) {
        return count == 1 ? "1 " + noun : count + " " + noun + "s";
    }

    private static @Nullable Object of(int number, String type, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        try {
            Object converted = converted(type, value);
            if (converted != null) {
                return converted;
            }
        } catch (NumberFormatException | ArithmeticException | DateTimeException e) {
            throw refused(number, type, value, e);
        }
        throw refused(number, type, value, null);
    }

    private static GatehouseException refused(int number, String type, Object value, @Nullable Exception cause) {
        String text = value instanceof CharSequence ? "'%s'".formatted(value) : value.toString();
        GatehouseException failure = new GatehouseException(
                ErrorCode.INVALID_ARGUMENT,
                "Parameter %d is a %s; %s (%s) is none."
                        .formatted(
                                number,
                                type,
                                text.length() <= 60 ? text : text.substring(0, 59) + "…",
                                value.getClass().getSimpleName()));
        if (cause != null) {
            failure.addSuppressed(cause);
        }
        return failure;
    }

    private static @Nullable Object converted(String type, Object value) {
        Integer bits = BITS.get(type);
        if (bits != null) {
            return whole(value, bits);
        }
        Matcher decimal = DECIMAL.matcher(type);
        if (decimal.matches()) {
            return decimal(value, Integer.parseInt(decimal.group(1)), Integer.parseInt(decimal.group(2)));
        }
        return switch (type) {
            case "BOOLEAN" -> bool(value);
            case "FLOAT" -> value instanceof Number || isText(value) ? Float.valueOf(value.toString()) : null;
            case "DOUBLE" -> value instanceof Number || isText(value) ? Double.valueOf(value.toString()) : null;
            case "VARCHAR" -> isText(value) ? value.toString() : null;
            case "DATE" -> date(value);
            case "TIME" -> time(value);
            case "TIMESTAMP" -> dateTime(value);
            case "TIMESTAMP WITH TIME ZONE" -> instant(value);
            default -> null;
        };
    }

    private static boolean isText(Object value) {
        return value instanceof CharSequence || value instanceof Character;
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

    private static @Nullable Object whole(Object value, int bits) {
        BigDecimal number = exact(value);
        // The exponent is looked at first: 1e999999999 would become as many digits.
        if (number == null || number.precision() - number.scale() > 39) {
            return null;
        }
        BigDecimal whole = number.setScale(0);
        if (bits == 127) {
            return whole.unscaledValue().bitLength() <= bits ? whole.unscaledValue() : null;
        }
        return whole.unscaledValue().bitLength() < bits ? whole.longValueExact() : null;
    }

    private static @Nullable Object decimal(Object value, int precision, int scale) {
        BigDecimal number = exact(value);
        if (number == null || number.precision() - number.scale() > precision - scale) {
            return null;
        }
        return number.setScale(scale);
    }

    private static @Nullable Object date(Object value) {
        return value instanceof Date date
                ? date.toLocalDate()
                : value instanceof LocalDate ? value : isText(value) ? LocalDate.parse(value.toString()) : null;
    }

    private static @Nullable Object time(Object value) {
        return value instanceof Time time
                ? time.toLocalTime()
                : value instanceof LocalTime ? value : isText(value) ? LocalTime.parse(value.toString()) : null;
    }

    private static @Nullable Object dateTime(Object value) {
        if (value instanceof Timestamp timestamp) {
            return timestamp.toLocalDateTime();
        }
        return value instanceof LocalDateTime
                ? value
                : isText(value) ? LocalDateTime.parse(value.toString().replace(' ', 'T')) : null;
    }

    private static @Nullable Object instant(Object value) {
        if (value instanceof Instant instant) {
            return instant.atOffset(ZoneOffset.UTC);
        }
        if (value instanceof Timestamp timestamp) {
            return timestamp.toInstant().atOffset(ZoneOffset.UTC);
        }
        if (value instanceof ZonedDateTime zoned) {
            return zoned.toOffsetDateTime();
        }
        return value instanceof OffsetDateTime
                ? value
                : isText(value) ? OffsetDateTime.parse(value.toString().replace(' ', 'T')) : null;
    }
}
