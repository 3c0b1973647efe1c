package io.gatehouse.engine.prefill;

import java.util.List;

/**
 * Tokens that are computed together: a whole prompt, what follows the prefix of a prompt, or a prefix that several
 * prompts share.
 *
 * @param prompts indexes of the prompts it is part of
 * @param first position of its first token in their text
 * @param textLength tokens of that text
 */
record Segment(int[] tokens, int first, int textLength, List<Integer> prompts) {
    Segment {
        prompts = List.copyOf(prompts);
    }

    int length() {
        return tokens.length;
    }
}
