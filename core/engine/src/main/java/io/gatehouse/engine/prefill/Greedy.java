package io.gatehouse.engine.prefill;

import java.util.Set;

/**
 * The most probable token; of equal ones, that with the lowest id.
 *
 * @param logProbability of it under the softmax over all logits
 */
record Greedy(int token, float logProbability) {
    /** @param excluded tokens that are not chosen; not all */
    static Greedy of(float[] logits, Set<Integer> excluded) {
        int best = -1;
        float highest = Float.NEGATIVE_INFINITY;
        for (int token = 0; token < logits.length; token++) {
            highest = Math.max(highest, logits[token]);
            boolean better = best < 0 || logits[token] > logits[best];
            if (better && (excluded.isEmpty() || !excluded.contains(token))) {
                best = token;
            }
        }
        if (best < 0) {
            throw new IllegalArgumentException("All %d tokens are excluded".formatted(logits.length));
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp((double) logit - highest);
        }
        return new Greedy(best, (float) ((double) logits[best] - highest - Math.log(sum)));
    }
}
