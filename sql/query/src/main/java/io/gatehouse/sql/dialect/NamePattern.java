package io.gatehouse.sql.dialect;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * A regular expression that a statement brings for names. It is RE2's, as in DuckDB, which matches in a time that grows
 * with the name alone, and of a size that is known before it is compiled: {n} makes n copies of what stands before it.
 */
final class NamePattern {
    private static final int MAX_LENGTH = 200;
    private static final long MAX_SIZE = 10_000;

    private final Pattern pattern;

    private NamePattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /** Empty if it is none, or too large. */
    static Optional<NamePattern> of(String text) {
        if (text.length() > MAX_LENGTH || size(text) > MAX_SIZE) {
            return Optional.empty();
        }
        try {
            return Optional.of(new NamePattern(Pattern.compile(text)));
        } catch (PatternSyntaxException e) {
            return Optional.empty();
        }
    }

    /** Whether it matches a part of a name. */
    boolean isIn(String name) {
        Matcher matcher = pattern.matcher(name);
        return matcher.find();
    }

    /** How many characters the pattern has with all its repetitions written out; more rather than less. */
    private static long size(String text) {
        Deque<Long> outer = new ArrayDeque<>();
        long before = 0;
        long last = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '(') {
                outer.push(before + last);
                before = 0;
                last = 0;
            } else if (c == ')') {
                last = 1 + before + last;
                before = outer.isEmpty() ? 0 : outer.pop();
            } else if (c == '{') {
                int end = text.indexOf('}', i);
                last *= end < 0 ? 1 : largest(text.substring(i + 1, end));
            } else {
                i += c == '\\' ? 1 : 0;
                before += last;
                last = 1;
            }
            if (before + last > MAX_SIZE) {
                return before + last;
            }
        }
        return outer.stream().mapToLong(Long::longValue).sum() + before + last;
    }

    /** The largest number in n, m. */
    private static long largest(String counts) {
        long largest = 1;
        long number = 0;
        for (int i = 0; i < counts.length(); i++) {
            char c = counts.charAt(i);
            number = Character.isDigit(c) ? Math.min(number * 10 + Character.digit(c, 10), MAX_SIZE) : 0;
            largest = Math.max(largest, number);
        }
        return largest;
    }
}
