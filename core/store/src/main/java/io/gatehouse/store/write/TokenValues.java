package io.gatehouse.store.write;

/**
 * Numbers for some tokens in one layer, as columns: the probabilities of a whole gate, or the norms of the
 * selected experts' outputs. The rows of a question are contiguous, positions ascending.
 *
 * <p>The arrays are not copied: the caller must not change them afterwards.
 *
 * @param layer layer of the model, from 0
 * @param width numbers of each token
 * @param questionIds [rows] id of the question in the file
 * @param positions [rows] position of the token in the prompt, from 0
 * @param values [rows x width]
 */
public record TokenValues(int layer, int width, int[] questionIds, int[] positions, float[] values) {
    public TokenValues {
        if (width < 1) {
            throw new IllegalArgumentException("Fewer than one value of a token: " + width);
        }
        if (positions.length != questionIds.length || values.length != Math.multiplyExact(positions.length, width)) {
            throw new IllegalArgumentException(
                    "Values of tokens differ in length: %d question ids, %d positions, %d values of %d each"
                            .formatted(questionIds.length, positions.length, values.length, width));
        }
    }

    /** Number of tokens. */
    public int rows() {
        return questionIds.length;
    }
}
