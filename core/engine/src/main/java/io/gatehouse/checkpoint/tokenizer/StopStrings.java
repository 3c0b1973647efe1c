package io.gatehouse.checkpoint.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * Whether the text of some tokens contains one of several strings, wherever the borders of tokens are. Asked after each
 * token, it looks at the end only: as many tokens as the longest string has bytes, and some more whose text may be empty.
 */
public final class StopStrings implements Predicate<int[]> {
    private static final int MORE = 16;

    private final Tokenizer tokenizer;
    private final List<String> strings;
    private final int most;

    /** @param strings none of them empty */
    public StopStrings(Tokenizer tokenizer, List<String> strings) {
        if (strings.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("A stop string is empty");
        }
        this.tokenizer = tokenizer;
        this.strings = List.copyOf(strings);
        this.most = MORE
                + strings.stream()
                        .mapToInt(string -> string.getBytes(StandardCharsets.UTF_8).length)
                        .max()
                        .orElse(0);
    }

    @Override
    public boolean test(int[] tokens) {
        if (strings.isEmpty()) {
            return false;
        }
        String end = tokenizer.decode(Arrays.copyOfRange(tokens, Math.max(0, tokens.length - most), tokens.length));
        return strings.stream().anyMatch(end::contains);
    }
}
