package io.gatehouse.sql.function;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;

/**
 * The cost of matching a regular expression, estimated from its text. DuckDB matches in time proportional to the length
 * of the text times the size of the pattern with its repetitions expanded: (([ab]?){30}){30} has 900 parts.
 */
public final class PatternSize {
    /** Nanoseconds per byte of the text for an ordinary pattern. */
    private static final double USUAL = 35;

    private static final int USUAL_PARTS = 64;

    /** Nanoseconds per byte of the text and per part of a large pattern. */
    private static final double EACH_PART = 12;

    /** An unbounded repetition that something must follow, and what makes it optional. */
    private static final Pattern ENDLESS = Pattern.compile("(?:[*+]|\\{\\d*,})(?![|)]|$)");

    private static final Pattern CHOICE = Pattern.compile("[|?]|\\)[*+{]");

    private PatternSize() {}

    /** Returns the nanoseconds per byte of the text. */
    public static double nanos(String pattern) {
        double parts = parts(pattern);
        return parts <= USUAL_PARTS ? USUAL : parts * EACH_PART;
    }

    /**
     * Counts the parts: characters times the repetitions around them. Accepts any text; one that is not a valid pattern
     * counts as large.
     */
    public static double parts(String pattern) {
        Deque<Double> outside = new ArrayDeque<>();
        double parts = 0;
        double last = 0;
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '\\') {
                i++;
                last = i < pattern.length() && (pattern.charAt(i) == 'p' || pattern.charAt(i) == 'P') ? 50 : 1;
                parts += last;
            } else if (c == '[') {
                int end = pattern.indexOf(']', i + 2);
                i = end < 0 ? pattern.length() : end;
                last = 2;
                parts += last;
            } else if (c == '(') {
                outside.push(parts);
                parts = 0;
            } else if (c == ')' && !outside.isEmpty()) {
                last = parts + 1;
                parts = outside.pop() + last;
            } else if (c == '{') {
                int end = pattern.indexOf('}', i);
                double times = end < 0 ? 1 : most(pattern.substring(i + 1, end));
                parts += last * (times - 1);
                last *= times;
                i = end < 0 ? i : end;
            } else {
                last = 1;
                parts += last;
            }
        }
        for (double before : outside) {
            parts += before;
        }
        return parts;
    }

    /** The larger number of 3, 3, or 3,5. */
    private static double most(String repetition) {
        double most = 1;
        for (String number : repetition.split(",", 2)) {
            if (number.strip().matches("\\d{1,6}")) {
                most = Math.max(most, Double.parseDouble(number.strip()));
            }
        }
        return most;
    }

    /**
     * Whether finding all matches can take quadratic time, because a match attempt may read much more of the text than
     * it consumes: {@code a+} never does, {@code [^z]*z|b} does. If in doubt, true.
     */
    public static boolean looksFarAhead(String pattern) {
        return ENDLESS.matcher(pattern).find() && CHOICE.matcher(pattern).find();
    }
}
