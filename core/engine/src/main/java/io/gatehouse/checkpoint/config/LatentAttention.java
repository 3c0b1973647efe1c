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
 * @param rotaryDim entries of a query or key that are rotated
 * @param valueDim size of a head of values
 * @param biased whether the projections to latent vectors and the output projection add biases
 * @param latentEpsilon of the norms of the latent vectors
 * @param rope none in models whose latent attention has no positions
 * @param scale of the scores
 * @param gate none, one number for each head, or {@link OutputGate#SIGMOID_OF_QUERY}: then queries are made of the latent
 *     vector with and without norm, and each head's query is followed by the logits of a gate for each entry of its output
 * @param indexer what chooses the tokens that a token sees; it sees all before it if absent
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
        Optional<Indexer> indexer)
        implements Mixer {
    /** Epsilon of the norms of latent vectors where a family's code does not take it from the config. */
    public static final float LATENT_EPSILON = 1e-6f;

    /**
     * The indexer of sparse attention (DeepSeek-V3.2): a token sees the {@code topK} tokens before it with the largest
     * sum over its heads of w_h relu(q_h k).
     *
     * @param headDim size of a query, and of the one key
     * @param layout of the rotated entries, which are the first {@code rotaryDim}
     * @param shared whether the layer sees the tokens that the last layer with an indexer of its own chose, and has none
     */
    public record Indexer(int heads, int headDim, int topK, Rope.Layout layout, boolean shared) {
        public Indexer {
            requireNonNull(layout, "layout is null");
            if (heads < 1 || headDim < 1 || topK < 1) {
                throw new IllegalArgumentException(
                        "The sizes of an indexer must be positive: %d heads of size %d, top %d"
                                .formatted(heads, headDim, topK));
            }
        }
    }

    public LatentAttention {
        requireNonNull(queryRank, "queryRank is null");
        requireNonNull(rope, "rope is null");
        requireNonNull(queryScale, "queryScale is null");
        requireNonNull(gate, "gate is null");
        requireNonNull(indexer, "indexer is null");
        if (heads < 1 || latentRank < 1 || plainDim < 1 || rotaryDim < 1 || valueDim < 1) {
            throw new IllegalArgumentException("A size of %d heads, rank %d, %d + %d and %d is not positive"
                    .formatted(heads, latentRank, plainDim, rotaryDim, valueDim));
        }
        if (gate != OutputGate.NONE && gate != OutputGate.SIGMOID_HEAD && gate != OutputGate.SIGMOID_OF_QUERY) {
            throw new IllegalArgumentException("Latent attention with a gate " + gate);
        }
        if (gate == OutputGate.SIGMOID_OF_QUERY && queryRank.isEmpty()) {
            throw new IllegalArgumentException("A gate of the query needs the latent vector of queries");
        }
        if (indexer.isPresent() && (queryRank.isEmpty() || rope.isEmpty())) {
            throw new IllegalArgumentException("An indexer reads the latent vector of queries, and positions");
        }
    }

    /** The same attention with another indexer. */
    public LatentAttention with(Indexer other) {
        return new LatentAttention(
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
                Optional.of(other));
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
        MixerCache.PerToken latent = new MixerCache.PerToken(1, latentRank + rotaryDim, false);
        return hasOwnIndexer()
                ? MixerCache.ofTokens(
                        latent,
                        new MixerCache.PerToken(1, indexer.orElseThrow().headDim(), true))
                : MixerCache.ofTokens(latent);
    }

    @Override
    public LatentAttention shape() {
        return new LatentAttention(
                heads,
                queryRank,
                latentRank,
                plainDim,
                rotaryDim,
                valueDim,
                biased,
                latentEpsilon,
                rope.map(Rope::shape),
                scale,
                queryScale,
                gate,
                indexer);
    }

    /** Queries, keys and values of all heads: expanded, rotated, and in the rectangle. */
    @Override
    public long workingEntries() {
        return (long) heads * (4L * headDim() + 2L * plainDim + 4L * valueDim);
    }
}
