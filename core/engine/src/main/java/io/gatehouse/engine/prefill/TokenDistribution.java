package io.gatehouse.engine.prefill;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The tokens that may follow a text, with their probabilities: what temperature, top-k, top-p and min-p leave of the
 * softmax, in this order, as Hugging Face's {@code generate} applies them.
 */
final class TokenDistribution {
    private int[] tokens = new int[0];
    private double[] probabilities = new double[0];

    /** @param excluded tokens that have no probability; not all */
    TokenDistribution(float[] scores, Set<Integer> excluded, Sampling sampling) {
        float temperature = (float) sampling.temperature();
        float[] heated = new float[scores.length];
        for (int token = 0; token < scores.length; token++) {
            heated[token] = scores[token] / temperature;
        }
        for (int token : excluded) {
            if (token < heated.length) {
                heated[token] = Float.NEGATIVE_INFINITY;
            }
        }
        keep(heated, lowestOfTopK(heated, sampling.topK()));
        if (sampling.topP() < 1) {
            keepTopP(sampling.topP());
        }
        if (sampling.minP() > 0) {
            double most = Arrays.stream(probabilities).max().orElseThrow();
            keepAbove(sampling.minP() * most);
        }
    }

    /** Tokens that can be drawn, in rising order. */
    int[] tokens() {
        return tokens.clone();
    }

    /** Their probabilities, which sum to 1. */
    double[] probabilities() {
        return probabilities.clone();
    }

    /** The token at a place of the distribution function, from 0 to below 1. */
    int draw(double uniform) {
        double sum = 0;
        for (int i = 0; i < tokens.length; i++) {
            sum += probabilities[i];
            if (uniform < sum) {
                return tokens[i];
            }
        }
        // Sums of rounded numbers can end below 1.
        return tokens[tokens.length - 1];
    }

    /** The lowest of the k highest scores; all are kept where k is 0. */
    private static float lowestOfTopK(float[] scores, int k) {
        if (k == 0 || k >= scores.length) {
            return Float.NEGATIVE_INFINITY;
        }
        PriorityQueue<Float> highest = new PriorityQueue<>(k);
        for (float score : scores) {
            if (highest.size() < k) {
                highest.add(score);
            } else if (score > highest.element()) {
                highest.remove();
                highest.add(score);
            }
        }
        return highest.element();
    }

    /** Begins with the softmax over the scores that are at least so high; equal ones stay together. */
    private void keep(float[] scores, float lowest) {
        float highest = Float.NEGATIVE_INFINITY;
        int count = 0;
        for (float score : scores) {
            highest = Math.max(highest, score);
            count += score >= lowest && score > Float.NEGATIVE_INFINITY ? 1 : 0;
        }
        if (count == 0) {
            throw new IllegalArgumentException("All %d tokens are excluded".formatted(scores.length));
        }
        tokens = new int[count];
        probabilities = new double[count];
        int kept = 0;
        for (int token = 0; token < scores.length; token++) {
            if (scores[token] >= lowest && scores[token] > Float.NEGATIVE_INFINITY) {
                tokens[kept] = token;
                probabilities[kept] = Math.exp((double) scores[token] - highest);
                kept++;
            }
        }
        normalise();
    }

    /** Keeps the most probable tokens until they have the probability together; at least one. */
    private void keepTopP(double topP) {
        // All those below this have less than 1 - topP together, so only the others have to be sorted.
        double certain = (1 - topP) / tokens.length;
        int[] order = IntStream.range(0, tokens.length)
                .filter(i -> probabilities[i] >= certain)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -probabilities[i]))
                .mapToInt(i -> i)
                .toArray();
        boolean[] kept = new boolean[tokens.length];
        double above = 0;
        for (int i = 0; i < order.length && (i == 0 || above < topP); i++) {
            kept[order[i]] = true;
            above += probabilities[order[i]];
        }
        keep(kept);
    }

    private void keepAbove(double lowest) {
        boolean[] kept = new boolean[tokens.length];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = probabilities[i] >= lowest;
        }
        keep(kept);
    }

    private void keep(boolean[] kept) {
        int count = 0;
        for (int i = 0; i < kept.length; i++) {
            if (kept[i]) {
                tokens[count] = tokens[i];
                probabilities[count] = probabilities[i];
                count++;
            }
        }
        tokens = Arrays.copyOf(tokens, count);
        probabilities = Arrays.copyOf(probabilities, count);
        normalise();
    }

    private void normalise() {
        double sum = Arrays.stream(probabilities).sum();
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] /= sum;
        }
    }
}
