package io.gatehouse.store.write;

/**
 * The experts of a layer that fired for a question: rows of the table usage. The arrays have one element for each expert
 * and {@link TokenKind} that it fired for.
 *
 * @param kinds {@link TokenKind#place()}
 * @param weights sums in the units of the file; {@link LongFeed#ABSENT} where no weight is known
 */
record QuestionUsage(int questionId, int layer, byte[] kinds, short[] experts, int[] counts, long[] weights) {
    /** Memory of an element of all arrays in bytes. */
    static final int ROW_BYTES = 1 + Short.BYTES + Integer.BYTES + Long.BYTES;

    /** Memory of the objects in bytes. */
    static final int OBJECT_BYTES = 120;

    /** Makes the rows of a question, which share arrays with {@code fired}. */
    static QuestionUsage of(int questionId, int layer, FiredExperts fired) {
        long[] weights = new long[fired.rows()];
        for (int row = 0; row < weights.length; row++) {
            weights[row] = fired.orAbsent(row, fired.weights()[row]);
        }
        return new QuestionUsage(questionId, layer, fired.kinds(), fired.experts(), fired.counts(), weights);
    }

    int rows() {
        return counts.length;
    }

    /** Approximate memory in bytes. */
    long bytes() {
        return OBJECT_BYTES + (long) rows() * ROW_BYTES;
    }
}
