package io.gatehouse.engine.prefill;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;

/**
 * Natural logarithms of the probabilities under the softmax over all logits. They are computed in double precision, so
 * that tokens of different logits have different ones.
 *
 * @param logits not copied
 * @param highest of them
 * @param logSum logarithm of the sum of exp(logit - highest)
 */
public record LogSoftmax(float[] logits, float highest, double logSum) {
    public LogSoftmax {
        requireNonNull(logits, "logits is null");
    }

    public static LogSoftmax of(float[] logits) {
        float highest = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            highest = Math.max(highest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp((double) logit - highest);
        }
        return new LogSoftmax(logits, highest, Math.log(sum));
    }

    /** The logarithm of a token's probability. */
    public double of(int token) {
        return (double) logits[token] - highest - logSum;
    }

    /** The most probable tokens, the first one first; of equal ones, that with the lower id. */
    public int[] top(int count) {
        int[] best = new int[Math.min(count, logits.length)];
        int found = 0;
        for (int token = 0; token < logits.length; token++) {
            if (found == best.length && (found == 0 || logits[token] <= logits[best[found - 1]])) {
                continue;
            }
            int place = found < best.length ? found++ : found - 1;
            while (place > 0 && logits[best[place - 1]] < logits[token]) {
                best[place] = best[place - 1];
                place--;
            }
            best[place] = token;
        }
        return Arrays.copyOf(best, found);
    }
}
