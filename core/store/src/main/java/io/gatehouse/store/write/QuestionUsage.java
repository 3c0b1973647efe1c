package io.gatehouse.store.write;

/**
 * The experts of a layer that fired for a question: rows of the table usage. The arrays have one element for each expert
 * and {@link TokenKind} that it fired for.
 *
 * @param kinds {@link TokenKind#place()}
 * @param weights sums in the units of the file, or {@link LongFeed#ABSENT} where no weight is known
 */
record QuestionUsage(int questionId, int layer, byte[] kinds, short[] experts, int[] counts, long[] weights) {
    /** Memory of an element of all arrays in bytes. */
    static final int ROW_BYTES = 1 + Short.BYTES + Integer.BYTES + Long.BYTES;

    /** Room for as many rows. */
    QuestionUsage(int questionId, int layer, int rows) {
        this(questionId, layer, new byte[rows], new short[rows], new int[rows], new long[rows]);
    }

    /** @param sums of the question in the layer */
    static QuestionUsage of(int questionId, int layer, ExpertSums sums) {
        QuestionUsage usage = new QuestionUsage(questionId, layer, sums.fired());
        sums.forEachFired((row, kind, expert, slot) -> {
            usage.kinds[row] = (byte) kind.place();
            usage.experts[row] = (short) expert;
            usage.counts[row] = sums.count(slot);
            usage.weights[row] = sums.weight(slot);
        });
        return usage;
    }

    int rows() {
        return counts.length;
    }

    /** Memory of the arrays in bytes. */
    long bytes() {
        return (long) rows() * ROW_BYTES;
    }
}
