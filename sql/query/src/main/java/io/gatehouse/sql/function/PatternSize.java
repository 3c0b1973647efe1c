package io.gatehouse.sql.function;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The cost of matching a regular expression of RE2, estimated from its text. DuckDB matches in time proportional to the
 * length of the text times the size of the pattern with its repetitions expanded: (([ab]?){30}){30} has 900 parts. The
 * pattern is read as RE2 reads it; where that is left open, the estimate becomes larger.
 */
public final class PatternSize {
    /** Nanoseconds per byte of the text for an ordinary pattern. */
    private static final double USUAL = 35;

    private static final int USUAL_PARTS = 64;

    /** Nanoseconds per byte of the text and per part of a large pattern. */
    private static final double EACH_PART = 12;

    /** The ranges of bytes in a Unicode class such as \pL. */
    private static final int UNICODE_CLASS = 50;

    /** The ranges of bytes in [^a], \W or [[:alpha:]], and the bytes of a character outside ASCII. */
    private static final int SEVERAL = 4;

    private static final int LONGEST_CLASS = "[:^xdigit:]".length();

    private static final Pattern CHOICE = Pattern.compile("[|?]|\\)[*+{]");

    private static final Pattern REPETITION = Pattern.compile("\\{(\\d{1,9})(,?)(\\d{0,9})}");

    private final String pattern;
    private final Deque<Group> outside = new ArrayDeque<>();
    private int at;
    private Group group = new Group();

    /** The size of what a repetition would repeat. */
    private double last;

    /** Whether what stands before this place ends with an unbounded repetition. */
    private boolean endless;

    private boolean endlessBeforeMore;

    /** What is between two parentheses, as far as it has been read. */
    private static final class Group {
        private double parts;
        /** Whether one of its alternatives ends with an unbounded repetition. */
        private boolean endless;
    }

    private PatternSize(String pattern) {
        this.pattern = pattern;
        while (at < pattern.length()) {
            read(pattern.charAt(at));
        }
    }

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
        PatternSize read = new PatternSize(pattern);
        double parts = read.group.parts;
        for (Group before : read.outside) {
            parts += before.parts;
        }
        return parts;
    }

    /**
     * Whether finding all matches can take quadratic time, because a match attempt may read much more of the text than
     * it consumes: {@code a+} never does, {@code [^z]*z|b} does. It may if something follows an unbounded repetition,
     * inside its group or outside. If in doubt, true.
     */
    public static boolean looksFarAhead(String pattern) {
        return CHOICE.matcher(pattern).find() && new PatternSize(pattern).endlessBeforeMore;
    }

    private void read(char c) {
        switch (c) {
            case '(' -> {
                add(0);
                outside.push(group);
                group = new Group();
                at++;
            }
            case '|' -> {
                endAlternative();
                group.parts++;
                at++;
            }
            case ')' -> {
                endAlternative();
                at++;
                if (!outside.isEmpty()) {
                    last = group.parts + 1;
                    endless = group.endless;
                    group = outside.pop();
                    group.parts += last;
                }
            }
            case '*', '+' -> {
                group.parts++;
                endless = true;
                at++;
            }
            case '?' -> {
                group.parts++;
                at++;
            }
            case '{' -> repeat();
            case '[' -> add(characterClass());
            case '\\' -> {
                if (pattern.startsWith("\\Q", at)) {
                    quoted();
                } else {
                    add(escaped());
                }
            }
            default -> {
                at++;
                add(size(c));
            }
        }
    }

    private void add(double size) {
        endlessBeforeMore |= endless;
        endless = false;
        last = size;
        group.parts += size;
    }

    private void endAlternative() {
        group.endless |= endless;
        endless = false;
    }

    private static double size(char c) {
        return c < 0x80 ? 1 : SEVERAL;
    }

    /** \Q…\E: what is between them has no special characters. */
    private void quoted() {
        int end = pattern.indexOf("\\E", at + 2);
        pattern.substring(at + 2, end < 0 ? pattern.length() : end).chars().forEach(c -> add(size((char) c)));
        at = end < 0 ? pattern.length() : end + 2;
    }

    /** Returns the size of \d, \pL, \p{Greek}, \x{2014}, \. and the like. */
    private double escaped() {
        char c = at + 1 < pattern.length() ? pattern.charAt(at + 1) : ' ';
        at = Math.min(at + 2, pattern.length());
        boolean unicode = c == 'p' || c == 'P';
        if ((unicode || c == 'x') && pattern.startsWith("{", at)) {
            int end = pattern.indexOf('}', at);
            at = end < 0 ? pattern.length() : end + 1;
        }
        if (unicode) {
            return UNICODE_CLASS;
        }
        return Character.isLetter(c) ? SEVERAL : 1;
    }

    /** Returns the size of […]. A bracket that stands first belongs to the characters. */
    private double characterClass() {
        double size = 2;
        at++;
        if (pattern.startsWith("^", at)) {
            size += SEVERAL;
            at++;
        }
        int first = at;
        while (at < pattern.length() && (at == first || pattern.charAt(at) != ']')) {
            int end = endOfNamedClass();
            if (end >= 0) {
                size += SEVERAL;
                at = end + 2;
            } else if (pattern.charAt(at) == '\\') {
                size += escaped();
            } else {
                size += pattern.charAt(at) < 0x80 ? 0 : SEVERAL;
                at++;
            }
        }
        at++;
        return size;
    }

    /** The index of :] if a class such as [:alpha:] begins at this place; else negative. */
    private int endOfNamedClass() {
        int end = pattern.substring(at, Math.min(at + LONGEST_CLASS, pattern.length()))
                .indexOf(":]");
        return pattern.startsWith("[:", at) && end >= 0 ? at + end : -1;
    }

    /** {3}, {3,} or {3,5} of what stands before it; any other brace is a character. */
    private void repeat() {
        Matcher repetition = REPETITION.matcher(pattern).region(at, pattern.length());
        if (!repetition.lookingAt()) {
            at++;
            add(1);
            return;
        }
        double least = Double.parseDouble(repetition.group(1));
        double most = repetition.group(3).isEmpty() ? least : Math.max(least, Double.parseDouble(repetition.group(3)));
        double times = Math.max(1, most);
        group.parts += last * (times - 1);
        last *= times;
        endless |= !repetition.group(2).isEmpty() && repetition.group(3).isEmpty();
        at = repetition.end();
    }
}
