package io.gatehouse.pg.wire;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Arrays of one dimension as texts: {@code {1,NULL,"with , inside"}}. */
public final class ArrayText {
    private ArrayText() {}

    /**
     * The elements of an array.
     *
     * @throws IllegalArgumentException if the text is not an array of one dimension
     */
    public static List<@Nullable String> elements(String text) {
        String trimmed = text.strip();
        if (!trimmed.startsWith("{") || !trimmed.endsWith("}") || trimmed.length() < 2) {
            throw new IllegalArgumentException("Not an array: " + text);
        }
        List<@Nullable String> elements = new ArrayList<>();
        StringBuilder element = new StringBuilder();
        boolean quoted = false;
        boolean wasQuoted = false;
        String inner = trimmed.substring(1, trimmed.length() - 1);
        for (int i = 0; i < inner.length(); i++) {
            char c = inner.charAt(i);
            if (c == '\\' && i + 1 < inner.length()) {
                element.append(inner.charAt(++i));
            } else if (c == '"') {
                quoted = !quoted;
                wasQuoted = true;
            } else if (c == ',' && !quoted) {
                elements.add(finished(element, wasQuoted));
                element.setLength(0);
                wasQuoted = false;
            } else if ((c == '{' || c == '}') && !quoted) {
                throw new IllegalArgumentException("Not an array of one dimension: " + text);
            } else {
                element.append(c);
            }
        }
        if (quoted) {
            throw new IllegalArgumentException("Not an array: " + text);
        }
        if (!inner.isBlank()) {
            elements.add(finished(element, wasQuoted));
        }
        return elements;
    }

    private static @Nullable String finished(StringBuilder element, boolean quoted) {
        if (quoted) {
            return element.toString();
        }
        String plain = element.toString().strip();
        return plain.equalsIgnoreCase("null") ? null : plain;
    }
}
