package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434): keys and values of all heads are projections of one short
 * latent vector for each token. A head's query and key have a part without position and a rotated part; that of the key is
 * shared by all heads.
 *
 * @param queryRank size of the latent vector that queries are made of; they are made of the input if absent
 * @param latentRank size of the latent vector that keys and values are made of
 * @param plainDim entries of a query or key without position
 * @param rotaryDim entries of a query or key that are rotated, or that would be in other layers; may be 0
 * @param valueDim size of a head of values
 * @param biased whether the projections to latent vectors and the output projection add biases
 * @param latentEpsilon of the norms of the latent vectors
 * @param rope none in models whose latent attention has no positions
 * @param scale of the scores
 * @param gate none, one number for each head or for each entry, or {@link OutputGate#SIGMOID_OF_QUERY}: then queries are made of the latent
 *     vector with and without norm, and each head's query is followed by the logits of a gate for each entry of its output
 * @param indexer what chooses the tokens that a token sees; it sees all before it if absent
 * @param latents what is done with the latent vectors
 * @param sinks whether each head has a logit more that takes part in the softmax and is then dropped
 */
public record LatentAttention(
        int heads,
        OptionalInt queryRank,
        int latentRank,
        int plainDim,
        int rotaryDim,
        int valueDim,
        boolean biased,
        float latentEpsilon,
        Optional<Rope> rope,
        float scale,
        Optional<QueryScale> queryScale,
        OutputGate gate,
        Optional<Indexer> indexer,
        Mask mask,
        Latents latents,
        boolean sinks)
        implements Mixer {
    /** Epsilon of the norms of latent vectors where a family's code does not take it from the config. */
    public static final float LATENT_EPSILON = 1e-6f;

    /** Which layer's latent vectors keys and values are made of. */
    public enum Source {
        /** The layer's own. */
        OWN,
        /** The layer's own, which later layers use, too. */
        KEPT,
        /** Those of the last layer that kept its own, among the layers that are alike in having positions or not. */
        SHARED
    }

    /**
     * What is done with the latent vectors.
     *
     * @param rescaled whether they are multiplied with sqrt(width of the residual stream / their own) after their norms
     * @param keyNorm whether the part of the key that is rotated has an RMS norm before
     */
    public record Latents(boolean rescaled, boolean keyNorm, Source source) {
        /** DeepSeek's: neither. */
        public static final Latents PLAIN = new Latents(false, false, Source.OWN);

        public Latents {
            requireNonNull(source, "source is null");
        }

        /** The same from another layer. */
        public Latents from(Source other) {
            return new Latents(rescaled, keyNorm, other);
        }
    }

    /**
     * The indexer of sparse attention (DeepSeek-V3.2): a token sees the {@code topK} tokens before it with the largest
     * sum over its heads of w_h relu(q_h k).
     *
     * @param headDim size of a query, and of the one key
     * @param layout of the rotated entries, which are the first {@code rotaryDim}; none are in a layer without positions
     * @param shared whether the layer sees the tokens that the last layer with an indexer of its own chose, and has none
     * @param ofInput whether its queries are made of the layer's input after a norm instead of the latent vector of queries
     * @param queryScale how its queries grow with their position
     * @param rotatesLast whether the rotated entries are the last ones instead
     * @param epsilon of the norm of its keys
     * @param pool tokens of a pool, of which whole ones are chosen, topK tokens in all, by a mean of their keys that is
     *     weighed for each entry by the softmax of further projections plus a stored number for each place in a pool. A
     *     token sees its own pool as far as it goes, too. 1 where single tokens are chosen
     */
    public record Indexer(
            int heads,
            int headDim,
            int topK,
            Rope.Layout layout,
            boolean shared,
            boolean ofInput,
            Optional<QueryScale> queryScale,
            boolean rotatesLast,
            float epsilon,
            int pool) {
        private static final float EPSILON = 1e-6f;

        public Indexer {
            requireNonNull(layout, "layout is null");
            requireNonNull(queryScale, "queryScale is null");
            if (heads < 1 || headDim < 1 || topK < 1 || pool < 1) {
                throw new IllegalArgumentException(
                        "The sizes of an indexer must be positive: %d heads of size %d, top %d, pools of %d"
                                .formatted(heads, headDim, topK, pool));
            }
            if (topK % pool != 0) {
                throw new IllegalArgumentException(
                        "The top %d tokens of an indexer are not whole pools of %d".formatted(topK, pool));
            }
        }

        /** One whose queries are made of the latent vector of queries. */
        public Indexer(int heads, int headDim, int topK, Rope.Layout layout, boolean shared) {
            this(heads, headDim, topK, layout, shared, false, Optional.empty(), false, EPSILON, 1);
        }

        /** The same that reads the layer's input, with queries that grow with their position. */
        public Indexer ofInput(QueryScale growth) {
            return new Indexer(
                    heads, headDim, topK, layout, shared, true, Optional.of(growth), rotatesLast, epsilon, pool);
        }

        /** The same that rotates the last entries, with another epsilon. */
        public Indexer rotatingLast(float other) {
            return new Indexer(heads, headDim, topK, layout, shared, ofInput, queryScale, true, other, pool);
        }

        /** The same that chooses pools of tokens. */
        public Indexer ofPools(int size) {
            return new Indexer(heads, headDim, topK, layout, shared, ofInput, queryScale, rotatesLast, epsilon, size);
        }

        /** The choice of this one in a later layer. */
        public Indexer inLaterLayer() {
            return new Indexer(heads, headDim, topK, layout, true, ofInput, queryScale, rotatesLast, epsilon, pool);
        }
    }

    public LatentAttention {
        requireNonNull(queryRank, "queryRank is null");
        requireNonNull(rope, "rope is null");
        requireNonNull(queryScale, "queryScale is null");
        requireNonNull(gate, "gate is null");
        requireNonNull(indexer, "indexer is null");
        requireNonNull(mask, "mask is null");
        requireNonNull(latents, "latents is null");
        if (heads < 1 || latentRank < 1 || plainDim < 1 || rotaryDim < 0 || valueDim < 1) {
            throw new IllegalArgumentException("A size of %d heads, rank %d, %d + %d and %d is not positive"
                    .formatted(heads, latentRank, plainDim, rotaryDim, valueDim));
        }
        if (gate != OutputGate.NONE && (!gate.isSigmoid() || gate == OutputGate.SIGMOID_BIASED_BY_HEAD)) {
            throw new IllegalArgumentException("Latent attention with a gate " + gate);
        }
        if (gate == OutputGate.SIGMOID_OF_QUERY && queryRank.isEmpty()) {
            throw new IllegalArgumentException("A gate of the query needs the latent vector of queries");
        }
        if (rope.isPresent() && rotaryDim == 0) {
            throw new IllegalArgumentException("Nothing is rotated");
        }
        if (indexer.isPresent() && !indexer.get().ofInput() && queryRank.isEmpty()) {
            throw new IllegalArgumentException("An indexer reads the latent vector of queries");
        }
    }

    /** Attention to all tokens before, or to those that an indexer chooses, with latent vectors of its own. */
    public LatentAttention(
            int heads,
            OptionalInt queryRank,
            int latentRank,
            int plainDim,
            int rotaryDim,
            int valueDim,
            boolean biased,
            float latentEpsilon,
            Optional<Rope> rope,
            float scale,
            Optional<QueryScale> queryScale,
            OutputGate gate,
            Optional<Indexer> indexer) {
        this(
                heads,
                queryRank,
                latentRank,
                plainDim,
                rotaryDim,
                valueDim,
                biased,
                latentEpsilon,
                rope,
                scale,
                queryScale,
                gate,
                indexer,
                new Mask.Causal(),
                Latents.PLAIN,
                false);
    }

    /** The same attention with another indexer. */
    public LatentAttention with(Indexer other) {
        return with(rope, Optional.of(other), mask, latents);
    }

    /** The same attention with another mask. */
    public LatentAttention with(Mask other) {
        return with(rope, indexer, other, latents);
    }

    /** The same attention with other latent vectors. */
    public LatentAttention with(Latents other) {
        return with(rope, indexer, mask, other);
    }

    private LatentAttention with(
            Optional<Rope> otherRope, Optional<Indexer> otherIndexer, Mask otherMask, Latents otherLatents) {
        return new LatentAttention(
                heads,
                queryRank,
                latentRank,
                plainDim,
                rotaryDim,
                valueDim,
                biased,
                latentEpsilon,
                otherRope,
                scale,
                queryScale,
                gate,
                otherIndexer,
                otherMask,
                otherLatents,
                sinks);
    }

    /** Whether the layer chooses tokens by itself. */
    public boolean hasOwnIndexer() {
        return indexer.isPresent() && !indexer.get().shared();
    }

    /** Size of a head of queries and keys. */
    public int headDim() {
        return plainDim + rotaryDim;
    }

    @Override
    public int scoreHeads() {
        return heads;
    }

    /** The latent vector with the rotated part of the key, and the key of an indexer. */
    @Override
    public Optional<MixerCache> cache(int hiddenSize) {
        boolean choosesPools = indexer.isPresent() && indexer.get().pool() > 1;
        boolean choosesInWindow = indexer.isPresent() && !(mask instanceof Mask.Causal);
        if (choosesPools || choosesInWindow) {
            return Optional.empty();
        }
        MixerCache.PerToken latent = new MixerCache.PerToken(1, latentRank + rotaryDim, false);
        return hasOwnIndexer()
                ? MixerCache.ofTokens(
                        latent, new MixerCache.PerToken(1, indexer.orElseThrow().headDim(), true))
                : MixerCache.ofTokens(latent);
    }

    @Override
    public LatentAttention shape() {
        return with(rope.map(Rope::shape), indexer, new Mask.Causal(), latents);
    }

    /** Queries, keys and values of all heads: expanded, rotated, and in the rectangle. */
    @Override
    public long workingEntries() {
        return (long) heads * (4L * headDim() + 2L * plainDim + 4L * valueDim);
    }
}
