package io.gatehouse.base;

import java.util.OptionalInt;

/**
 * Half of a pair of surrogates, which Java and JSON can have in a text and UTF-8 cannot: written as UTF-8 it would become a
 * question mark.
 */
public final class SurrogateHalf {
    private SurrogateHalf() {}

    /** Returns the index of the first one. */
    public static OptionalInt find(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return OptionalInt.of(i);
                }
                i++;
            }
        }
        return OptionalInt.empty();
    }
}
