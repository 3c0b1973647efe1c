package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

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
 */
public record Residual(
        Norm norm, Norm feedForwardNorm, Branch mixer, Branch feedForward, boolean parallel, boolean scaled) {
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

    /**
     * kept × h + added × f, or with the normed input of the block in place of h.
     *
     * @param ofNormed whether the normed input is kept instead of the stream (MiniMax-01)
     */
    public record Branch(Norms norms, float kept, float added, boolean ofNormed) {
        public Branch {
            requireNonNull(norms, "norms is null");
        }

        /** h + f. */
        public static Branch of(Norms norms) {
            return new Branch(norms, 1, 1, false);
        }
    }

    public Residual {
        requireNonNull(norm, "norm is null");
        requireNonNull(feedForwardNorm, "feedForwardNorm is null");
        requireNonNull(mixer, "mixer is null");
        requireNonNull(feedForward, "feedForward is null");
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
                norm,
                feedForwardNorm,
                new Branch(mixer.norms(), mixer.kept(), factor, mixer.ofNormed()),
                new Branch(feedForward.norms(), feedForward.kept(), factor, feedForward.ofNormed()),
                parallel,
                scaled);
    }
}
