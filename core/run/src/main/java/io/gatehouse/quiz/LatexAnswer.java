package io.gatehouse.quiz;

import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Answers to the questions of MATH (Hendrycks et al. 2021), which are boxed expressions in LaTeX. What is found and what is
 * equal is as in the task hendrycks_math of lm-evaluation-harness.
 */
final class LatexAnswer {
    private static final String BOXED = "\\boxed";
    private static final String SPACED = BOXED + " ";
    private static final String FRACTION = "\\frac";
    private static final String ROOT = "\\sqrt";
    private static final String UNIT = "\\text{ ";

    /** What Python reads as an integer. */
    private static final Pattern PYTHON_INTEGER =
            Pattern.compile("\\s*+[+-]?\\d++(_\\d++)*+\\s*+", Pattern.UNICODE_CHARACTER_CLASS);

    /** What Python writes for an integer. */
    private static final Pattern INTEGER = Pattern.compile("0|-?[1-9][0-9]*+");

    private LatexAnswer() {}

    /** The content of the last boxed expression of a text, if its braces close. */
    static Optional<String> lastBoxed(String text) {
        int spaced = text.lastIndexOf(SPACED);
        if (spaced >= 0) {
            String content = text.substring(spaced + SPACED.length());
            int dollar = content.indexOf('$');
            return Optional.of(dollar < 0 ? content : content.substring(0, dollar));
        }
        int last = text.lastIndexOf(BOXED);
        int start = last + BOXED.length();
        if (last < 0 || start >= text.length() || text.charAt(start) != '{') {
            return Optional.empty();
        }
        int open = 0;
        for (int at = start; at < text.length(); at++) {
            open += text.charAt(at) == '{' ? 1 : text.charAt(at) == '}' ? -1 : 0;
            if (open == 0) {
                return Optional.of(text.substring(start + 1, at));
            }
        }
        return Optional.empty();
    }

    /** Whether two expressions have the same plain form; if one has none, whether they are the same text. */
    static boolean same(String one, String other) {
        Optional<String> plain = plain(one);
        Optional<String> otherPlain = plain(other);
        if (plain.isEmpty() || otherPlain.isEmpty()) {
            return one.equals(other);
        }
        return plain.equals(otherPlain);
    }

    /** The form in which expressions are compared, if they can be brought into it. */
    private static Optional<String> plain(String expression) {
        String text = expression
                .replace("\n", "")
                .replace("\\!", "")
                .replace("\\\\", "\\")
                .replace("tfrac", "frac")
                .replace("dfrac", "frac")
                .replace("\\left", "")
                .replace("\\right", "")
                .replace("^{\\circ}", "")
                .replace("^\\circ", "")
                .replace("\\$", "");
        int unit = text.indexOf(UNIT);
        if (unit >= 0 && text.indexOf(UNIT, unit + UNIT.length()) >= 0) {
            return Optional.empty();
        }
        text = (unit < 0 ? text : text.substring(0, unit))
                .replace("\\%", "")
                .replace(" .", " 0.")
                .replace("{.", "{0.");
        if (text.isEmpty()) {
            return Optional.of(text);
        }
        String value = withoutName(text.startsWith(".") ? "0" + text : text);
        return bracedRoots(value)
                .map(roots -> roots.replace(" ", ""))
                .flatMap(LatexAnswer::bracedFractions)
                .flatMap(LatexAnswer::fraction);
    }

    /** Without a name of up to two characters before an equals sign. */
    private static String withoutName(String text) {
        int equals = text.indexOf('=');
        boolean named = equals >= 0 && equals <= 2 && text.indexOf('=', equals + 1) < 0;
        return named ? text.substring(equals + 1) : text;
    }

    /** With braces around the argument of each root, which is one character where there are none. */
    private static Optional<String> bracedRoots(String text) {
        String[] parts = text.split(Pattern.quote(ROOT), -1);
        StringBuilder braced = new StringBuilder(parts[0]);
        for (int i = 1; i < parts.length; i++) {
            String part = parts[i];
            if (part.isEmpty()) {
                return Optional.empty();
            }
            int end = part.offsetByCodePoints(0, 1);
            braced.append(ROOT)
                    .append(
                            part.startsWith("{")
                                    ? part
                                    : "{%s}%s".formatted(part.substring(0, end), part.substring(end)));
        }
        return Optional.of(braced.toString());
    }

    /** With braces around numerator and denominator of each fraction; unchanged if one ends too early. */
    private static Optional<String> bracedFractions(String text) {
        String[] parts = text.split(Pattern.quote(FRACTION), -1);
        StringBuilder braced = new StringBuilder(parts[0]);
        for (int i = 1; i < parts.length; i++) {
            String part = parts[i];
            if (part.isEmpty()) {
                return Optional.empty();
            }
            braced.append(FRACTION);
            if (part.startsWith("{")) {
                braced.append(part);
                continue;
            }
            int top = part.offsetByCodePoints(0, 1);
            if (top == part.length()) {
                return Optional.of(text);
            }
            int end = part.offsetByCodePoints(top, 1);
            braced.append('{').append(part, 0, top).append('}');
            String bottom = part.substring(top, end);
            braced.append(bottom.equals("{") ? bottom : "{%s}".formatted(bottom))
                    .append(part.substring(end));
        }
        return Optional.of(braced.toString());
    }

    /** With a half, and a quotient of integers, as a fraction; a quotient of anything else has no plain form. */
    private static Optional<String> fraction(String text) {
        if (text.equals("0.5")) {
            return Optional.of("\\frac{1}{2}");
        }
        String[] parts = text.split("/", -1);
        if (parts.length != 2) {
            return Optional.of(text);
        }
        if (!Stream.of(parts).allMatch(part -> PYTHON_INTEGER.matcher(part).matches())) {
            return Optional.empty();
        }
        boolean shortest =
                Stream.of(parts).allMatch(part -> INTEGER.matcher(part).matches());
        return Optional.of(shortest ? "\\frac{%s}{%s}".formatted(parts[0], parts[1]) : text);
    }
}
