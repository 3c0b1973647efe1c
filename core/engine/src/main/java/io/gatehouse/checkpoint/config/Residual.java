package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * How mixer and feed-forward block of a layer are joined to the residual stream.
 *
 * @param norm kind of the norms before and after the mixer
 * @param feedForwardNorm kind of those before and after the feed-forward block
 * @param mixer how the mixer is joined
 * @param feedForward how the feed-forward block is joined
 * @param parallel whether both read the same normed input, and the stream gets the sum of both: there is then no norm
 *     before the feed-forward block
 * @param scaled whether the stream is multiplied by a stored number after the layer
 * @param streams what stands in place of one stream, in models that have several
 */
public record Residual(
        Norm norm,
        Norm feedForwardNorm,
        Branch mixer,
        Branch feedForward,
        boolean parallel,
        boolean scaled,
        Optional<Streams> streams) {
    /**
     * Several streams h_i side by side, which begin as copies of the embeddings (hyper-connections, arXiv 2409.19606). With
     * n = W x, where x are all h_i, RMS-normed together, a block reads the sum of (sigmoid(s n_i + b_i) + epsilon) h_i, and
     * h_i gets its output times magnitude × sigmoid(s' n'_i + b'_i) + output epsilon. Where streams are mixed before, h_i
     * becomes the sum of m_ji h_j: m are the softmax of further logits over i, plus epsilon, whose columns and rows are
     * divided by their sums + epsilon in turn (Sinkhorn and Knopp, 1967).
     *
     * @param count how many
     * @param mixingSteps how often columns are divided by their sums; streams are not mixed if 0
     * @param averaged whether the head reads the mean of the streams instead of a sum that is learned like those of blocks
     */
    public record Streams(
            int count, float epsilon, float magnitude, float outputEpsilon, int mixingSteps, boolean averaged) {
        public Streams {
            if (count < 1 || mixingSteps < 0) {
                throw new IllegalArgumentException("%d streams, %d steps".formatted(count, mixingSteps));
            }
        }

        /** Rows of the matrix W of a block. */
        public int rows() {
            return (mixingSteps > 0 ? 2 + count : 2) * count;
        }

        /** How many factors s a block has. */
        public int scales() {
            return mixingSteps > 0 ? 3 : 2;
        }
    }

    /** Where the norms of a block stand. */
    public enum Norms {
        /** h + f(norm(h)). */
        BEFORE,
        /** h + norm(f(h)). */
        AFTER,
        /** h + norm(f(norm(h))). */
        BOTH;

        /** Whether the block reads normed input. */
        public boolean isBefore() {
            return this != AFTER;
        }

        /** Whether the output of the block is normed. */
        public boolean isAfter() {
            return this != BEFORE;
        }
    }

    /** What decides the shares of the stream and of a block's output. */
    public sealed interface Shares {
        /** The factors of the branch, the same in all layers. */
        record Fixed() implements Shares {}

        /** The factors of the branch, which differ between layers of one shape: the graph is fed them (Beam). */
        record ByLayer() implements Shares {}

        /**
         * A stored vector g: with w = g / temperature and b = sigmoid(w), the stream is multiplied with
         * sqrt(max(sigmoid(-w) (1 + b), 1e-3)) and the output with b (Muse Spark).
         */
        record Learned(float temperature) implements Shares {
            public Learned {
                if (!(temperature > 0)) {
                    throw new IllegalArgumentException("temperature is " + temperature);
                }
            }
        }
    }

    /**
     * kept × h + added × f, or with the normed input of the block in place of h.
     *
     * @param ofNormed whether the normed input is kept instead of the stream (MiniMax-01)
     * @param outputNorm the norm after the block, where it is another than that before it
     */
    public record Branch(
            Norms norms, float kept, float added, boolean ofNormed, Optional<Norm> outputNorm, Shares shares) {
        public Branch {
            requireNonNull(norms, "norms is null");
            requireNonNull(outputNorm, "outputNorm is null");
            requireNonNull(shares, "shares is null");
        }

        /** Factors that are the same in all layers, and one kind of norm. */
        public Branch(Norms norms, float kept, float added, boolean ofNormed) {
            this(norms, kept, added, ofNormed, Optional.empty(), new Shares.Fixed());
        }

        /** h + f. */
        public static Branch of(Norms norms) {
            return new Branch(norms, 1, 1, false);
        }

        /** The same with another factor for what the block adds. */
        Branch adding(float factor) {
            return new Branch(norms, kept, factor, ofNormed, outputNorm, shares);
        }

        /** The same without factors that the graph is fed. */
        Branch shape() {
            return shares instanceof Shares.ByLayer ? new Branch(norms, 1, 1, ofNormed, outputNorm, shares) : this;
        }
    }

    public Residual {
        requireNonNull(norm, "norm is null");
        requireNonNull(feedForwardNorm, "feedForwardNorm is null");
        requireNonNull(mixer, "mixer is null");
        requireNonNull(feedForward, "feedForward is null");
        requireNonNull(streams, "streams is null");
    }

    /** One stream. */
    public Residual(
            Norm norm, Norm feedForwardNorm, Branch mixer, Branch feedForward, boolean parallel, boolean scaled) {
        this(norm, feedForwardNorm, mixer, feedForward, parallel, scaled, Optional.empty());
    }

    /** One kind of norm for all. */
    public Residual(Norm norm, Branch mixer, Branch feedForward, boolean parallel, boolean scaled) {
        this(norm, norm, mixer, feedForward, parallel, scaled);
    }

    /** Both blocks with norms at the same places. */
    public static Residual of(Norm norm, Norms norms) {
        return new Residual(norm, Branch.of(norms), Branch.of(norms), false, false);
    }

    /** Llama's: a norm before each block. */
    public static Residual before(Norm norm) {
        return of(norm, Norms.BEFORE);
    }

    /** The same with this factor for what each block adds (Granite). */
    public Residual adding(float factor) {
        return new Residual(
                norm, feedForwardNorm, mixer.adding(factor), feedForward.adding(factor), parallel, scaled, streams);
    }

    /** The same with several streams. */
    public Residual with(Streams several) {
        return new Residual(norm, feedForwardNorm, mixer, feedForward, parallel, scaled, Optional.of(several));
    }

    /** What the graph depends on. */
    Residual shape() {
        return new Residual(norm, feedForwardNorm, mixer.shape(), feedForward.shape(), parallel, scaled, streams);
    }

    /** The norm after the mixer. */
    public Norm mixerOutputNorm() {
        return mixer.outputNorm().orElse(norm);
    }

    /** The norm after the feed-forward block. */
    public Norm feedForwardOutputNorm() {
        return feedForward.outputNorm().orElse(feedForwardNorm);
    }

    /** The factors of both branches: of the stream and of the mixer, of the stream and of the feed-forward block. */
    public float[] factors() {
        return new float[] {mixer.kept(), mixer.added(), feedForward.kept(), feedForward.added()};
    }
}
