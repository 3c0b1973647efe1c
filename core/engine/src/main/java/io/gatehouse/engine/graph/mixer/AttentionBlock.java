package io.gatehouse.engine.graph.mixer;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.Mask;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.QkNorm;
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
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * Causal self-attention over packed tokens: projections, norms, rotation, then softmax(q k^T + mask) v, the one place
 * where tokens see each other. Only there do they stand in a padded rectangle of B prompts by S positions; padding is on
 * the right, where the causal mask keeps it out of every real token.
 *
 * <p>The heads that share a key-value head stand one below the other as rows of one product: [key-value heads, B,
 * group x S, dim]. With a prefix, all rows of all prompts look at its one copy of keys and values in a second product,
 * and one softmax runs over both.
 */
final class AttentionBlock<A extends TFloating> implements MixerBlock {
    private static final float MASKED = -1e30f;

    /**
     * Keys and values of tokens that stand before the first of every prompt.
     *
     * @param keys [P, key-value heads x head size], rotated
     * @param values [P, key-value heads x value size]
     * @param indexKeys [P, size], where an indexer chooses blocks of tokens
     */
    private record Prefix<A extends TFloating>(
            Placeholder<A> keys, Placeholder<A> values, Optional<Placeholder<TFloat32>> indexKeys) {}

    /**
     * What the heads see.
     *
     * @param context [T, heads x value size] before gate and output projection
     */
    record Attended<A extends TFloating>(Operand<A> context, List<Operand<? extends TFloating>> state) {
        Attended {
            state = List.copyOf(state);
        }
    }

    /** Keys [slots, key-value heads, W, head size] of each lane of a step, and values. */
    private record Cache<A extends TFloating>(Lanes lanes, List<Placeholder<A>> keys, List<Placeholder<A>> values) {}

    private final Ops tf;
    private final Blocks blocks;
    private final Attention attention;
    private final int hiddenSize;
    private final Class<A> type;
    private final LayerInputs inputs;
    private final Optional<Prefix<A>> prefix;
    private final Optional<Cache<A>> cache;
    private final Operand<TFloat32> cosine;
    private final Operand<TFloat32> sine;
    private final Operand<TInt32> heads;
    private final Operand<TInt32> group;
    private final Operand<TInt32> dim;
    private final Operand<TInt32> valueDim;
    private final Operand<TInt32> one;
    private final Operand<TInt32> rest;
    private final Operand<TInt32> batch;
    private final Operand<TInt32> width;

    /** @param prefixed whether prompts follow a prefix whose keys and values are fed, or texts their own past */
    AttentionBlock(Ops tf, Attention attention, int hiddenSize, Class<A> type, LayerInputs inputs, boolean prefixed) {
        this.tf = tf;
        this.blocks = new Blocks(tf);
        this.attention = attention;
        this.hiddenSize = hiddenSize;
        this.type = type;
        this.inputs = inputs;
        this.cache = inputs.lanes()
                .map(lanes -> new Cache<>(
                        lanes,
                        LaneAttention.placeholders(tf, lanes, type),
                        LaneAttention.placeholders(tf, lanes, type)));
        this.prefix = prefixed && cache.isEmpty()
                ? Optional.of(new Prefix<>(
                        tf.placeholder(type),
                        tf.placeholder(type),
                        attention.indexer().map(indexer -> tf.placeholder(TFloat32.class))))
                : Optional.empty();
        this.cosine = tf.expandDims(inputs.cosine(), tf.constant(1));
        this.sine = tf.expandDims(inputs.sine(), tf.constant(1));
        this.heads = tf.constant(attention.keyValueHeads());
        this.group = tf.constant(attention.heads() / attention.keyValueHeads());
        this.dim = tf.constant(attention.headDim());
        this.valueDim = tf.constant(attention.valueDim());
        this.one = tf.constant(1);
        this.rest = tf.constant(-1);
        this.batch = tf.gather(tf.shape(inputs.padded()), tf.constant(0), tf.constant(0));
        this.width = tf.gather(tf.shape(inputs.padded()), tf.constant(1), tf.constant(0));
    }

    @Override
    public List<Placeholder<? extends TFloating>> past() {
        if (cache.isPresent()) {
            return LaneAttention.laneAfterLane(
                    List.of(cache.get().keys(), cache.get().values()));
        }
        List<Placeholder<? extends TFloating>> fed = new ArrayList<>();
        prefix.ifPresent(past -> {
            fed.add(past.keys());
            fed.add(past.values());
            past.indexKeys().ifPresent(fed::add);
        });
        return List.copyOf(fed);
    }

    @Override
    public MixerBlock.Output build(Operand<TFloat32> x, Weights weights) {
        boolean bias = attention.bias() != AttentionBias.NONE;
        int keyHeads = attention.keyValueHeads();
        int queryWidth = attention.heads() * attention.headDim();
        Operand<A> input = blocks.cast(x, type);
        boolean gateOfQuery = attention.gate() == OutputGate.SIGMOID_OF_QUERY;
        Operand<TFloat32> projected =
                project(input, "q_proj", gateOfQuery ? 2 * queryWidth : queryWidth, hiddenSize, bias, weights);
        Operand<TFloat32> query = gateOfQuery ? half(projected, 0) : projected;
        Operand<TFloat32> key =
                project(input, "k_proj", (long) keyHeads * attention.headDim(), hiddenSize, bias, weights);
        Operand<TFloat32> value = attention.keysAreValues()
                ? key
                : project(input, "v_proj", (long) keyHeads * attention.valueDim(), hiddenSize, bias, weights);
        Attended<A> attended = attended(x, query, key, value, weights);
        Operand<A> context = gateOfQuery
                ? blocks.cast(
                        tf.math.mul(
                                blocks.cast(attended.context(), TFloat32.class), tf.math.sigmoid(half(projected, 1))),
                        type)
                : gated(attended.context(), input, weights);
        boolean outputBias = attention.bias() == AttentionBias.ALL;
        return new MixerBlock.Output(
                project(
                        context,
                        "o_proj",
                        hiddenSize,
                        (long) attention.heads() * attention.valueDim(),
                        outputBias,
                        weights),
                attended.state());
    }

    /**
     * What queries see of the keys and values that are projected of the same tokens.
     *
     * @param x [T, hidden] input of the block
     * @param query [T, heads x dim]
     * @param key [T, key-value heads x dim]
     * @param value [T, key-value heads x value size]
     */
    Attended<A> attended(
            Operand<TFloat32> x,
            Operand<TFloat32> query,
            Operand<TFloat32> key,
            Operand<TFloat32> value,
            Weights weights) {
        int keyHeads = attention.keyValueHeads();
        Operand<A> queries = queries(query, weights);
        List<Operand<TFloat32>> turnedKeys =
                rotated(clip(normedBefore(key, "k_norm", keyHeads, weights)), keyHeads, attention.headDim(), 1);
        Operand<A> keys = flat(
                normAfterRotation()
                        ? blocks.cast(normedAfter(joined(turnedKeys, TFloat32.class), "k_norm", weights), type)
                        : joined(turnedKeys, type),
                keyHeads * attention.headDim());
        Operand<A> values = blocks.cast(values(clip(value)), type);
        List<Operand<? extends TFloating>> state =
                new ArrayList<>(List.of(blocks.first(keys, inputs.tokens()), blocks.first(values, inputs.tokens())));
        Optional<Operand<TFloat32>> unseen = attention.indexer().map(indexer -> {
            Operand<TFloat32> indexKeys = indexed(x, "k", 1, indexer, weights);
            state.add(blocks.first(indexKeys, inputs.tokens()));
            return new BlockSparsity(
                            tf, indexer, keyHeads, new Rectangle(tf, inputs.padded(), inputs.packed(), inputs.tokens()))
                    .unseen(indexed(x, "q", keyHeads, indexer, weights), indexKeys, prefix.flatMap(Prefix::indexKeys));
        });
        Operand<A> context = cache.map(step -> step(step, queries, keys, values, weights))
                .orElseGet(() -> attend(queries, keys, values, unseen, weights));
        return new Attended<>(
                attention
                        .outputNorm()
                        .<Operand<A>>map(norm -> normed(context, norm, weights))
                        .orElse(context),
                state);
    }

    /** Each head of the context by itself. */
    private Operand<A> normed(Operand<A> context, Norm norm, Weights weights) {
        Operand<TFloat32> byHead =
                splitHeads(blocks.cast(context, TFloat32.class), attention.heads(), attention.valueDim());
        return flat(
                blocks.cast(blocks.norm(byHead, norm, "self_attn.o_norm", attention.valueDim(), weights), type),
                attention.heads() * attention.valueDim());
    }

    /** [T, count x size] normed and rotated queries or keys of the indexer, in fp32 in every plan: like a router, it chooses. */
    private Operand<TFloat32> indexed(
            Operand<TFloat32> x, String name, int count, Attention.BlockIndexer indexer, Weights weights) {
        int size = indexer.dim();
        Operand<TFloat32> projected = new Linear<>(tf, "self_attn.indexer.", TFloat32.class, weights)
                .of(x, name + "_proj", (long) count * size, hiddenSize, false);
        Operand<TFloat32> normed = blocks.norm(
                splitHeads(projected, count, size),
                indexer.norm(),
                "self_attn.indexer." + name + "_norm",
                size,
                weights);
        return flat(joined(rotated(normed, count, size, 1), TFloat32.class), count * size);
    }

    /** The first or the second half of each head of x [T, heads x 2 dim], [T, heads x dim]. */
    private Operand<TFloat32> half(Operand<TFloat32> x, int which) {
        Operand<TFloat32> byHead = splitHeads(x, attention.heads(), 2 * attention.headDim());
        return flat(
                entries(byHead, which * attention.headDim(), attention.headDim()),
                attention.heads() * attention.headDim());
    }

    /** Normed, rotated and scaled queries [T, heads x dim]. */
    private Operand<A> queries(Operand<TFloat32> query, Weights weights) {
        int count = attention.heads();
        boolean inAngles = attention.rope().isPresent()
                && attention.rope().get().dims() == attention.headDim()
                && !normAfterRotation();
        // The scale goes into the angles where it can: there are fewer of them than of products.
        List<Operand<TFloat32>> parts = rotated(
                clip(normedBefore(query, "q_norm", count, weights)),
                count,
                attention.headDim(),
                inAngles ? attention.scale() : 1);
        if (inAngles && attention.queryScale().isEmpty()) {
            return flat(joined(parts, type), count * attention.headDim());
        }
        Operand<TFloat32> turned = joined(parts, TFloat32.class);
        Operand<TFloat32> scaled = inAngles
                ? turned
                : blocks.times(
                        normAfterRotation() ? normedAfter(turned, "q_norm", weights) : turned, attention.scale());
        Operand<TFloat32> grown = attention
                .queryScale()
                .<Operand<TFloat32>>map(growth ->
                        tf.math.mul(scaled, blocks.factors(growth, inputs.positions(), "self_attn.", count, weights)))
                .orElse(scaled);
        return flat(blocks.cast(grown, type), count * attention.headDim());
    }

    /** [T, key-value heads x value size]. */
    private Operand<TFloat32> values(Operand<TFloat32> projected) {
        int count = attention.keyValueHeads();
        Operand<TFloat32> scaled = blocks.times(projected, attention.valueScale());
        return attention
                .valueNorm()
                .<Operand<TFloat32>>map(norm -> tf.reshape(
                        blocks.unweighted(
                                splitHeads(scaled, count, attention.valueDim()), attention.valueDim(), norm.epsilon()),
                        tf.constant(new int[] {-1, count * attention.valueDim()})))
                .orElse(scaled);
    }

    private Operand<A> gated(Operand<A> context, Operand<A> input, Weights weights) {
        OutputGate gate = attention.gate();
        if (gate == OutputGate.NONE) {
            return context;
        }
        int width = attention.heads() * (gate.isPerHead() ? 1 : attention.valueDim());
        Operand<TFloat32> product = project(input, "output_gate", width, hiddenSize, false, weights);
        Operand<TFloat32> logits = gate == OutputGate.SIGMOID_BIASED_BY_HEAD ? biasedByHead(product, weights) : product;
        Operand<TFloat32> factor = gate.isSigmoid() ? tf.math.sigmoid(logits) : tf.math.softplus(logits);
        Operand<TFloat32> wide = blocks.cast(context, TFloat32.class);
        Operand<TFloat32> gated = gate.isPerHead()
                ? tf.reshape(
                        tf.math.mul(
                                splitHeads(wide, attention.heads(), attention.valueDim()),
                                tf.expandDims(factor, tf.constant(2))),
                        tf.constant(new int[] {-1, attention.heads() * attention.valueDim()}))
                : tf.math.mul(wide, factor);
        return blocks.cast(gated, type);
    }

    /** x [T, heads x value size] plus a number for each head. */
    private Operand<TFloat32> biasedByHead(Operand<TFloat32> x, Weights weights) {
        Operand<TFloat32> bias = weights.value(WeightSpec.vector("self_attn.output_gate.bias", attention.heads()));
        return flat(
                tf.math.add(
                        splitHeads(x, attention.heads(), attention.valueDim()), tf.expandDims(bias, tf.constant(1))),
                attention.heads() * attention.valueDim());
    }

    private Operand<TFloat32> project(Operand<A> x, String name, long out, long in, boolean biased, Weights weights) {
        String tensor = "self_attn." + name;
        Operand<A> weight = weights.value(WeightSpec.matrix(tensor + ".weight", out, in, type), x);
        Operand<TFloat32> product = blocks.cast(blocks.project(x, weight), TFloat32.class);
        return biased ? tf.math.add(product, weights.value(WeightSpec.vector(tensor + ".bias", out))) : product;
    }

    private boolean normAfterRotation() {
        return attention.qkNorm().isPresent() && attention.qkNorm().get().afterRotation();
    }

    private Operand<TFloat32> normedBefore(Operand<TFloat32> x, String name, int count, Weights weights) {
        if (attention.qkNorm().isEmpty() || normAfterRotation()) {
            return x;
        }
        QkNorm norm = attention.qkNorm().get();
        int headDim = attention.headDim();
        return switch (norm.span()) {
            case PROJECTION -> blocks.norm(x, norm.norm(), "self_attn." + name, (long) count * headDim, weights);
            case HEAD -> blocks.norm(splitHeads(x, count, headDim), norm.norm(), "self_attn." + name, headDim, weights);
        };
    }

    /** @param x [T, count, dim] rotated */
    private Operand<TFloat32> normedAfter(Operand<TFloat32> x, String name, Weights weights) {
        return blocks.norm(
                x, attention.qkNorm().orElseThrow().norm(), "self_attn." + name, attention.headDim(), weights);
    }

    private Operand<TFloat32> clip(Operand<TFloat32> x) {
        return attention
                .clip()
                .<Operand<TFloat32>>map(limit -> tf.clipByValue(x, tf.constant(-limit), tf.constant((float) limit)))
                .orElse(x);
    }

    /** [T, count, size]. */
    private Operand<TFloat32> splitHeads(Operand<TFloat32> x, int count, int size) {
        return tf.reshape(x, tf.constant(new int[] {-1, count, size}));
    }

    private <T extends TFloating> Operand<T> flat(Operand<T> x, int width) {
        return tf.reshape(x, tf.constant(new int[] {-1, width}));
    }

    /**
     * Rotates each pair of entries by the angle of its position (Su et al., 2021), times a scale. Pairs that are stored
     * side by side come out in two halves: queries and keys alike, so that their products are the same.
     *
     * @param x [T, count x size]
     * @return parts [T, count, ...] of the heads, one after the other
     */
    private List<Operand<TFloat32>> rotated(Operand<TFloat32> x, int count, int size, float scale) {
        Operand<TFloat32> byHead = splitHeads(x, count, size);
        if (attention.rope().isEmpty()) {
            return List.of(byHead);
        }
        Rope rope = attention.rope().get();
        boolean whole = rope.dims() == size;
        Operand<TFloat32> turning = whole ? byHead : entries(byHead, 0, rope.dims());
        List<Operand<TFloat32>> pairs =
                rope.layout() == Rope.Layout.HALVES ? halves(turning) : sides(turning, count, rope.dims() / 2);
        Operand<TFloat32> first = pairs.get(0);
        Operand<TFloat32> second = pairs.get(1);
        Operand<TFloat32> cos = blocks.times(cosine, scale);
        Operand<TFloat32> sin = blocks.times(sine, scale);
        List<Operand<TFloat32>> parts = new ArrayList<>(List.of(
                tf.math.sub(tf.math.mul(first, cos), tf.math.mul(second, sin)),
                tf.math.add(tf.math.mul(second, cos), tf.math.mul(first, sin))));
        if (!whole) {
            parts.add(entries(byHead, rope.dims(), size - rope.dims()));
        }
        return parts;
    }

    private <T extends TFloating> Operand<T> joined(List<Operand<TFloat32>> parts, Class<T> as) {
        List<Operand<T>> cast =
                parts.stream().<Operand<T>>map(part -> blocks.cast(part, as)).toList();
        return cast.size() == 1 ? cast.get(0) : tf.concat(cast, tf.constant(2));
    }

    private List<Operand<TFloat32>> halves(Operand<TFloat32> x) {
        return List.copyOf(tf.split(tf.constant(2), x, 2L).output());
    }

    /** Even and odd entries of x [T, count, 2 x pairs], [T, count, pairs] each. */
    private List<Operand<TFloat32>> sides(Operand<TFloat32> x, int count, int pairs) {
        Operand<TFloat32> byPair = tf.reshape(x, tf.constant(new int[] {-1, count, pairs, 2}));
        return tf.split(tf.constant(3), byPair, 2L).output().stream()
                .<Operand<TFloat32>>map(side -> tf.reshape(side, tf.constant(new int[] {-1, count, pairs})))
                .toList();
    }

    private Operand<TFloat32> entries(Operand<TFloat32> x, int from, int size) {
        return tf.slice(x, tf.constant(new int[] {0, 0, from}), tf.constant(new int[] {-1, -1, size}));
    }

    /** The same for one token of each text, which looks at the cache of its text. */
    private Operand<A> step(Cache<A> step, Operand<A> queries, Operand<A> keys, Operand<A> values, Weights weights) {
        LaneAttention.Shape shape = new LaneAttention.Shape(
                attention.keyValueHeads(),
                attention.heads() / attention.keyValueHeads(),
                attention.headDim(),
                attention.valueDim());
        return new LaneAttention<>(tf, step.lanes(), shape, type)
                .attend(
                        queries,
                        keys,
                        values,
                        step.keys(),
                        step.values(),
                        attention.sinks() ? Optional.of(sinks(weights)) : Optional.empty(),
                        Optional.empty());
    }

    private Operand<TFloat32> sinks(Weights weights) {
        return weights.value(WeightSpec.vector("self_attn.sinks", attention.heads()));
    }

    /**
     * Context [T, heads x value size] of scaled queries [T, heads x dim], keys and values.
     *
     * @param unseen [key-value heads, B, 1, S, P + S] 1 for what a token does not see
     */
    private Operand<A> attend(
            Operand<A> queries,
            Operand<A> keys,
            Operand<A> values,
            Optional<Operand<TFloat32>> unseen,
            Weights weights) {
        Operand<A> query = rectangle(queries, group, dim);
        Operand<A> key = tf.reshape(rectangle(keys, one, dim), dims(heads, batch, width, dim));
        Operand<A> value = tf.reshape(rectangle(values, one, valueDim), dims(heads, batch, width, valueDim));
        Operand<TInt32> rowsOfEach = dims(heads, batch, tf.math.mul(group, width), rest);
        Operand<A> products = blocks.batchMatMul(tf.reshape(query, rowsOfEach), key, false, true);
        Operand<A> context = prefix.map(past -> withPrefix(past, query, products, value, rowsOfEach, unseen, weights))
                .orElseGet(() -> {
                    Operand<TFloat32> scores = without(masked(products, width, tf.constant(0), tf.constant(0)), unseen);
                    return blocks.batchMatMul(
                            tf.reshape(blocks.cast(softmax(scores, weights), type), rowsOfEach), value, false, false);
                });
        return packed(context);
    }

    private Operand<A> withPrefix(
            Prefix<A> past,
            Operand<A> query,
            Operand<A> ownProducts,
            Operand<A> value,
            Operand<TInt32> rowsOfEach,
            Optional<Operand<TFloat32>> unseen,
            Weights weights) {
        Operand<TInt32> length = tf.gather(tf.shape(past.keys()), tf.constant(0), tf.constant(0));
        Operand<TInt32> allRows = dims(heads, rest, dim);
        Operand<A> pastProducts = blocks.batchMatMul(tf.reshape(query, allRows), byHead(past.keys(), dim), false, true);
        Operand<TFloat32> scores = without(
                tf.concat(
                        List.of(
                                masked(pastProducts, length, tf.math.neg(length), length),
                                masked(ownProducts, width, tf.constant(0), length)),
                        tf.constant(-1)),
                unseen);
        Operand<A> probabilities = blocks.cast(softmax(scores, weights), type);
        Operand<A> onPast = columns(probabilities, tf.constant(0), length);
        Operand<A> onOwn = columns(probabilities, length, width);
        Operand<A> fromPast = blocks.batchMatMul(
                tf.reshape(onPast, dims(heads, rest, length)), byHead(past.values(), valueDim), false, false);
        Operand<A> fromOwn = blocks.batchMatMul(tf.reshape(onOwn, rowsOfEach), value, false, false);
        return tf.math.add(fromOwn, tf.reshape(fromPast, tf.shape(fromOwn)));
    }

    private Operand<TFloat32> without(Operand<TFloat32> scores, Optional<Operand<TFloat32>> unseen) {
        return unseen.<Operand<TFloat32>>map(hidden -> tf.math.add(scores, tf.math.mul(hidden, tf.constant(MASKED))))
                .orElse(scores);
    }

    /**
     * Probabilities of scores [key-value heads, B, group, S, keys]. A sink is one more logit for each head: it takes
     * part in the sum of the softmax and is dropped (gpt-oss).
     */
    private Operand<TFloat32> softmax(Operand<TFloat32> scores, Weights weights) {
        if (!attention.sinks()) {
            return tf.nn.softmax(scores);
        }
        Operand<TFloat32> sinks = sinks(weights);
        Operand<TFloat32> column = tf.broadcastTo(
                tf.reshape(sinks, dims(heads, one, group, one, one)), dims(heads, batch, group, width, one));
        Operand<TFloat32> all = tf.nn.softmax(tf.concat(List.of(scores, column), tf.constant(-1)));
        return tf.slice(all, tf.constant(new int[5]), tf.shape(scores));
    }

    /**
     * Scores as [key-value heads, B, group, S, keys], where a key out of sight has next to no weight.
     *
     * @param first position of the first key, where the first query of every prompt is at 0
     * @param start position of that query in its text
     */
    private Operand<TFloat32> masked(
            Operand<A> scores, Operand<TInt32> keys, Operand<TInt32> first, Operand<TInt32> start) {
        Operand<TInt32> query = tf.expandDims(range(width), tf.constant(1));
        Operand<TInt32> key = tf.expandDims(tf.math.add(range(keys), first), tf.constant(0));
        Operand<TInt32> distance = tf.math.sub(query, key);
        Operand<TBool> outside = tf.math.logicalOr(
                tf.math.less(distance, tf.constant(0)), tf.math.greaterEqual(distance, inputs.window()));
        if (attention.mask() instanceof Mask.Chunk chunk) {
            Operand<TInt32> size = tf.constant(chunk.size());
            outside = tf.math.logicalOr(
                    outside,
                    tf.math.notEqual(
                            tf.math.floorDiv(tf.math.add(query, start), size),
                            tf.math.floorDiv(tf.math.add(key, start), size)));
        }
        Operand<TFloat32> hidden = tf.dtypes.cast(outside, TFloat32.class);
        Operand<TFloat32> byGroup =
                tf.reshape(blocks.cast(scores, TFloat32.class), dims(heads, batch, group, width, keys));
        return tf.math.add(byGroup, tf.math.mul(hidden, tf.constant(MASKED)));
    }

    /** [T, heads x each x size] to [key-value heads, B, each, S, size]. */
    private Operand<A> rectangle(Operand<A> x, Operand<TInt32> each, Operand<TInt32> size) {
        Operand<A> cells = tf.reshape(blocks.rows(x, inputs.padded()), dims(batch, width, heads, each, size));
        return tf.linalg.transpose(cells, tf.constant(new int[] {2, 0, 3, 1, 4}));
    }

    /** [key-value heads, B, group x S, value size] to [T, heads x value size]. */
    private Operand<A> packed(Operand<A> context) {
        Operand<A> byPosition = tf.linalg.transpose(
                tf.reshape(context, dims(heads, batch, group, width, valueDim)),
                tf.constant(new int[] {1, 3, 0, 2, 4}));
        return blocks.rows(
                tf.reshape(byPosition, dims(rest, tf.math.mul(tf.math.mul(heads, group), valueDim))), inputs.packed());
    }

    /** [P, key-value heads x size] to [key-value heads, P, size]. */
    private Operand<A> byHead(Operand<A> x, Operand<TInt32> size) {
        return tf.linalg.transpose(tf.reshape(x, dims(rest, heads, size)), tf.constant(new int[] {1, 0, 2}));
    }

    private Operand<A> columns(Operand<A> x, Operand<TInt32> from, Operand<TInt32> count) {
        Operand<TInt32> none = tf.constant(0);
        return tf.slice(x, dims(none, none, none, none, from), dims(rest, rest, rest, rest, count));
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
