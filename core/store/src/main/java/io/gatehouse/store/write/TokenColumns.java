package io.gatehouse.store.write;

/**
 * Prompt tokens as columns, one entry per token in each array. The tokens of a question are contiguous, positions
 * ascending.
 *
 * <p>The arrays are not copied: the caller must not change them afterwards.
 *
 * @param questionIds id of the question in the file
 * @param positions position of the token in the prompt, from 0
 * @param last whether the token is the last one of its prompt
 * @param tokenIds id in the vocabulary of the model
 * @param tokens text of the token
 */
public record TokenColumns(int[] questionIds, int[] positions, boolean[] last, int[] tokenIds, String[] tokens) {
    public TokenColumns {
        int rows = questionIds.length;
        if (positions.length != rows || last.length != rows || tokenIds.length != rows || tokens.length != rows) {
            throw new IllegalArgumentException(
                    "Token columns differ in length: %d question ids, %d positions, %d last, %d token ids, %d tokens"
                            .formatted(rows, positions.length, last.length, tokenIds.length, tokens.length));
        }
    }

    /** Number of tokens. */
    public int rows() {
        return questionIds.length;
    }
}
