package io.gatehouse.checkpoint.tokenizer;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a text, and where in it each of them begins.
 *
 * <p>The arrays are not copied: the caller must not change them.
 *
 * @param ids ids of the tokens
 * @param starts index of the first {@code char} of each token; {@link #NOWHERE} for a token that the tokenizer adds
 */
public record TextTokens(int[] ids, int[] starts) {
    /** Where a token begins that does not come from the text. */
    public static final int NOWHERE = -1;

    public TextTokens {
        if (ids.length != starts.length) {
            throw new IllegalArgumentException("%d ids and %d starts".formatted(ids.length, starts.length));
        }
    }

    /**
     * Returns the first tokens of an encoding.
     *
     * @param spans in code points, as the tokenizer library counts them; null for a token that it adds
     */
    static TextTokens of(String text, long[] ids, @Nullable CharSpan[] spans, int count) {
        boolean simple = text.codePoints().allMatch(Character::isBmpCodePoint);
        int[] starts = new int[count];
        int points = 0;
        int index = 0;
        for (int i = 0; i < count; i++) {
            CharSpan span = spans[i];
            if (span == null) {
                starts[i] = NOWHERE;
                continue;
            }
            // Of a token of spaces, byte-level tokenizers say only where it ends.
            int start = Math.max(0, span.getStart() == span.getEnd() ? span.getStart() - 1 : span.getStart());
            if (simple) {
                starts[i] = start;
            } else {
                // Tokens come in the order of the text, so that it is walked through once.
                index = text.offsetByCodePoints(index, start - points);
                points = start;
                starts[i] = index;
            }
        }
        return new TextTokens(Tokenizer.narrow(Arrays.copyOf(ids, count)), starts);
    }
}
