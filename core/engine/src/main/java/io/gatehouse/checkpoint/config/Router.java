package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * How a mixture chooses experts for a token x and weighs their outputs. Most routers are one formula with choices
 * ({@link Scored}):
 *
 * <pre>
 * z = W x [× logit scale] [+ bias];  z = cap × tanh(z / cap)
 * s = softmax(z), sigmoid(z) or z
 * c = s [+ selection bias], without the experts of groups that are out
 * chosen = the K experts with the largest c
 * w = s of the chosen, softmax(z of the chosen) or sigmoid(z of the chosen)
 * w = w / (sum of w + epsilon);  w = w × scale [× scale of the expert]
 * </pre>
 *
 * c is the selection score, and margins are differences of it; w is the weight. A bias of the selection never weighs.
 */
public sealed interface Router {
    /** The formula above: z, then c, then w. */
    record Scored(Logits logits, Selection selection, Weights weights) implements Router {
        public Scored {
            requireNonNull(logits, "logits is null");
            requireNonNull(selection, "selection is null");
            requireNonNull(weights, "weights is null");
        }

        /** A router without biases, groups and factors, to be changed. */
        public Scored(Score score, Weight weight, Normalisation normalisation) {
            this(
                    new Logits(Input.NORMED, 1, false, Optional.empty()),
                    new Selection(score, false, Optional.empty()),
                    new Weights(weight, normalisation, 1, false, 1, false));
        }

        public Scored withBias(boolean present) {
            return with(new Logits(logits.input, logits.scale, present, logits.softCap));
        }

        public Scored withSoftCap(Optional<Float> cap) {
            return with(new Logits(logits.input, logits.scale, logits.biased, cap));
        }

        /** The same with logits that are multiplied with a factor. */
        public Scored withLogitScale(double factor) {
            return with(new Logits(logits.input, (float) factor, logits.biased, logits.softCap));
        }

        public Scored withSelectionBias(boolean present) {
            return with(new Selection(selection.score, present, selection.groups));
        }

        public Scored withGroups(Optional<Groups> limit) {
            return with(new Selection(selection.score, selection.biased, limit));
        }

        public Scored withNormalisation(Normalisation other) {
            return with(new Weights(
                    weights.weight, other, weights.scale, weights.expertScale, weights.outputScale, weights.onInput));
        }

        /**
         * The same with a factor.
         *
         * @param ofOutput whether it multiplies the summed output instead of the weights
         */
        public Scored withScale(double factor, boolean ofOutput) {
            return with(new Weights(
                    weights.weight,
                    weights.normalisation,
                    ofOutput ? weights.scale : (float) factor,
                    weights.expertScale,
                    ofOutput ? (float) factor : weights.outputScale,
                    weights.onInput));
        }

        /** The same with weights that multiply the inputs of experts. */
        public Scored onInputs() {
            return with(new Weights(
                    weights.weight,
                    weights.normalisation,
                    weights.scale,
                    weights.expertScale,
                    weights.outputScale,
                    true));
        }

        /** The same, reading the residual through a norm of its own, with a factor for each expert. */
        public Scored ofResidual() {
            return with(new Logits(Input.RESIDUAL, logits.scale, logits.biased, logits.softCap))
                    .with(new Weights(
                            weights.weight,
                            weights.normalisation,
                            weights.scale,
                            true,
                            weights.outputScale,
                            weights.onInput));
        }

        private Scored with(Logits other) {
            return new Scored(other, selection, weights);
        }

        private Scored with(Selection other) {
            return new Scored(logits, other, weights);
        }

        private Scored with(Weights other) {
            return new Scored(logits, selection, other);
        }
    }

    /**
     * How z is computed.
     *
     * @param input what the router reads
     * @param scale what the product is multiplied with before everything else; the recorded logits include it
     * @param biased whether a bias is added
     * @param softCap cap
     */
    record Logits(Input input, float scale, boolean biased, Optional<Float> softCap) {
        public Logits {
            requireNonNull(input, "input is null");
            requireNonNull(softCap, "softCap is null");
        }
    }

    /**
     * How experts are chosen.
     *
     * @param score s
     * @param biased whether a bias is added to the scores for the selection alone
     * @param groups what takes groups of experts out of the selection
     */
    record Selection(Score score, boolean biased, Optional<Groups> groups) {
        public Selection {
            requireNonNull(score, "score is null");
            requireNonNull(groups, "groups is null");
        }
    }

    /**
     * What the outputs of the chosen experts are multiplied with.
     *
     * @param weight w before it is normalised
     * @param scale of the weights after their normalisation
     * @param expertScale whether the weight of each expert has a stored factor of its own
     * @param outputScale what the sum of the outputs is multiplied by; not part of the recorded weights
     * @param onInput whether the weight multiplies the input of an expert instead of its output (Llama 4)
     */
    record Weights(
            Weight weight,
            Normalisation normalisation,
            float scale,
            boolean expertScale,
            float outputScale,
            boolean onInput) {
        public Weights {
            requireNonNull(weight, "weight is null");
            requireNonNull(normalisation, "normalisation is null");
        }
    }

    /**
     * Sparsemixer of Phi-3.5-MoE (arXiv 2409.12136), for two experts: the first is the one with the largest logit, and
     * its weight its softmax over the logits that are not much smaller; the second is chosen and weighed the same way
     * among the others. The two weights do not sum to one.
     *
     * @param jitter a logit z is much smaller than the largest m if (m - z) / max(|z|, m) > 2 × jitter
     */
    record SparseMixer(float jitter) implements Router {}

    /** Whether the weights of a token sum to one, before any scale. */
    default boolean isNormalised() {
        return this instanceof Scored scored
                && (scored.weights().weight() == Weight.SOFTMAX_OF_CHOSEN
                        || scored.weights().normalisation() instanceof Normalisation.Sum
                        || scored.weights().normalisation() instanceof Normalisation.AtLeast);
    }

    /** What a router chooses by. */
    enum Score {
        /** The softmax of the logits over all experts. */
        SOFTMAX,
        /** The sigmoid of each logit. */
        SIGMOID,
        /** The logit itself. */
        LOGIT
    }

    /** What a chosen expert weighs before normalisation. */
    enum Weight {
        /** Its score, without the bias of the selection. */
        SCORE,
        /** Its softmax over the logits of the chosen experts. */
        SOFTMAX_OF_CHOSEN,
        /** The sigmoid of its logit. */
        SIGMOID
    }

    /** What a router reads. */
    enum Input {
        /** What the experts read. */
        NORMED,
        /** The residual stream, normed without weight, then multiplied by a stored vector and 1 / sqrt(hidden) (Gemma 4). */
        RESIDUAL
    }

    /** How the weights of the chosen experts become shares. */
    sealed interface Normalisation {
        /** They do not. */
        record None() implements Normalisation {}

        /** w / (sum + epsilon). */
        record Sum(float epsilon) implements Normalisation {}

        /** w / (sum of w^p)^(1/p) (DBRX). */
        record PNorm(float p) implements Normalisation {
            public PNorm {
                if (!(p > 0)) {
                    throw new IllegalArgumentException("p is " + p);
                }
            }
        }

        /** w / max(sum, least). */
        record AtLeast(float least) implements Normalisation {}
    }

    /**
     * Group-limited selection (DeepSeek-V2, arXiv 2405.04434): experts stand in groups of equal size, of which the best
     * are kept.
     *
     * @param count number of groups
     * @param kept number of groups whose experts can be chosen
     * @param by what groups are compared by
     * @param excluded selection score of the experts in other groups
     */
    record Groups(int count, int kept, GroupScore by, float excluded) {
        public Groups {
            requireNonNull(by, "by is null");
            if (kept < 1 || kept > count) {
                throw new IllegalArgumentException("%d of %d groups".formatted(kept, count));
            }
        }
    }

    /** The score of a group. */
    enum GroupScore {
        /** The largest selection score of its experts. */
        MAX,
        /** The sum of its two largest. */
        TOP_TWO_SUM
    }

    /** Softmax over all experts, then the K most probable (Shazeer et al., 2017). */
    static Scored softmax(boolean normalised) {
        return new Scored(
                Score.SOFTMAX, Weight.SCORE, normalised ? new Normalisation.Sum(0) : new Normalisation.None());
    }

    /** The K largest logits, then softmax over them. */
    static Scored softmaxOfChosen() {
        return new Scored(Score.LOGIT, Weight.SOFTMAX_OF_CHOSEN, new Normalisation.None());
    }

    /** Sigmoid of each logit, with a bias of the selection (DeepSeek-V3, arXiv 2412.19437). */
    static Scored sigmoid(Normalisation normalisation) {
        return new Scored(Score.SIGMOID, Weight.SCORE, normalisation).withSelectionBias(true);
    }
}
