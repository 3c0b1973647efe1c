package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Softmax attention whose query and output projections are experts (JetMoe, arXiv 2404.07413, section 2.2): a router
 * chooses {@code topK} of them for each token, and each makes one query for each key-value head. Keys and values are made
 * for all; the output is the sum of the chosen experts' outputs, weighed by the softmax of their logits, and a bias.
 *
 * @param attention among the queries of the chosen experts: it has topK × keyValueHeads heads
 */
public record ExpertAttention(int experts, int topK, Attention attention) implements Mixer {
    public ExpertAttention {
        requireNonNull(attention, "attention is null");
        if (topK < 1 || topK > experts || attention.heads() != topK * attention.keyValueHeads()) {
            throw new IllegalArgumentException("%d heads of %d among %d experts, %d key-value heads"
                    .formatted(attention.heads(), topK, experts, attention.keyValueHeads()));
        }
    }

    /** Entries of the queries of one expert. */
    public int queryWidth() {
        return attention.keyValueHeads() * attention.headDim();
    }

    @Override
    public Optional<Rope> rope() {
        return attention.rope();
    }

    @Override
    public Mask mask() {
        return attention.mask();
    }

    @Override
    public int scoreHeads() {
        return attention.scoreHeads();
    }

    @Override
    public long workingEntries() {
        return attention.workingEntries() + (long) topK * queryWidth();
    }

    @Override
    public Optional<MixerCache> cache(int hiddenSize) {
        return attention.cache(hiddenSize);
    }

    @Override
    public ExpertAttention shape() {
        return new ExpertAttention(experts, topK, attention.shape());
    }
}
