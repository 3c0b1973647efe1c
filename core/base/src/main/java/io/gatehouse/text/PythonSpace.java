package io.gatehouse.text;

import java.util.ArrayList;
import java.util.List;

/** What Python takes for space: no-break spaces and separators as well, which Java's own methods do not. */
public final class PythonSpace {
    private PythonSpace() {}

    /**
     * As {@code str.isspace()}: space separators of Unicode, and the control characters of bidirectional class B, S or WS.
     */
    public static boolean isSpace(int c) {
        return Character.isSpaceChar(c)
                || (c >= '\t' && c <= '\r')
                || (c >= '\u001c' && c <= '\u001f')
                || c == '\u0085';
    }

    /** As {@code str.strip()}. */
    public static String strip(String text) {
        int from = afterSpace(text, 0);
        int to = text.length();
        while (to > from && isSpace(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    /**
     * As {@code str.split(None, most)}.
     *
     * @param most most splits; what is left then is the last part, with the space that it ends in
     */
    public static List<String> split(String text, int most) {
        List<String> parts = new ArrayList<>();
        int at = afterSpace(text, 0);
        while (at < text.length()) {
            int end = parts.size() == most ? text.length() : nextSpace(text, at);
            parts.add(text.substring(at, end));
            at = afterSpace(text, end);
        }
        return parts;
    }

    private static int afterSpace(String text, int from) {
        int at = from;
        while (at < text.length() && isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int nextSpace(String text, int from) {
        int at = from;
        while (at < text.length() && !isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }
}
