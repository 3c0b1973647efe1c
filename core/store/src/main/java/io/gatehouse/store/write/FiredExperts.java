package io.gatehouse.store.write;

/**
 * The experts of a layer that fired, with sums of their weights in the units of the file. The arrays have one element for
 * each expert and {@link TokenKind} that it fired for.
 *
 * @param kinds {@link TokenKind#place()}
 * @param weights sums of the weights; 0 where no weight is known
 * @param squares sums of the squared weights, in units of 2^-32; 0 where no weight is known
 * @param smallest smallest weights; {@link ExpertSums#NO_MINIMUM} where no weight is known
 */
record FiredExperts(
        byte[] kinds, short[] experts, int[] counts, long[] weights, long[] squares, int[] smallest, int[] largest) {
    /** Memory of an element of all arrays in bytes. */
    static final int ROW_BYTES = 1 + Short.BYTES + 3 * Integer.BYTES + 2 * Long.BYTES;

    /** Memory of the objects in bytes. */
    static final int OBJECT_BYTES = 200;

    /** Allocates the arrays. */
    FiredExperts(int rows) {
        this(
                new byte[rows],
                new short[rows],
                new int[rows],
                new long[rows],
                new long[rows],
                new int[rows],
                new int[rows]);
    }

    int rows() {
        return counts.length;
    }

    TokenKind kind(int row) {
        return TokenKind.at(kinds[row]);
    }

    /** Returns a sum of a row, or {@link LongFeed#ABSENT} if no activation of it has a weight. */
    long orAbsent(int row, long sum) {
        return smallest[row] == ExpertSums.NO_MINIMUM ? LongFeed.ABSENT : sum;
    }

    /** Approximate memory in bytes. */
    long bytes() {
        return OBJECT_BYTES + (long) rows() * ROW_BYTES;
    }
}
