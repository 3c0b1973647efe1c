package io.gatehouse.store.write;

/**
 * Tokens as columns, one entry per token in each array. The tokens of a question are contiguous, positions
 * ascending.
 *
 * <p>The arrays are not copied: the caller must not change them afterwards.
 *
 * @param questionIds id of the question in the file
 * @param positions position of the token in its sequence, from 0; generated ones continue the prompt
 * @param last whether the token is the last one of its prompt
 * @param generated whether the model sampled the tokens, all of them; else they are of prompts
 * @param tokenIds id in the vocabulary of the model
 * @param tokens text of the token
 * @param segments {@link io.gatehouse.store.run.TokenSegment#id() Part} of the text that the token is of; empty if nothing says it
 * @param logProbabilities natural log-probability of the token, given all tokens before it; empty if unknown
 */
public record TokenColumns(
        int[] questionIds,
        int[] positions,
        boolean[] last,
        boolean generated,
        int[] tokenIds,
        String[] tokens,
        String[] segments,
        float[] logProbabilities) {
    public TokenColumns {
        int rows = questionIds.length;
        if (positions.length != rows || last.length != rows || tokenIds.length != rows || tokens.length != rows) {
            throw new IllegalArgumentException(
                    "Token columns differ in length: %d question ids, %d positions, %d last, %d token ids, %d tokens"
                            .formatted(rows, positions.length, last.length, tokenIds.length, tokens.length));
        }
        if ((segments.length != 0 && segments.length != rows)
                || (logProbabilities.length != 0 && logProbabilities.length != rows)) {
            throw new IllegalArgumentException("%d segments and %d log-probabilities of %d tokens"
                    .formatted(segments.length, logProbabilities.length, rows));
        }
    }

    /** Tokens of which nothing else is known. */
    public TokenColumns(
            int[] questionIds, int[] positions, boolean[] last, boolean generated, int[] tokenIds, String[] tokens) {
        this(questionIds, positions, last, generated, tokenIds, tokens, new String[0], new float[0]);
    }

    /** Tokens of prompts. */
    public TokenColumns(
            int[] questionIds, int[] positions, boolean[] last, int[] tokenIds, String[] tokens, String[] segments) {
        this(questionIds, positions, last, false, tokenIds, tokens, segments, new float[0]);
    }

    /** Tokens of prompts of which nothing else is known. */
    public TokenColumns(int[] questionIds, int[] positions, boolean[] last, int[] tokenIds, String[] tokens) {
        this(questionIds, positions, last, false, tokenIds, tokens);
    }

    /** Number of tokens. */
    public int rows() {
        return questionIds.length;
    }
}
