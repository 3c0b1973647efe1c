package io.gatehouse.sql.parse;

import java.math.BigDecimal;

/** A number that a client sends, as a text. */
public final class PlainNumber {
    /** Digits before and behind the point; 1e999999999 would be a text of a gigabyte. */
    private static final int MAX_DIGITS = 1000;

    private PlainNumber() {}

    /** All digits of a number, such as 1200 for 1.2e3; with an exponent if they are too many. */
    public static String of(BigDecimal number) {
        boolean plain = number.scale() <= MAX_DIGITS && (long) number.precision() - number.scale() <= MAX_DIGITS;
        return plain ? number.toPlainString() : number.toString();
    }
}
