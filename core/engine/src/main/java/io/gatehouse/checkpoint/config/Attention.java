package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Softmax attention whose heads share key-value heads in groups (Ainslie et al., arXiv 2305.13245):
 * softmax(scale q kᵀ + mask) v.
 *
 * @param headDim size of a head of queries and keys
 * @param valueDim size of a head of values, and of the output before its projection
 * @param clip clamps queries, keys and values to ± its value
 * @param scale of the scores
 * @param valueScale what values are multiplied with
 * @param valueNorm norm of each head of the values, which has no weight
 * @param sinks whether each head has a logit more that takes part in the softmax and is then dropped
 * @param keysAreValues whether values are the projected keys, before norm and rotation
 * @param outputNorm norm of each head of the output before its gate, which has no weight
 * @param indexer what chooses blocks of tokens for the tokens to see; they see all before them if absent
 */
public record Attention(
        int heads,
        int keyValueHeads,
        int headDim,
        int valueDim,
        AttentionBias bias,
        Optional<Float> clip,
        Optional<QkNorm> qkNorm,
        Optional<Norm> valueNorm,
        Optional<Rope> rope,
        Mask mask,
        float scale,
        float valueScale,
        Optional<QueryScale> queryScale,
        boolean sinks,
        boolean keysAreValues,
        OutputGate gate,
        Optional<Norm> outputNorm,
        Optional<BlockIndexer> indexer)
        implements Mixer {
    /**
     * The indexer of block-sparse attention (MiniMax-M3): for each key-value head, a token sees the blocks of tokens with
     * the largest product of a key with its query, and the latest blocks.
     *
     * @param dim size of the query of each key-value head, and of the one key
     * @param blockSize tokens of a block; the first begins at the first token of the text
     * @param topBlocks how many blocks a token sees, the latest included
     * @param latest how many of them are the latest
     * @param norm of queries and key
     */
    public record BlockIndexer(int dim, int blockSize, int topBlocks, int latest, Norm norm) {
        public BlockIndexer {
            requireNonNull(norm, "norm is null");
            if (dim < 1 || blockSize < 1 || topBlocks < 1 || latest < 0 || latest > topBlocks) {
                throw new IllegalArgumentException("%d blocks of %d tokens, the latest %d, by queries of size %d"
                        .formatted(topBlocks, blockSize, latest, dim));
            }
        }
    }

    public Attention {
        requireNonNull(bias, "bias is null");
        requireNonNull(clip, "clip is null");
        requireNonNull(qkNorm, "qkNorm is null");
        requireNonNull(valueNorm, "valueNorm is null");
        requireNonNull(rope, "rope is null");
        requireNonNull(mask, "mask is null");
        requireNonNull(queryScale, "queryScale is null");
        requireNonNull(gate, "gate is null");
        requireNonNull(outputNorm, "outputNorm is null");
        requireNonNull(indexer, "indexer is null");
        if (headDim < 1 || valueDim < 1) {
            throw new IllegalArgumentException("Heads of size %d and %d".formatted(headDim, valueDim));
        }
        if (keyValueHeads < 1 || heads < keyValueHeads || heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(
                    "%d heads cannot share %d key-value heads".formatted(heads, keyValueHeads));
        }
        if (indexer.isPresent()
                && (rope.isEmpty() || rope.get().dims() > indexer.get().dim())) {
            throw new IllegalArgumentException("An indexer must use the rotary embedding of its attention");
        }
        if (rope.isPresent() && rope.get().dims() > headDim) {
            throw new IllegalArgumentException(
                    "%d rotated entries in a head of %d".formatted(rope.get().dims(), headDim));
        }
    }

    @Override
    public int scoreHeads() {
        return heads;
    }

    /** Keys and values. */
    @Override
    public Optional<MixerCache> cache(int hiddenSize) {
        if (indexer.isPresent()) {
            return Optional.empty();
        }
        return MixerCache.ofTokens(
                new MixerCache.PerToken(keyValueHeads, headDim, false),
                new MixerCache.PerToken(keyValueHeads, valueDim, false));
    }

    @Override
    public Attention shape() {
        return with(rope.map(Rope::shape), mask instanceof Mask.Chunk ? mask : new Mask.Causal());
    }

    /** The same attention with another mask. */
    public Attention with(Mask other) {
        return with(rope, other);
    }

    private Attention with(Optional<Rope> otherRope, Mask otherMask) {
        return new Attention(
                heads,
                keyValueHeads,
                headDim,
                valueDim,
                bias,
                clip,
                qkNorm,
                valueNorm,
                otherRope,
                otherMask,
                scale,
                valueScale,
                queryScale,
                sinks,
                keysAreValues,
                gate,
                outputNorm,
                indexer);
    }

    /** Llama's attention without rotary embedding, to be changed: no biases or norms, scale 1 / sqrt(head size). */
    public static Builder builder(int heads, int keyValueHeads, int headDim) {
        return new Builder(heads, keyValueHeads, headDim);
    }

    /** Collects what differs from Llama's attention. */
    public static final class Builder {
        private final int heads;
        private final int keyValueHeads;
        private final int headDim;
        private int valueDim;
        private AttentionBias bias = AttentionBias.NONE;
        private Optional<Float> clip = Optional.empty();
        private Optional<QkNorm> qkNorm = Optional.empty();
        private Optional<Norm> valueNorm = Optional.empty();
        private Optional<Rope> rope = Optional.empty();
        private Mask mask = new Mask.Causal();
        private float scale;
        private float valueScale = 1;
        private Optional<QueryScale> queryScale = Optional.empty();
        private boolean sinks;
        private boolean keysAreValues;
        private OutputGate gate = OutputGate.NONE;
        private Optional<Norm> outputNorm = Optional.empty();
        private Optional<BlockIndexer> indexer = Optional.empty();

        private Builder(int heads, int keyValueHeads, int headDim) {
            this.heads = heads;
            this.keyValueHeads = keyValueHeads;
            this.headDim = headDim;
            this.valueDim = headDim;
            this.scale = (float) (1 / Math.sqrt(headDim));
        }

        public Builder valueDim(int size) {
            valueDim = size;
            return this;
        }

        public Builder bias(AttentionBias which) {
            bias = which;
            return this;
        }

        public Builder clip(Optional<Float> limit) {
            clip = limit;
            return this;
        }

        public Builder qkNorm(QkNorm norm) {
            qkNorm = Optional.of(norm);
            return this;
        }

        public Builder valueNorm(Norm norm) {
            valueNorm = Optional.of(norm);
            return this;
        }

        public Builder rope(Rope rotation) {
            return rope(Optional.of(rotation));
        }

        public Builder rope(Optional<Rope> rotation) {
            rope = rotation;
            return this;
        }

        public Builder mask(Mask visible) {
            mask = visible;
            return this;
        }

        public Builder scale(double factor) {
            scale = (float) factor;
            return this;
        }

        public Builder valueScale(double factor) {
            valueScale = (float) factor;
            return this;
        }

        public Builder queryScale(QueryScale growth) {
            queryScale = Optional.of(growth);
            return this;
        }

        public Builder sinks(boolean present) {
            sinks = present;
            return this;
        }

        public Builder keysAreValues(boolean shared) {
            keysAreValues = shared;
            return this;
        }

        public Builder gate(OutputGate kind) {
            gate = kind;
            return this;
        }

        public Builder outputNorm(Norm norm) {
            outputNorm = Optional.of(norm);
            return this;
        }

        public Builder indexer(Optional<BlockIndexer> chooser) {
            indexer = chooser;
            return this;
        }

        public Attention build() {
            return new Attention(
                    heads,
                    keyValueHeads,
                    headDim,
                    valueDim,
                    bias,
                    clip,
                    qkNorm,
                    valueNorm,
                    rope,
                    mask,
                    scale,
                    valueScale,
                    queryScale,
                    sinks,
                    keysAreValues,
                    gate,
                    outputNorm,
                    indexer);
        }
    }
}
