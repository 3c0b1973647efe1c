package io.gatehouse.checkpoint.quantised;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression of a config that module names are matched with from their start, as Python's {@code re.match}
 * does. It is untrusted: a match that takes too many steps is an error.
 */
final class ModulePattern {
    private static final int MAX_LENGTH = 1000;
    private static final int MAX_STEPS = 100_000;

    private final JsonValue source;
    private final Pattern pattern;

    private ModulePattern(JsonValue source, Pattern pattern) {
        this.source = source;
        this.pattern = pattern;
    }

    /**
     * Compiles an expression.
     *
     * @param source the value that it is from, for errors
     */
    static ModulePattern of(JsonValue source, String expression) {
        if (expression.length() > MAX_LENGTH) {
            throw source.corrupt(
                    "has a pattern of %,d letters; at most %,d are read".formatted(expression.length(), MAX_LENGTH));
        }
        try {
            return new ModulePattern(source, Pattern.compile(expression));
        } catch (PatternSyntaxException e) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_CHECKPOINT,
                    "%s has the pattern '%s', which is not a regular expression"
                            .formatted(source.place(), JsonValue.shown(expression)),
                    e);
        }
    }

    boolean matches(String module) {
        try {
            return pattern.matcher(new Counted(module, new int[] {MAX_STEPS})).lookingAt();
        } catch (TooManySteps | StackOverflowError e) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_CHECKPOINT,
                    "%s has the pattern '%s', which takes too long to match with %s"
                            .formatted(source.place(), JsonValue.shown(pattern.pattern()), JsonValue.shown(module)),
                    e);
        }
    }

    private static final class TooManySteps extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** A text that counts how often it is looked at. */
    private record Counted(String text, int[] left) implements CharSequence {
        @Override
        public char charAt(int index) {
            if (--left[0] < 0) {
                throw new TooManySteps();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Counted(text.substring(start, end), left);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
