package io.gatehouse.handover;

import java.util.Arrays;

/** How often the experts of a layer, and each two of them together, are chosen at the same token. */
final class Coactivation {
    /** mbolt leaves out pairs that are expected at a smaller share of the tokens. */
    private static final double LEAST_EXPECTED = 1e-9;

    private final long[] uses;
    private final long[][] together;
    private long tokens;

    /** @param uses by expert */
    Coactivation(long[] uses) {
        this.uses = uses.clone();
        together = new long[uses.length][uses.length];
    }

    /**
     * Adds a pair, in one order of the two.
     *
     * @param ofTokens the number of tokens of the layer
     */
    void add(int expert, int other, long count, long ofTokens) {
        together[expert][other] = count;
        tokens = ofTokens;
    }

    int experts() {
        return uses.length;
    }

    long uses(int expert) {
        return uses[expert];
    }

    long together(int expert, int other) {
        return together[expert][other];
    }

    /** Tokens of the layer; 0 if no two experts are ever chosen together. */
    long tokens() {
        return tokens;
    }

    /** Entropy of the shares of the experts, in bits. */
    double entropyBits() {
        double all = Math.max(1, Arrays.stream(uses).sum());
        double entropy = 0;
        for (long n : uses) {
            if (n > 0) {
                entropy -= n / all * Math.log(n / all) / Math.log(2);
            }
        }
        return entropy;
    }

    /** Lift of each pair, in both orders, that is chosen at least at so many tokens, in rising order. */
    double[] lifts(int atLeast) {
        double[] lifts = new double[uses.length * uses.length];
        int found = 0;
        for (int i = 0; i < uses.length; i++) {
            for (int j = 0; j < uses.length; j++) {
                double expected = (double) uses[i] / tokens * ((double) uses[j] / tokens);
                if (together[i][j] >= atLeast && expected > LEAST_EXPECTED) {
                    lifts[found++] = (double) together[i][j] / tokens / expected;
                }
            }
        }
        double[] sorted = Arrays.copyOf(lifts, found);
        Arrays.sort(sorted);
        return sorted;
    }
}
