package io.gatehouse.chat;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much there is to walk through in a value. A list that has another twice, which has another twice, takes little
 * memory and unbounded time: each element counts as often as it is reached.
 */
final class Extent {
    private static final int MAX_ELEMENTS = 1_000_000;
    private static final int MAX_DEPTH = 100;

    private int elements;
    private long letters;

    private Extent() {}

    /**
     * The letters of all texts in a value.
     *
     * @throws TemplateFault if it has more elements, or more levels of them, than a template may use
     */
    static long require(@Nullable Object value) {
        Extent extent = new Extent();
        extent.add(value, 0);
        return extent.letters;
    }

    private void add(@Nullable Object value, int depth) {
        elements++;
        if (elements > MAX_ELEMENTS || depth > MAX_DEPTH) {
            throw new TemplateFault(
                    "a value has more than %,d elements, or %d levels of them".formatted(MAX_ELEMENTS, MAX_DEPTH));
        }
        if (value instanceof CharSequence text) {
            letters += text.length();
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, element) -> {
                add(key, depth + 1);
                add(element, depth + 1);
            });
        } else if (value instanceof Collection<?> list) {
            list.forEach(element -> add(element, depth + 1));
        }
    }
}
