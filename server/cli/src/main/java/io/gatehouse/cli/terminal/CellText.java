package io.gatehouse.cli.terminal;

import io.gatehouse.client.ResultColumn;
import io.gatehouse.server.http.JsonValue;
import java.math.BigDecimal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A value as people read it in a terminal. */
public final class CellText {
    private CellText() {}

    /** A value of a column. Identifiers are names, not amounts: their digits are not grouped. */
    public static String of(ResultColumn column, @Nullable Object value) {
        boolean identifier = column.name().equals("id") || column.name().endsWith("_id");
        return identifier && value instanceof Number ? value.toString() : of(value);
    }

    public static String of(@Nullable Object value) {
        if (value == null) {
            return "NULL";
        }
        if (value instanceof Float || value instanceof Double) {
            return decimal(((Number) value).doubleValue());
        }
        if (value instanceof Integer || value instanceof Long) {
            return String.format(Locale.ROOT, "%,d", ((Number) value).longValue());
        }
        if (value instanceof BigDecimal whole && whole.scale() <= 0) {
            return String.format(Locale.ROOT, "%,d", whole.toBigIntegerExact());
        }
        if (value instanceof BigDecimal decimal) {
            return decimal(decimal.doubleValue());
        }
        return visible(JsonValue.text(value));
    }

    /** Texts come from models and traces of anybody: none may move the cursor or change the colours of a terminal. */
    public static String visible(String text) {
        if (text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        StringBuilder visible = new StringBuilder();
        text.chars().forEach(c -> {
            switch (c) {
                case '\n' -> visible.append("\\n");
                case '\r' -> visible.append("\\r");
                case '\t' -> visible.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        visible.append("\\u%04x".formatted(c));
                    } else {
                        visible.append((char) c);
                    }
                }
            }
        });
        return visible.toString();
    }

    /** Four decimals, so that a column lines up; very small and very large values by their exponent. */
    private static String decimal(double value) {
        double magnitude = Math.abs(value);
        boolean plain = value == 0 || (magnitude >= 1e-3 && magnitude < 1e9) || !Double.isFinite(value);
        return String.format(Locale.ROOT, plain ? "%,.4f" : "%.3e", value);
    }
}
