package io.gatehouse.study.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Formats values for the report. */
public final class NumberText {
    /** The formats, by their names in sentences. */
    private static final List<String> FORMATS = List.of(
            "plain",
            "percent",
            "points",
            "signed_points",
            "signed_hundredths",
            "signed",
            "tenth",
            "words",
            "probability");

    /** Times of the store are UTC. */
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT);

    private static final Pattern ACRONYM = Pattern.compile("\\b(ean|msan|reap|cv)\\b");

    private static final MathContext SETTLED = new MathContext(12);

    private NumberText() {}

    /** Formats a value for a table. */
    public static String of(@Nullable Object value) {
        if (value == null) {
            return "–";
        }
        if (value instanceof Double || value instanceof Float || isFraction(value)) {
            return real(settled(((Number) value).doubleValue()));
        }
        if (value instanceof Number number) {
            return String.format(Locale.ROOT, "%,d", number.longValue());
        }
        if (value instanceof LocalDateTime time) {
            return TIME.format(time);
        }
        return value instanceof Boolean truth ? (truth ? "yes" : "no") : value.toString();
    }

    /**
     * Formats a value for a sentence: plain, percent, points (percentage points), signed_points, signed_hundredths (the
     * same without the unit), signed, tenth, words (a name without underscores) or probability.
     */
    public static String of(@Nullable Object value, String format) {
        if (value instanceof Number number) {
            double real = settled(number.doubleValue());
            return switch (format) {
                case "percent" -> String.format(Locale.ROOT, "%.1f%%", 100 * real);
                case "points" -> String.format(Locale.ROOT, "%.1f percentage points", 100 * real);
                case "signed_hundredths" -> String.format(Locale.ROOT, "%+.1f", 100 * real);
                case "signed_points" -> String.format(Locale.ROOT, "%+.1f percentage points", 100 * real);
                case "tenth" -> String.format(Locale.ROOT, "%.1f", real);
                case "probability" -> probability(number);
                case "signed" -> String.format(Locale.ROOT, "%+.3f", real);
                default -> of(value);
            };
        }
        return format.equals("words") ? words(of(value)) : of(value);
    }

    /** Formats a value of a column: a probability that is too small for a number is not zero. */
    static String ofColumn(String column, @Nullable Object value) {
        boolean probability = column.endsWith("p_value") || column.endsWith("q_value");
        return probability && value instanceof Number number ? probability(number) : of(value);
    }

    private static String probability(Number value) {
        return value.doubleValue() == 0 ? "< 1e-300" : of(value);
    }

    /** Returns a name as words, with the fraction at its end as a number: share_below_0_001. */
    static String words(String name) {
        String words = name.replaceFirst("_0_(\\d+)$", " 0.$1").replace('_', ' ');
        return ACRONYM.matcher(words).replaceAll(acronym -> acronym.group().toUpperCase(Locale.ROOT));
    }

    /** Returns all formats of a value that the report may use. */
    public static List<String> allVariants(@Nullable Object value) {
        return FORMATS.stream().map(format -> of(value, format)).distinct().toList();
    }

    private static boolean isFraction(Object value) {
        return value instanceof BigDecimal exact && exact.scale() > 0;
    }

    /**
     * Rounds away the last digits, which depend on the order of summation and would otherwise decide whether 0.1375 is
     * rounded up or down.
     */
    private static double settled(double value) {
        return Double.isFinite(value) ? new BigDecimal(value).round(SETTLED).doubleValue() : value;
    }

    private static String real(double value) {
        double size = Math.abs(value);
        if (value == 0) {
            return "0";
        }
        if (size < 0.0005 || size >= 1e15) {
            return String.format(Locale.ROOT, "%.1e", value);
        }
        return String.format(Locale.ROOT, size >= 1000 ? "%,.0f" : size >= 10 ? "%.2f" : "%.3f", value);
    }
}
