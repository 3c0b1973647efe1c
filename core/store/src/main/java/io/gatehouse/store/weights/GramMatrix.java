package io.gatehouse.store.weights;

import java.util.OptionalDouble;

/**
 * The inner products of vectors, which give their norms and cosines.
 *
 * @param products product of the i-th and the j-th vector at {@code [i][j]}, for j from i on
 */
public record GramMatrix(double[][] products) {
    public GramMatrix {
        for (double[] row : products) {
            if (row.length != products.length) {
                throw new IllegalArgumentException("A row of %d in %d".formatted(row.length, products.length));
            }
        }
    }

    /** Number of vectors. */
    int size() {
        return products.length;
    }

    double norm(int vector) {
        return Math.sqrt(products[vector][vector]);
    }

    /** Returns the cosine of two vectors, -1 to 1; empty if one of them is 0. */
    OptionalDouble cosine(int first, int second) {
        double norms = norm(first) * norm(second);
        if (norms == 0) {
            return OptionalDouble.empty();
        }
        double cosine = products[Math.min(first, second)][Math.max(first, second)] / norms;
        // Rounding can make the cosine of parallel vectors larger than 1.
        return OptionalDouble.of(Math.max(-1, Math.min(1, cosine)));
    }
}
