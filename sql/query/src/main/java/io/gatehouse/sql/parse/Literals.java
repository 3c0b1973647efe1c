package io.gatehouse.sql.parse;

import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;

/** Names and values as they are written in SQL. */
public final class Literals {
    /** Digits before and behind the point; 1e999999999 would be a text of a gigabyte. */
    private static final int MAX_DIGITS = 1000;

    private Literals() {}

    /** A name in quotes. */
    public static String name(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** A text in quotes. */
    public static String text(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** A value of a parameter as the text that DuckDB casts it from. */
    public static String plain(Object value) {
        if (value instanceof BigDecimal number) {
            return number(number);
        }
        return value instanceof LocalDateTime || value instanceof OffsetDateTime
                ? value.toString().replace('T', ' ')
                : value.toString();
    }

    /** All digits of a number, such as 1200 for 1.2e3; with an exponent if they are too many. */
    private static String number(BigDecimal number) {
        boolean plain = number.scale() <= MAX_DIGITS && (long) number.precision() - number.scale() <= MAX_DIGITS;
        return plain ? number.toPlainString() : number.toString();
    }
}
