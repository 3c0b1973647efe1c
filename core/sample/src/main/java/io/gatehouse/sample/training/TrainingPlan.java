package io.gatehouse.sample.training;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;

/**
 * How to train. Everything random comes from the seed, and the number of steps, not the clock, ends training.
 *
 * @param batch prompts in a step without examples; a step with examples has a quarter as many, which are about four
 *     times as long
 * @param fewShotEvery every how many steps prompts have solved examples, in the later part of training
 * @param peakRate highest learning rate
 */
public record TrainingPlan(
        long seed, int steps, int batch, int fewShotEvery, double peakRate, Dimensions dimensions, LossShares shares) {
    public static final long BUNDLED_SEED = 1;
    public static final int BUNDLED_STEPS = 4500;

    private static final int WARM_UP = 100;
    private static final double CONSTANT_PART = 0.5;
    private static final double LAST_RATE = 0.05;

    /**
     * The sizes of an OLMoE model.
     *
     * @param vocabulary rows of the embedding and of the head
     * @param hidden width of the residual stream
     * @param intermediate width inside one expert
     * @param topK experts that each token goes through
     * @param positions longest text in tokens
     */
    public record Dimensions(
            int vocabulary, int layers, int hidden, int heads, int experts, int topK, int intermediate, int positions) {
        static final float RMS_NORM_EPSILON = 1e-5f;
        static final double ROPE_THETA = 10_000;

        public Dimensions {
            if (hidden % heads != 0 || (hidden / heads) % 2 != 0 || topK > experts) {
                throw new IllegalArgumentException("Not a model: hidden %d, heads %d, experts %d, topK %d"
                        .formatted(hidden, heads, experts, topK));
            }
        }

        int headDim() {
            return hidden / heads;
        }
    }

    /**
     * Weights of the losses beside that of the answers, whose weight is one.
     *
     * @param text cross-entropy of all other text
     * @param probe of the probe that says of each choice whether it is correct
     * @param balance of experts that are used unevenly
     */
    public record LossShares(float text, float probe, float balance) {}

    public TrainingPlan {
        if (steps < 1) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "Training takes at least one step, not %d".formatted(steps));
        }
    }

    /** The plan that made the bundled model, with another seed or length. */
    public static TrainingPlan bundled(long seed, int steps) {
        return new TrainingPlan(
                seed,
                steps,
                32,
                6,
                9e-4,
                new Dimensions(640, 4, 128, 4, 16, 4, 32, 384),
                new LossShares(0.1f, 0.5f, 0.01f));
    }

    /** Examples come only after the constant part: before a model can answer at all they hold it up. */
    boolean isFewShot(int step) {
        return step > CONSTANT_PART * steps && step % fewShotEvery == 0;
    }

    /** Rises to the peak over the first steps, stays there, then falls along a cosine. */
    double learningRate(int step) {
        double warm = Math.min(1, (double) step / WARM_UP);
        double part = (double) step / steps;
        if (part <= CONSTANT_PART) {
            return peakRate * warm;
        }
        double fallen = 0.5 * (1 + Math.cos(Math.PI * (part - CONSTANT_PART) / (1 - CONSTANT_PART)));
        return peakRate * warm * (LAST_RATE + (1 - LAST_RATE) * fallen);
    }
}
