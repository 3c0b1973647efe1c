package io.gatehouse.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An expression as Jinja understands it, written so that the library understands the same: slices become calls of a
 * function; {@code not} gets brackets around what it denies, as the library would deny the first operand of a comparison
 * alone; and so does the value of a named argument.
 */
final class PythonExpression {
    static final String SLICE = "slice_of_sequence";

    /** More are not worth the time that looking for the ends of brackets takes. */
    private static final int MAX_DEPTH = 100;

    private static final Set<String> WORDS_BETWEEN =
            Set.of("and", "elif", "else", "for", "if", "in", "is", "not", "or", "recursive", "set");
    private static final Set<String> WEAKER_THAN_NOT = Set.of("and", "else", "if", "or");

    /** A named argument whose value is more than one word. */
    private static final Pattern NAMED = Pattern.compile("(\\s*\\w+\\s*=)(?!=)(.*)", Pattern.DOTALL);

    private static final Pattern ONE_WORD = Pattern.compile("\\s*('[^']*'|\"[^\"]*\"|[\\w.]+)\\s*");

    private static final Pattern CODE_POINT = Pattern.compile("(?<!\\\\)\\\\u([0-9a-fA-F]{4})");

    private final String text;
    private final StringBuilder out = new StringBuilder();
    private int position;
    /** Where the operand that may yet be called or sliced begins in {@link #out}; -1 where there is none. */
    private int operand = -1;

    private int openNots;

    /** How many brackets this is in. */
    private final int depth;

    PythonExpression(String text) {
        this(text, 0);
    }

    private PythonExpression(String text, int depth) {
        if (depth > MAX_DEPTH) {
            throw new TemplateFault("an expression has more than %d brackets in each other".formatted(MAX_DEPTH));
        }
        this.text = text;
        this.depth = depth;
    }

    String rewritten() {
        while (position < text.length()) {
            char letter = text.charAt(position);
            if (letter == '\'' || letter == '"') {
                operand = out.length();
                string();
            } else if (Character.isJavaIdentifierPart(letter)) {
                word();
            } else if (letter == '(' || letter == '[' || letter == '{') {
                bracket(letter);
            } else {
                if (letter == ',') {
                    closeNots();
                }
                operand = Character.isWhitespace(letter) || letter == '.' ? operand : -1;
                copyTo(position + 1);
            }
        }
        closeNots();
        return out.toString();
    }

    /** Whether the word is in the text outside strings and brackets. */
    static boolean hasWord(String text, String word) {
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (letter == '\'' || letter == '"') {
                i = endOfString(text, i) - 1;
            } else if ("([{".indexOf(letter) >= 0) {
                depth++;
            } else if (")]}".indexOf(letter) >= 0) {
                depth--;
            } else if (Character.isJavaIdentifierPart(letter)) {
                int end = i;
                while (end < text.length() && Character.isJavaIdentifierPart(text.charAt(end))) {
                    end++;
                }
                if (depth == 0 && text.substring(i, end).equals(word)) {
                    return true;
                }
                i = end - 1;
            }
        }
        return false;
    }

    /** The position after the string that begins at {@code begin}. */
    static int endOfString(String text, int begin) {
        for (int i = begin + 1; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == text.charAt(begin)) {
                return i + 1;
            }
        }
        return text.length();
    }

    private void string() {
        int end = endOfString(text, position);
        out.append(CODE_POINT
                .matcher(text.substring(position, end))
                .replaceAll(
                        escape -> Matcher.quoteReplacement(Character.toString(Integer.parseInt(escape.group(1), 16)))));
        position = end;
    }

    private void word() {
        int end = position;
        while (end < text.length() && Character.isJavaIdentifierPart(text.charAt(end))) {
            end++;
        }
        String word = text.substring(position, end);
        boolean member = position > 0 && text.charAt(position - 1) == '.';
        if (member) {
            copyTo(end);
            return;
        }
        if (word.equals("not") && operand < 0 && !follows(" is")) {
            out.append("not (");
            openNots++;
            position = end;
            return;
        }
        if (WEAKER_THAN_NOT.contains(word)) {
            closeNots();
        }
        operand = WORDS_BETWEEN.contains(word) ? -1 : out.length();
        copyTo(end);
    }

    private void closeNots() {
        if (openNots > 0) {
            out.setLength(lengthWithoutSpace(out));
            out.append(")".repeat(openNots)).append(' ');
            openNots = 0;
        }
    }

    /** Whether what is written so far ends in the text, but for space. */
    private boolean follows(String end) {
        int begin = lengthWithoutSpace(out) - end.length();
        return begin >= 0 && out.indexOf(end, begin) == begin;
    }

    /** Length of what is written, without the space at its end. */
    static int lengthWithoutSpace(CharSequence written) {
        int length = written.length();
        while (length > 0 && Character.isWhitespace(written.charAt(length - 1))) {
            length--;
        }
        return length;
    }

    private void bracket(char open) {
        int end = matching(open);
        String inside = text.substring(position + 1, end);
        List<String> parts = open == '[' && operand >= 0 ? parts(inside, ':') : List.of(inside);
        if (open == '(' && operand >= 0) {
            out.append('(').append(arguments(inside)).append(')');
        } else if (parts.size() > 1) {
            String sliced = out.substring(operand);
            out.setLength(operand);
            out.append(SLICE).append('(').append(sliced);
            for (int i = 0; i < 3; i++) {
                String bound = i < parts.size() ? parts.get(i).strip() : "";
                out.append(", ").append(bound.isEmpty() ? "null" : new PythonExpression(bound, depth + 1).rewritten());
            }
            out.append(')');
        } else {
            operand = operand < 0 || open == '{' ? out.length() : operand;
            out.append(open).append(new PythonExpression(inside, depth + 1).rewritten());
            out.append(text, end, Math.min(end + 1, text.length()));
        }
        position = Math.min(end + 1, text.length());
    }

    private int matching(char open) {
        char close = open == '(' ? ')' : open == '[' ? ']' : '}';
        int depth = 0;
        for (int i = position; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (letter == '\'' || letter == '"') {
                i = endOfString(text, i) - 1;
            } else if (letter == open) {
                depth++;
            } else if (letter == close && --depth == 0) {
                return i;
            }
        }
        return text.length();
    }

    private String arguments(String inside) {
        return parts(inside, ',').stream()
                .map(argument -> new PythonExpression(argument, depth + 1).rewritten())
                .map(argument -> {
                    Matcher named = NAMED.matcher(argument);
                    return named.matches() && !ONE_WORD.matcher(named.group(2)).matches()
                            ? named.group(1) + "(" + named.group(2) + ")"
                            : argument;
                })
                .collect(Collectors.joining(","));
    }

    /** The texts between separators that are in no string and no brackets. */
    private static List<String> parts(String inside, char separator) {
        List<String> parts = new ArrayList<>();
        int begin = 0;
        int depth = 0;
        for (int i = 0; i < inside.length(); i++) {
            char letter = inside.charAt(i);
            if (letter == '\'' || letter == '"') {
                i = endOfString(inside, i) - 1;
            } else if ("([{".indexOf(letter) >= 0) {
                depth++;
            } else if (")]}".indexOf(letter) >= 0) {
                depth--;
            } else if (letter == separator && depth == 0) {
                parts.add(inside.substring(begin, i));
                begin = i + 1;
            }
        }
        parts.add(inside.substring(begin));
        return parts;
    }

    private void copyTo(int end) {
        out.append(text, position, end);
        position = end;
    }
}
