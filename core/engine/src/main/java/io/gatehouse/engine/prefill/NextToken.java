package io.gatehouse.engine.prefill;

import java.util.BitSet;
import java.util.Set;

/**
 * The token that follows a text.
 *
 * @param logProbability of it under the softmax over all logits, whatever it was chosen by
 */
record NextToken(int token, float logProbability) {
    /** The token of the highest score that is not excluded; of equal ones, that with the lowest id. */
    static int best(float[] scores, Set<Integer> excluded) {
        int best = -1;
        for (int token = 0; token < scores.length; token++) {
            boolean better = best < 0 || scores[token] > scores[best];
            if (better && (excluded.isEmpty() || !excluded.contains(token))) {
                best = token;
            }
        }
        if (best < 0) {
            throw new IllegalArgumentException("All %d tokens are excluded".formatted(scores.length));
        }
        return best;
    }

    /**
     * Chooses a token.
     *
     * @param excluded tokens that are not chosen; not all
     * @param seen tokens of the prompt and the text so far
     * @param uniform decides a random choice, from 0 to below 1
     */
    static NextToken choose(float[] logits, Sampling sampling, Set<Integer> excluded, BitSet seen, double uniform) {
        float[] scores = sampling.penalised(logits, seen);
        int token = sampling.random()
                ? new TokenDistribution(scores, excluded, sampling).draw(uniform)
                : best(scores, excluded);
        return new NextToken(token, (float) LogSoftmax.of(logits).of(token));
    }
}
