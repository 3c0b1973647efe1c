package io.gatehouse.sql.function;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;

/**
 * What matching a regular expression costs, from its text alone. DuckDB matches in a time that grows with the text times
 * the pattern once its repetitions, x{30}, are written out: (([ab]?){30}){30} is one of 900 parts.
 */
public final class PatternSize {
    /** Nanoseconds for a byte of the text with a pattern that people write. */
    private static final double USUAL = 35;

    private static final int USUAL_PARTS = 64;

    /** Nanoseconds for a byte of the text and a part of a large pattern. */
    private static final double EACH_PART = 12;

    /** A repetition without end that something must follow, and what lets a match do without it. */
    private static final Pattern ENDLESS = Pattern.compile("(?:[*+]|\\{\\d*,})(?![|)]|$)");

    private static final Pattern CHOICE = Pattern.compile("[|?]|\\)[*+{]");

    private PatternSize() {}

    /** Nanoseconds for each byte of the text. */
    public static double nanos(String pattern) {
        double parts = parts(pattern);
        return parts <= USUAL_PARTS ? USUAL : parts * EACH_PART;
    }

    /** Characters, each as often as the repetitions around it say. Reads anything; what is no pattern counts as long. */
    static double parts(String pattern) {
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
     * Whether a match may look at much of a text that it does not take, so that to find all matches takes a time by the
     * square of the length. Rather yes than no: {@code a+} never does, {@code [^z]*z|b} does.
     */
    public static boolean looksFarAhead(String pattern) {
        return ENDLESS.matcher(pattern).find() && CHOICE.matcher(pattern).find();
    }
}
