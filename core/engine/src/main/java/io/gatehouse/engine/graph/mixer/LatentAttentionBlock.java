package io.gatehouse.engine.graph.mixer;

import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.graph.op.Lanes;
import io.gatehouse.engine.graph.op.Linear;
import io.gatehouse.engine.graph.op.Rectangle;
import io.gatehouse.engine.graph.op.WeightSpec;
import io.gatehouse.engine.graph.op.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434, section 2.1), with the latent vectors expanded to the keys
 * and values of all heads, and the sparse attention of DeepSeek-V3.2, whose indexer chooses the tokens that a token sees.
 */
final class LatentAttentionBlock<A extends TFloating> implements MixerBlock {
    private static final float MASKED = -1e30f;

    private final Ops tf;
    private final Blocks blocks;
    private final LatentAttention mixer;
    private final int hidden;
    private final Class<A> type;
    private final Rectangle rectangle;
    private final LayerInputs inputs;
    private final List<Placeholder<? extends TFloating>> past;
    private final Optional<Cache<A>> cache;

    /**
     * What is kept of the tokens of each lane, in a step.
     *
     * @param entries [slots, 1, W, latent rank + rotated entries]
     * @param indexKeys [slots, 1, W, index size], where there is an indexer
     */
    private record Cache<A extends TFloating>(
            Lanes lanes, List<Placeholder<A>> entries, Optional<List<Placeholder<TFloat32>>> indexKeys) {
        List<Placeholder<? extends TFloating>> past() {
            return indexKeys.isPresent()
                    ? LaneAttention.laneAfterLane(List.of(entries, indexKeys.get()))
                    : List.copyOf(entries);
        }
    }

    /** @param prefixed whether prompts follow a prefix whose keys and values are fed, or texts their own past */
    LatentAttentionBlock(
            Ops tf,
            LatentAttention mixer,
            int hidden,
            Class<A> type,
            Rectangle rectangle,
            LayerInputs inputs,
            boolean prefixed) {
        this.tf = tf;
        this.blocks = new Blocks(tf);
        this.mixer = mixer;
        this.hidden = hidden;
        this.type = type;
        this.rectangle = rectangle;
        this.inputs = inputs;
        this.cache = inputs.lanes()
                .map(lanes -> new Cache<>(
                        lanes,
                        LaneAttention.placeholders(tf, lanes, type),
                        mixer.hasOwnIndexer()
                                ? Optional.of(LaneAttention.placeholders(tf, lanes, TFloat32.class))
                                : Optional.empty()));
        this.past = cache.isPresent() ? cache.get().past() : prefixed ? placeholders() : List.of();
    }

    private List<Placeholder<? extends TFloating>> placeholders() {
        List<Placeholder<? extends TFloating>> fed = new ArrayList<>();
        fed.add(tf.placeholder(type));
        fed.add(tf.placeholder(type));
        if (mixer.hasOwnIndexer()) {
            fed.add(tf.placeholder(TFloat32.class));
        }
        return List.copyOf(fed);
    }

    /** Keys and values of each token, and its key for the indexer if there is one. */
    @Override
    public List<Placeholder<? extends TFloating>> past() {
        return past;
    }

    @Override
    public Output build(Operand<TFloat32> x, Weights weights) {
        Linear<A> linear = new Linear<>(tf, "self_attn.", type, weights);
        int heads = mixer.heads();
        Query projected = query(linear, x);
        Latent latent = latent(linear, x);
        Operand<A> entries = blocks.cast(latent.whole(tf), type);
        if (cache.isPresent()) {
            return step(cache.get(), x, projected, latent, entries, linear);
        }
        int expandedDim = mixer.plainDim() + mixer.valueDim();
        Operand<TFloat32> expanded =
                linear.of(latent.shared(), "kv_b_proj", (long) heads * expandedDim, mixer.latentRank(), false);
        List<Operand<TFloat32>> keyValue =
                split(byHead(expanded, heads, expandedDim), mixer.plainDim(), mixer.valueDim());
        Operand<A> queries = queries(projected.query(), weights);
        Operand<A> keys = keys(keyValue.get(0), latent.rotated());
        Operand<A> values = blocks.cast(flat(keyValue.get(1), heads * mixer.valueDim()), type);
        List<Operand<? extends TFloating>> state =
                new ArrayList<>(List.of(rectangle.first(keys), rectangle.first(values)));
        List<Operand<? extends TFloating>> cached = new ArrayList<>(List.of(rectangle.first(entries)));
        Optional<Operand<TFloat32>> unseen = Optional.empty();
        if (mixer.hasOwnIndexer()) {
            LatentAttention.Indexer indexer = mixer.indexer().orElseThrow();
            Index index = index(indexer, x, projected.latent(), weights);
            unseen = Optional.of(unseen(index, indexer, weights));
            state.add(rectangle.first(index.keys()));
            cached.add(rectangle.first(index.keys()));
        } else if (mixer.indexer().isPresent()) {
            unseen = Optional.of(tf.identity(inputs.unseen()));
        }
        Operand<TFloat32> context = blocks.cast(attend(queries, keys, values, unseen, weights), TFloat32.class);
        return new Output(output(context, x, projected, linear), state, unseen, kept(latent), Optional.empty(), cached);
    }

    /** For later layers. */
    private Optional<Operand<TFloat32>> kept(Latent latent) {
        return mixer.latents().source() == LatentAttention.Source.KEPT
                ? Optional.of(latent.whole(tf))
                : Optional.empty();
    }

    private Operand<TFloat32> output(
            Operand<TFloat32> context, Operand<TFloat32> x, Query projected, Linear<A> linear) {
        return linear.of(
                gated(context, x, projected, linear),
                "o_proj",
                hidden,
                (long) mixer.heads() * mixer.valueDim(),
                mixer.biased());
    }

    /**
     * One token of each text, which looks at the latent vectors that the cache holds. Keys and values are never expanded
     * (DeepSeek-V2, section 2.1.2): q (U c) = (qᵀ U) c, and the sum over tokens is taken before the projection to values.
     *
     * @param entries [T, latent rank + rotated entries] of the tokens of the step
     */
    private Output step(
            Cache<A> step, Operand<TFloat32> x, Query projected, Latent latent, Operand<A> entries, Linear<A> linear) {
        int heads = mixer.heads();
        int rank = mixer.latentRank();
        int entry = rank + mixer.rotaryDim();
        long expanded = (long) heads * (mixer.plainDim() + mixer.valueDim());
        Operand<A> up =
                linear.weights().value(WeightSpec.matrix("self_attn.kv_b_proj.weight", expanded, rank, type), entries);
        Operand<A> byHead = tf.reshape(up, tf.constant(new int[] {heads, mixer.plainDim() + mixer.valueDim(), rank}));
        Operand<A> keyUp = tf.slice(byHead, tf.constant(new int[3]), tf.constant(new int[] {-1, mixer.plainDim(), -1}));
        Operand<A> valueUp = tf.slice(
                byHead, tf.constant(new int[] {0, mixer.plainDim(), 0}), tf.constant(new int[] {-1, mixer.valueDim(), -1
                }));
        Operand<A> queries =
                blocks.cast(flat(scaled(absorbed(projected.query(), keyUp), linear.weights()), heads * entry), type);
        Optional<Index> index = mixer.hasOwnIndexer()
                ? Optional.of(index(mixer.indexer().orElseThrow(), x, projected.latent(), linear.weights()))
                : Optional.empty();
        Optional<List<Operand<TFloat32>>> unseen = index.map(own -> unseen(step, own))
                .or(() -> mixer.indexer().map(shared -> unseenOfLayerBefore(step.lanes())));
        Operand<A> context = new LaneAttention<>(
                        tf, step.lanes(), new LaneAttention.Shape(1, heads, entry, entry), type)
                .attend(
                        queries,
                        entries,
                        entries,
                        step.entries(),
                        step.entries(),
                        mixer.sinks() ? Optional.of(sinks(linear.weights())) : Optional.empty(),
                        unseen);
        Operand<A> seen = tf.slice(
                tf.reshape(context, tf.constant(new int[] {-1, heads, entry})),
                tf.constant(new int[3]),
                tf.constant(new int[] {-1, -1, rank}));
        Operand<A> values = swapped(blocks.batchMatMul(swapped(seen), valueUp, false, true));
        List<Operand<? extends TFloating>> cached = new ArrayList<>(List.of(rectangle.first(entries)));
        index.ifPresent(own -> cached.add(rectangle.first(own.keys())));
        return new Output(
                output(blocks.cast(flat(values, heads * mixer.valueDim()), TFloat32.class), x, projected, linear),
                List.of(),
                unseen.map(this::joined),
                kept(latent),
                Optional.empty(),
                cached);
    }

    /**
     * [T, heads, latent rank + rotated entries] queries of the latent vectors.
     *
     * @param query [T, heads x dim]
     * @param keyUp [heads, plain entries, latent rank]
     */
    private Operand<TFloat32> absorbed(Operand<TFloat32> query, Operand<A> keyUp) {
        Operand<TFloat32> whole = byHead(query, mixer.heads(), mixer.headDim());
        if (mixer.rotaryDim() == 0) {
            return onLatent(whole, keyUp);
        }
        List<Operand<TFloat32>> parts = split(whole, mixer.plainDim(), mixer.rotaryDim());
        return tf.concat(List.of(onLatent(parts.get(0), keyUp), rotated(parts.get(1))), tf.constant(2));
    }

    private Operand<TFloat32> onLatent(Operand<TFloat32> plain, Operand<A> keyUp) {
        return blocks.cast(
                swapped(blocks.batchMatMul(swapped(blocks.cast(plain, type)), keyUp, false, false)), TFloat32.class);
    }

    /** [B, W + block] of each lane: 1 for the tokens that a token does not see because others score higher. */
    private List<Operand<TFloat32>> unseen(Cache<A> step, Index index) {
        LatentAttention.Indexer indexer = mixer.indexer().orElseThrow();
        int dim = indexer.headDim();
        LaneAttention<TFloat32> products = new LaneAttention<>(
                tf, step.lanes(), new LaneAttention.Shape(1, indexer.heads(), dim, dim), TFloat32.class);
        List<Operand<TFloat32>> unseen = new ArrayList<>();
        for (int i = 0; i < step.lanes().lanes().size(); i++) {
            Lanes.Lane lane = step.lanes().lanes().get(i);
            Operand<TInt32> texts = tf.gather(tf.shape(lane.rows()), tf.constant(0), tf.constant(0));
            Operand<TFloat32> scores = products.scores(
                    texts,
                    blocks.rows(index.queries(), lane.rows()),
                    blocks.rows(index.keys(), lane.rows()),
                    step.indexKeys().orElseThrow().get(i));
            Operand<TFloat32> weights = products.filled(tf.reshape(
                    blocks.rows(index.weights(), lane.rows()), tf.constant(new int[] {-1, 1, indexer.heads(), 1})));
            Operand<TFloat32> sum = tf.sum(tf.math.mul(weights, tf.nn.relu(scores)), tf.constant(new int[] {1, 2}));
            Operand<TFloat32> visible =
                    tf.math.add(sum, tf.math.mul(LaneAttention.hidden(tf, lane), tf.constant(MASKED)));
            unseen.add(tf.squeeze(
                    new TopTokens(tf).unseen(tf.expandDims(visible, tf.constant(1)), indexer.topK()),
                    Squeeze.axis(List.of(1L))));
        }
        return unseen;
    }

    /** What the layer before said of each lane, which stands lane after lane. */
    private List<Operand<TFloat32>> unseenOfLayerBefore(Lanes lanes) {
        List<Operand<TFloat32>> unseen = new ArrayList<>();
        Operand<TInt32> from = tf.constant(new int[] {0});
        for (Lanes.Lane lane : lanes.lanes()) {
            Operand<TFloat32> hidden = LaneAttention.hidden(tf, lane);
            Operand<TInt32> shape = tf.shape(hidden);
            Operand<TInt32> cells = tf.reshape(tf.size(hidden), tf.constant(new int[] {1}));
            unseen.add(tf.reshape(tf.slice(inputs.unseen(), from, cells), shape));
            from = tf.math.add(from, cells);
        }
        return unseen;
    }

    private Operand<TFloat32> joined(List<Operand<TFloat32>> lanes) {
        List<Operand<TFloat32>> flat = lanes.stream()
                .<Operand<TFloat32>>map(lane -> tf.reshape(lane, tf.constant(new int[] {-1})))
                .toList();
        return flat.size() == 1 ? flat.get(0) : tf.concat(flat, tf.constant(0));
    }

    /** [a, b, c] to [b, a, c]. */
    private Operand<A> swapped(Operand<A> x) {
        return tf.linalg.transpose(x, tf.constant(new int[] {1, 0, 2}));
    }

    /**
     * What keys and values are made of.
     *
     * @param shared [T, rank] normed
     * @param rotated [T, rotated entries] the part of all keys that is rotated, if there is one
     */
    private record Latent(Operand<TFloat32> shared, Optional<Operand<TFloat32>> rotated) {
        /** [T, rank + rotated entries]. */
        Operand<TFloat32> whole(Ops tf) {
            return rotated.<Operand<TFloat32>>map(keys -> tf.concat(List.of(shared, keys), tf.constant(1)))
                    .orElse(shared);
        }
    }

    private Latent latent(Linear<A> linear, Operand<TFloat32> x) {
        int rank = mixer.latentRank();
        int rotary = mixer.rotaryDim();
        if (mixer.latents().source() == LatentAttention.Source.SHARED) {
            return divided(tf.reshape(inputs.latents(), tf.constant(new int[] {-1, rank + rotary})));
        }
        Latent compressed = divided(linear.of(x, "kv_a_proj_with_mqa", (long) rank + rotary, hidden, mixer.biased()));
        Operand<TFloat32> normed =
                blocks.norm(compressed.shared(), latentNorm(), "self_attn.kv_a_layernorm", rank, linear.weights());
        return new Latent(
                rescaled(normed, rank),
                compressed.rotated().map(key -> flat(rotated(byHead(keyNormed(key, linear), 1, rotary)), rotary)));
    }

    private Latent divided(Operand<TFloat32> x) {
        if (mixer.rotaryDim() == 0) {
            return new Latent(x, Optional.empty());
        }
        List<Operand<TFloat32>> parts = split(x, mixer.latentRank(), mixer.rotaryDim());
        return new Latent(parts.get(0), Optional.of(parts.get(1)));
    }

    private Operand<TFloat32> keyNormed(Operand<TFloat32> key, Linear<A> linear) {
        return mixer.latents().keyNorm()
                ? blocks.norm(key, latentNorm(), "self_attn.k_rope_layernorm", mixer.rotaryDim(), linear.weights())
                : key;
    }

    private Operand<TFloat32> rescaled(Operand<TFloat32> latent, int rank) {
        return mixer.latents().rescaled() ? blocks.times(latent, (float) Math.sqrt((double) hidden / rank)) : latent;
    }

    /**
     * What is made of the input for queries.
     *
     * @param query [T, heads x dim]
     * @param latent [T, rank] normed
     * @param gate [T, heads x value size] logits
     */
    private record Query(
            Operand<TFloat32> query, Optional<Operand<TFloat32>> latent, Optional<Operand<TFloat32>> gate) {}

    private Query query(Linear<A> linear, Operand<TFloat32> x) {
        int heads = mixer.heads();
        int dim = mixer.headDim();
        if (mixer.queryRank().isEmpty()) {
            return new Query(
                    linear.of(x, "q_proj", (long) heads * dim, hidden, false), Optional.empty(), Optional.empty());
        }
        int rank = mixer.queryRank().getAsInt();
        Operand<TFloat32> latent = linear.of(x, "q_a_proj", rank, hidden, mixer.biased());
        Operand<TFloat32> normed =
                rescaled(blocks.norm(latent, latentNorm(), "self_attn.q_a_layernorm", rank, linear.weights()), rank);
        if (mixer.gate() != OutputGate.SIGMOID_OF_QUERY) {
            Operand<TFloat32> query = linear.of(normed, "q_b_proj", (long) heads * dim, rank, false);
            return new Query(query, Optional.of(normed), Optional.empty());
        }
        int both = dim + mixer.valueDim();
        Operand<TFloat32> fused = linear.of(
                tf.concat(List.of(normed, latent), tf.constant(1)), "q_b_proj", (long) heads * both, 2L * rank, false);
        List<Operand<TFloat32>> parts = split(byHead(fused, heads, both), dim, mixer.valueDim());
        return new Query(
                flat(parts.get(0), heads * dim),
                Optional.of(normed),
                Optional.of(flat(parts.get(1), heads * mixer.valueDim())));
    }

    private Norm latentNorm() {
        return Norm.rms(mixer.latentEpsilon());
    }

    /** [T, heads x dim], rotated and multiplied by the scale of the scores. */
    private Operand<A> queries(Operand<TFloat32> query, Weights weights) {
        Operand<TFloat32> byHead = byHead(query, mixer.heads(), mixer.headDim());
        return blocks.cast(flat(scaled(turned(byHead), weights), mixer.heads() * mixer.headDim()), type);
    }

    /** Queries [T, heads, size] multiplied by the scale of the scores. */
    private Operand<TFloat32> scaled(Operand<TFloat32> queries, Weights weights) {
        Operand<TFloat32> scaled = tf.math.mul(queries, tf.constant(mixer.scale()));
        return mixer.queryScale()
                .<Operand<TFloat32>>map(growth -> tf.math.mul(
                        scaled, blocks.factors(growth, inputs.positions(), "self_attn.", mixer.heads(), weights)))
                .orElse(scaled);
    }

    /** Queries [T, heads, dim] whose last entries are rotated. */
    private Operand<TFloat32> turned(Operand<TFloat32> queries) {
        if (mixer.rope().isEmpty()) {
            return queries;
        }
        List<Operand<TFloat32>> parts = split(queries, mixer.plainDim(), mixer.rotaryDim());
        return tf.concat(List.of(parts.get(0), rotated(parts.get(1))), tf.constant(2));
    }

    /** [T, heads x dim]: every head's own part, and the rotated part that all share. */
    private Operand<A> keys(Operand<TFloat32> plain, Optional<Operand<TFloat32>> shared) {
        Operand<TFloat32> whole = shared.<Operand<TFloat32>>map(rotated -> tf.concat(
                        List.of(plain, tf.tile(byHead(rotated, 1, mixer.rotaryDim()), tf.constant(new int[] {
                            1, mixer.heads(), 1
                        }))),
                        tf.constant(2)))
                .orElse(plain);
        return blocks.cast(flat(whole, mixer.heads() * mixer.headDim()), type);
    }

    private Operand<TFloat32> rotated(Operand<TFloat32> x) {
        return mixer.rope().map(rope -> rotate(x, rope.layout())).orElse(x);
    }

    /**
     * x [T, count, dim] with each pair turned by the angle of its position. The firsts of all pairs stand before the
     * seconds, however they stood before: queries and keys are multiplied entry by entry, so that their order is free.
     */
    private Operand<TFloat32> rotate(Operand<TFloat32> x, Rope.Layout layout) {
        Operand<TFloat32> cosine = tf.expandDims(inputs.cosine(), tf.constant(1));
        Operand<TFloat32> sine = tf.expandDims(inputs.sine(), tf.constant(1));
        int half = mixer.rotaryDim() / 2;
        Operand<TFloat32> first;
        Operand<TFloat32> second;
        if (layout == Rope.Layout.HALVES) {
            List<Operand<TFloat32>> halves = split(x, half, half);
            first = halves.get(0);
            second = halves.get(1);
        } else {
            Operand<TInt32> count = tf.gather(tf.shape(x), tf.constant(1), tf.constant(0));
            Operand<TFloat32> pairs =
                    tf.reshape(x, tf.stack(List.of(tf.constant(-1), count, tf.constant(half), tf.constant(2))));
            first = tf.gather(pairs, tf.constant(0), tf.constant(3));
            second = tf.gather(pairs, tf.constant(1), tf.constant(3));
        }
        return tf.concat(
                List.of(
                        tf.math.sub(tf.math.mul(first, cosine), tf.math.mul(second, sine)),
                        tf.math.add(tf.math.mul(second, cosine), tf.math.mul(first, sine))),
                tf.constant(2));
    }

    /**
     * What the indexer computes of each token, in fp32 in every plan: like a router, it chooses.
     *
     * @param queries [T, heads x dim]
     * @param keys [T, dim], or [T, 2 dim] with what pools are weighed by
     * @param weights [T, heads]
     */
    private record Index(Operand<TFloat32> queries, Operand<TFloat32> keys, Operand<TFloat32> weights) {}

    private Index index(
            LatentAttention.Indexer indexer, Operand<TFloat32> x, Optional<Operand<TFloat32>> latent, Weights weights) {
        Linear<TFloat32> linear = new Linear<>(tf, "self_attn.indexer.", TFloat32.class, weights);
        int dim = indexer.headDim();
        Norm norm = new Norm(Norm.Kind.LAYER_WITH_BIAS, indexer.epsilon());
        Operand<TFloat32> read = indexer.ofInput()
                ? blocks.norm(x, norm, "self_attn.indexer.q_input_norm", hidden, weights)
                : latent.orElseThrow();
        long rank = indexer.ofInput() ? hidden : mixer.queryRank().orElseThrow();
        Operand<TFloat32> projected = linear.of(read, "wq_b", (long) indexer.heads() * dim, rank, false);
        Operand<TFloat32> queries = indexer.queryScale()
                .<Operand<TFloat32>>map(growth -> flat(
                        tf.math.mul(
                                byHead(projected, indexer.heads(), dim),
                                blocks.factors(
                                        growth, inputs.positions(), "self_attn.indexer.", indexer.heads(), weights)),
                        indexer.heads() * dim))
                .orElse(projected);
        Operand<TFloat32> keys =
                blocks.norm(linear.of(x, "wk", dim, hidden, false), norm, "self_attn.indexer.k_norm", dim, weights);
        Operand<TFloat32> scale = tf.constant((float) (1 / Math.sqrt((double) indexer.heads() * dim)));
        Operand<TFloat32> turned = rotatedFirst(keys, 1, indexer);
        return new Index(
                rotatedFirst(queries, indexer.heads(), indexer),
                indexer.pool() == 1
                        ? turned
                        : tf.concat(List.of(turned, linear.of(x, "pool_gate", dim, hidden, false)), tf.constant(1)),
                tf.math.mul(linear.of(x, "weights_proj", indexer.heads(), hidden, false), scale));
    }

    /** [T, count x dim] with some entries of each head rotated, in a layer with positions; these come first. */
    private Operand<TFloat32> rotatedFirst(Operand<TFloat32> x, int count, LatentAttention.Indexer indexer) {
        if (mixer.rope().isEmpty()) {
            return x;
        }
        int dim = indexer.headDim();
        int plain = dim - mixer.rotaryDim();
        boolean last = indexer.rotatesLast();
        List<Operand<TFloat32>> parts =
                split(byHead(x, count, dim), last ? plain : mixer.rotaryDim(), last ? mixer.rotaryDim() : plain);
        Operand<TFloat32> rotated = rotate(parts.get(last ? 1 : 0), indexer.layout());
        return flat(tf.concat(List.of(rotated, parts.get(last ? 0 : 1)), tf.constant(2)), count * dim);
    }

    /** [B, S, P + S]: 1 for the tokens that a token does not see because others score higher, 0 for those it sees. */
    private Operand<TFloat32> unseen(Index index, LatentAttention.Indexer indexer, Weights weights) {
        Operand<TInt32> width = rectangle.width();
        int columns = indexer.pool() == 1 ? indexer.headDim() : 2 * indexer.headDim();
        Operand<TFloat32> own = rectangle.of(index.keys());
        Operand<TFloat32> keys = past.isEmpty() ? own : tf.concat(List.of(pastIndexKeys(columns), own), tf.constant(1));
        Operand<TInt32> visible = tf.gather(tf.shape(keys), tf.constant(1), tf.constant(0));
        Operand<TInt32> before = tf.math.sub(visible, width);
        Operand<TFloat32> queries = rectangle.of(index.queries());
        Operand<TFloat32> headWeights = rectangle.of(index.weights());
        if (indexer.pool() > 1) {
            TokenPools pools = new TokenPools(tf, rectangle, indexer.pool(), visible);
            Operand<TFloat32> scores = scores(
                    queries,
                    headWeights,
                    pools.keys(
                            keys,
                            indexer.headDim(),
                            weights.value(WeightSpec.matrix(
                                    "self_attn.indexer.pool_positions",
                                    indexer.pool(),
                                    indexer.headDim(),
                                    TFloat32.class))),
                    indexer);
            return pools.unseen(scores, indexer.topK());
        }
        Operand<TFloat32> scores = tf.math.add(
                scores(queries, headWeights, keys, indexer),
                tf.math.mul(outside(width, visible, before), tf.constant(MASKED)));
        return new TopTokens(tf).unseen(scores, indexer.topK());
    }

    /**
     * [B, S, P + S] the sum over the indexer's heads, head after head: those of all heads at once would take as much memory
     * as the scores of the attention, or more.
     */
    private Operand<TFloat32> scores(
            Operand<TFloat32> queries,
            Operand<TFloat32> weights,
            Operand<TFloat32> keys,
            LatentAttention.Indexer indexer) {
        Operand<TFloat32> sum = tf.constant(0f);
        for (int head = 0; head < indexer.heads(); head++) {
            Ops after = tf.withControlDependencies(List.<Op>of(sum));
            Operand<TFloat32> query = after.slice(
                    queries,
                    tf.constant(new int[] {0, 0, head * indexer.headDim()}),
                    tf.constant(new int[] {-1, -1, indexer.headDim()}));
            Operand<TFloat32> weight =
                    tf.slice(weights, tf.constant(new int[] {0, 0, head}), tf.constant(new int[] {-1, -1, 1}));
            Operand<TFloat32> score = tf.nn.relu(blocks.batchMatMul(query, keys, false, true));
            sum = tf.math.add(sum, tf.math.mul(weight, score));
        }
        return sum;
    }

    /** [B, P, dim]. */
    @SuppressWarnings("unchecked") // declared with this type
    private Operand<TFloat32> pastIndexKeys(int dim) {
        Operand<TFloat32> fed = (Operand<TFloat32>) past.get(2);
        Operand<TInt32> length = tf.gather(tf.shape(fed), tf.constant(0), tf.constant(0));
        return tf.broadcastTo(tf.expandDims(fed, tf.constant(0)), dims(rectangle.batch(), length, tf.constant(dim)));
    }

    /** [S, keys] 1 where a key stands after a query or before its window, 0 else. */
    private Operand<TFloat32> outside(Operand<TInt32> width, Operand<TInt32> keys, Operand<TInt32> before) {
        Operand<TInt32> query = tf.expandDims(tf.math.add(range(width), before), tf.constant(1));
        Operand<TInt32> key = tf.expandDims(range(keys), tf.constant(0));
        Operand<TInt32> distance = tf.math.sub(query, key);
        return tf.dtypes.cast(
                tf.math.logicalOr(
                        tf.math.less(distance, tf.constant(0)), tf.math.greaterEqual(distance, inputs.window())),
                TFloat32.class);
    }

    /**
     * Context [T, heads x value size] of queries and keys [T, heads x size] and values [T, heads x value size].
     *
     * @param unseen [B, S, P + S] 1 for what a token does not see
     */
    private Operand<A> attend(
            Operand<A> queries, Operand<A> keys, Operand<A> values, Optional<Operand<TFloat32>> unseen, Weights layer) {
        Operand<TInt32> width = rectangle.width();
        Operand<A> query = rectangle(queries, mixer.headDim());
        Operand<TFloat32> own =
                blocks.cast(blocks.batchMatMul(query, rectangle(keys, mixer.headDim()), false, true), TFloat32.class);
        Operand<A> value = rectangle(values, mixer.valueDim());
        if (past.isEmpty()) {
            Operand<A> weights = blocks.cast(softmax(masked(own, width, tf.constant(0), unseen), layer), type);
            return packed(blocks.batchMatMul(weights, value, false, false));
        }
        Operand<TInt32> length = tf.gather(tf.shape(past.get(0)), tf.constant(0), tf.constant(0));
        Operand<TInt32> heads = tf.constant(mixer.heads());
        Operand<TInt32> rest = tf.constant(-1);
        Operand<A> allQueries = tf.reshape(query, tf.constant(new int[] {mixer.heads(), -1, mixer.headDim()}));
        Operand<TFloat32> onPast = blocks.cast(
                blocks.batchMatMul(allQueries, pastByHead(0, mixer.headDim()), false, true), TFloat32.class);
        Operand<TFloat32> scores = tf.concat(
                List.of(tf.reshape(onPast, dims(heads, rectangle.batch(), width, length)), own), tf.constant(3));
        Operand<A> weights =
                blocks.cast(softmax(masked(scores, tf.math.add(length, width), length, unseen), layer), type);
        Operand<TInt32> none = tf.constant(0);
        Operand<A> weightsOnPast = tf.slice(weights, dims(none, none, none, none), dims(rest, rest, rest, length));
        Operand<A> weightsOnOwn = tf.slice(weights, dims(none, none, none, length), dims(rest, rest, rest, width));
        Operand<A> fromPast = blocks.batchMatMul(
                tf.reshape(weightsOnPast, dims(heads, rest, length)), pastByHead(1, mixer.valueDim()), false, false);
        Operand<A> fromOwn = blocks.batchMatMul(weightsOnOwn, value, false, false);
        return packed(tf.math.add(fromOwn, tf.reshape(fromPast, tf.shape(fromOwn))));
    }

    private Operand<TFloat32> sinks(Weights weights) {
        return weights.value(WeightSpec.vector("self_attn.sinks", mixer.heads()));
    }

    /** Probabilities of scores [heads, B, S, keys]. A sink takes part in the sum and is dropped. */
    private Operand<TFloat32> softmax(Operand<TFloat32> scores, Weights weights) {
        if (!mixer.sinks()) {
            return tf.nn.softmax(scores);
        }
        Operand<TFloat32> sinks = sinks(weights);
        Operand<TFloat32> column = tf.broadcastTo(
                tf.reshape(sinks, tf.constant(new int[] {-1, 1, 1, 1})),
                dims(tf.constant(mixer.heads()), rectangle.batch(), rectangle.width(), tf.constant(1)));
        Operand<TFloat32> all = tf.nn.softmax(tf.concat(List.of(scores, column), tf.constant(3)));
        return tf.slice(all, tf.constant(new int[4]), tf.shape(scores));
    }

    /** Scores [heads, B, S, keys], where a key out of sight has next to no weight. */
    private Operand<TFloat32> masked(
            Operand<TFloat32> scores,
            Operand<TInt32> keys,
            Operand<TInt32> before,
            Optional<Operand<TFloat32>> unseen) {
        Operand<TFloat32> outside = outside(rectangle.width(), keys, before);
        Operand<TFloat32> out = unseen.isPresent() ? tf.math.maximum(unseen.get(), outside) : outside;
        return tf.math.add(scores, tf.math.mul(out, tf.constant(MASKED)));
    }

    /** Multiplied by the sigmoid gate of each head, or of each entry. */
    private Operand<TFloat32> gated(Operand<TFloat32> context, Operand<TFloat32> x, Query query, Linear<A> linear) {
        if (query.gate().isPresent()) {
            return tf.math.mul(context, tf.math.sigmoid(query.gate().get()));
        }
        if (mixer.gate() == OutputGate.NONE) {
            return context;
        }
        if (mixer.gate() == OutputGate.SIGMOID) {
            long width = (long) mixer.heads() * mixer.valueDim();
            return tf.math.mul(context, tf.math.sigmoid(linear.of(x, "output_gate", width, hidden, false)));
        }
        Operand<TFloat32> gate = tf.math.sigmoid(linear.of(x, "output_gate", mixer.heads(), hidden, false));
        Operand<TFloat32> heads = byHead(context, mixer.heads(), mixer.valueDim());
        return flat(tf.math.mul(heads, tf.expandDims(gate, tf.constant(2))), mixer.heads() * mixer.valueDim());
    }

    /** [T, heads x dim] to [heads, B, S, dim]. */
    private Operand<A> rectangle(Operand<A> x, int dim) {
        Operand<A> cells = tf.reshape(
                rectangle.of(x),
                dims(rectangle.batch(), rectangle.width(), tf.constant(mixer.heads()), tf.constant(dim)));
        return tf.linalg.transpose(cells, tf.constant(new int[] {2, 0, 1, 3}));
    }

    /** [heads, B, S, value size] to [T, heads x value size]. */
    private Operand<A> packed(Operand<A> context) {
        return rectangle.packed(
                tf.linalg.transpose(context, tf.constant(new int[] {1, 2, 0, 3})), mixer.heads() * mixer.valueDim());
    }

    /** Past keys or values [P, heads x dim] as [heads, P, dim]. */
    @SuppressWarnings("unchecked") // declared with this type
    private Operand<A> pastByHead(int index, int dim) {
        Operand<A> fed = (Operand<A>) past.get(index);
        return tf.linalg.transpose(byHead(fed, mixer.heads(), dim), tf.constant(new int[] {1, 0, 2}));
    }

    /** [T, count x dim] to [T, count, dim]. */
    private <T extends TFloating> Operand<T> byHead(Operand<T> x, int count, int dim) {
        return tf.reshape(x, tf.constant(new int[] {-1, count, dim}));
    }

    private <T extends TFloating> Operand<T> flat(Operand<T> x, int columns) {
        return tf.reshape(x, tf.constant(new int[] {-1, columns}));
    }

    /** Two parts along the last axis. */
    private List<Operand<TFloat32>> split(Operand<TFloat32> x, int first, int second) {
        return List.copyOf(tf.splitV(x, tf.constant(new int[] {first, second}), tf.constant(-1), 2L)
                .output());
    }

    private Operand<TInt32> range(Operand<TInt32> count) {
        return tf.range(tf.constant(0), count, tf.constant(1));
    }

    /** A shape some of whose sizes are known only when the graph runs. */
    @SafeVarargs
    @SuppressWarnings("varargs") // the array goes nowhere
    private Operand<TInt32> dims(Operand<TInt32>... sizes) {
        return tf.stack(List.of(sizes));
    }
}
