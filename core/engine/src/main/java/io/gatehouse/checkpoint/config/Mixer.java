package io.gatehouse.checkpoint.config;

import java.util.Optional;

/**
 * The part of a layer where tokens see each other: softmax attention or a recurrence. Each record holds everything that
 * changes its result; the graph has one block for each.
 */
public sealed interface Mixer
        permits Attention,
                ExpertAttention,
                LatentAttention,
                GatedDelta,
                KimiDelta,
                Lightning,
                Mamba,
                Mamba2,
                ShortConvolution,
                Mixer.Absent {
    /** The rotary embedding whose angles the layer is fed, if there is one. */
    default Optional<Rope> rope() {
        return Optional.empty();
    }

    /** Which tokens a token sees. */
    default Mask mask() {
        return new Mask.Causal();
    }

    /** What the layer's slopes are multiplied with, in lightning attention. */
    default float depth() {
        return 1;
    }

    /**
     * Numbers that are in memory for each token within the mixer, beyond what an attention of the width of the residual
     * stream has: an estimate, for the size of micro-batches.
     */
    default long workingEntries() {
        return 0;
    }

    /** Heads for which a score of each pair of tokens is in memory at once: 0 for a recurrence. */
    default int scoreHeads() {
        return 0;
    }

    /**
     * What generation keeps of a text in this layer; none where generation is not implemented for the mixer.
     *
     * @param hiddenSize entries of the residual stream
     */
    default Optional<MixerCache> cache(int hiddenSize) {
        return Optional.empty();
    }

    /**
     * The same mixer without what is fed when the graph runs, which is the window and the angles: layers whose shapes are
     * equal share one part of the graph and the variables of their weights.
     */
    default Mixer shape() {
        return this;
    }

    /** A layer without a mixer, as in models whose layers hold either a mixer or a feed-forward block. */
    record Absent() implements Mixer {
        @Override
        public Optional<MixerCache> cache(int hiddenSize) {
            return Optional.of(MixerCache.NOTHING);
        }
    }
}
