package io.gatehouse.pg.wire;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.chrono.IsoEra;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Values as texts, as PostgreSQL writes them with DateStyle ISO and extra_float_digits 1. */
public final class TextValues {
    private static final int LEAST_EXPONENT = -4;
    /** From here on PostgreSQL writes a double with an exponent; a float from 6 digits on. */
    private static final int DOUBLE_DIGITS = 15;

    private static final int FLOAT_DIGITS = 6;
    /** Below it neither has an exponent. */
    private static final double PLAIN = 1e6;

    private TextValues() {}

    public static String text(Object value) {
        // The commonest first.
        if (value instanceof Integer || value instanceof Long || value instanceof String) {
            return value.toString();
        }
        if (value instanceof Boolean bool) {
            return bool ? "t" : "f";
        }
        if (value instanceof Double number) {
            return real(number, number.toString(), DOUBLE_DIGITS);
        }
        if (value instanceof Float number) {
            return real(number, number.toString(), FLOAT_DIGITS);
        }
        if (value instanceof BigDecimal number) {
            return number.toPlainString();
        }
        if (value instanceof List<?> list) {
            return array(list);
        }
        if (value instanceof LocalDate date) {
            return date(date) + era(date);
        }
        if (value instanceof LocalTime time) {
            return time(time);
        }
        if (value instanceof LocalDateTime moment) {
            return moment(moment) + era(moment.toLocalDate());
        }
        if (value instanceof OffsetDateTime moment) {
            LocalDateTime utc = moment.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime();
            return moment(utc) + "+00" + era(utc.toLocalDate());
        }
        return value.toString();
    }

    /** @param shortest digits that give the number back */
    private static String real(double number, String shortest, int digits) {
        if (Double.isNaN(number)) {
            return "NaN";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "Infinity" : "-Infinity";
        }
        if (number == 0) {
            return 1 / number < 0 ? "-0" : "0";
        }
        if (Math.abs(number) < PLAIN && shortest.indexOf('E') < 0) {
            return withoutZeros(shortest);
        }
        BigDecimal exact = new BigDecimal(shortest).stripTrailingZeros();
        int exponent = exact.precision() - exact.scale() - 1;
        if (exponent >= LEAST_EXPONENT && exponent < digits) {
            return exact.toPlainString();
        }
        String mantissa = exact.movePointLeft(exponent).toPlainString();
        return String.format(Locale.ROOT, "%se%s%02d", mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    /** 1.50 is 1.5, and 2.0 is 2. */
    private static String withoutZeros(String decimal) {
        int end = decimal.length();
        while (decimal.charAt(end - 1) == '0') {
            end--;
        }
        return decimal.substring(0, decimal.charAt(end - 1) == '.' ? end - 1 : end);
    }

    private static String date(LocalDate date) {
        int year = date.getYear() > 0 ? date.getYear() : 1 - date.getYear();
        return digits(year, 4) + '-' + digits(date.getMonthValue(), 2) + '-' + digits(date.getDayOfMonth(), 2);
    }

    private static String digits(int number, int least) {
        String text = Integer.toString(number);
        return text.length() >= least ? text : "0".repeat(least - text.length()) + text;
    }

    private static String era(LocalDate date) {
        return date.getEra() == IsoEra.BCE ? " BC" : "";
    }

    private static String time(LocalTime time) {
        String seconds =
                digits(time.getHour(), 2) + ':' + digits(time.getMinute(), 2) + ':' + digits(time.getSecond(), 2);
        int micros = time.getNano() / 1000;
        return micros == 0 ? seconds : seconds + withoutZeros('.' + digits(micros, 6));
    }

    private static String moment(LocalDateTime moment) {
        return date(moment.toLocalDate()) + " " + time(moment.toLocalTime());
    }

    /** {1,NULL,"a text with , or space"} */
    private static String array(List<?> list) {
        StringBuilder text = new StringBuilder("{");
        for (Object element : list) {
            if (text.length() > 1) {
                text.append(',');
            }
            text.append(element(element));
        }
        return text.append('}').toString();
    }

    private static String element(@Nullable Object element) {
        if (element == null) {
            return "NULL";
        }
        String text = text(element);
        return element instanceof List || isPlain(text)
                ? text
                : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static boolean isPlain(String text) {
        if (text.isEmpty() || text.equalsIgnoreCase("null")) {
            return false;
        }
        return text.chars().noneMatch(c -> c == '{' || c == '}' || c == ',' || c == '"' || c == '\\' || c <= ' ');
    }
}
