package io.gatehouse.engine.graph;

import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.ModelConfig;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Split;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * Causal self-attention with rotary positions over packed tokens: projections, norms, rotation, then
 * softmax(q k^T + mask) v, the one place where tokens see each other. Only there do they stand in a padded rectangle of
 * B prompts by S positions; padding is on the right, where the causal mask keeps it out of every real token.
 *
 * <p>The heads that share a key-value head stand one below the other as rows of one product: [key-value heads, B,
 * group x S, dim]. With a prefix, all rows of all prompts look at its one copy of keys and values in a second product,
 * and one softmax runs over both.
 */
public final class AttentionBlock<A extends TFloating> {
    private static final float MASKED = -1e30f;

    /**
     * Keys and values of tokens that stand before the first of every prompt.
     *
     * @param keys [P, key-value heads x head size]
     * @param values [P, key-value heads x head size]
     */
    public record Prefix<A extends TFloating>(Placeholder<A> keys, Placeholder<A> values) {}

    /**
     * @param states [T, hidden]
     * @param keys [T, key-value heads x head size], rotated
     * @param values [T, key-value heads x head size]
     */
    record Output<A extends TFloating>(Operand<TFloat32> states, Operand<A> keys, Operand<A> values) {}

    private final Ops tf;
    private final Blocks blocks;
    private final ModelConfig config;
    private final Class<A> type;
    private final LayerGraph.Inputs inputs;
    private final Optional<Prefix<A>> prefix;
    private final Operand<TFloat32> cosine;
    private final Operand<TFloat32> sine;
    private final Operand<TInt32> heads;
    private final Operand<TInt32> group;
    private final Operand<TInt32> dim;
    private final Operand<TInt32> one;
    private final Operand<TInt32> rest;
    private final Operand<TInt32> batch;
    private final Operand<TInt32> width;

    AttentionBlock(Ops tf, ModelConfig config, Class<A> type, LayerGraph.Inputs inputs, Optional<Prefix<A>> prefix) {
        this.tf = tf;
        this.blocks = new Blocks(tf);
        this.config = config;
        this.type = type;
        this.inputs = inputs;
        this.prefix = prefix;
        this.cosine = tf.expandDims(inputs.cosine(), tf.constant(1));
        this.sine = tf.expandDims(inputs.sine(), tf.constant(1));
        this.heads = tf.constant(config.keyValueHeads());
        this.group = tf.constant(config.heads() / config.keyValueHeads());
        this.dim = tf.constant(config.headDim());
        this.one = tf.constant(1);
        this.rest = tf.constant(-1);
        this.batch = tf.gather(tf.shape(inputs.padded()), tf.constant(0), tf.constant(0));
        this.width = tf.gather(tf.shape(inputs.padded()), tf.constant(1), tf.constant(0));
    }

    /** Attention for normed input x [T, hidden]. */
    Output<A> build(Operand<TFloat32> x, Weights weights) {
        boolean bias = config.attentionBias() != AttentionBias.NONE;
        int keyWidth = config.keyValueHeads() * config.headDim();
        int queryWidth = config.heads() * config.headDim();
        Operand<A> input = blocks.cast(x, type);
        Operand<TFloat32> query = project(input, "q_proj", queryWidth, config.hiddenSize(), bias, weights);
        Operand<TFloat32> key = project(input, "k_proj", keyWidth, config.hiddenSize(), bias, weights);
        Operand<TFloat32> value = project(input, "v_proj", keyWidth, config.hiddenSize(), bias, weights);
        Operand<TFloat32> scale = tf.constant((float) (1 / Math.sqrt(config.headDim())));
        // The scale goes into the angles: there are fewer of them than of products.
        Operand<A> queries = rotate(
                clip(norm(query, "q_norm", config.heads(), weights)),
                config.heads(),
                tf.math.mul(cosine, scale),
                tf.math.mul(sine, scale));
        Operand<A> keys = rotate(
                clip(norm(key, "k_norm", config.keyValueHeads(), weights)), config.keyValueHeads(), cosine, sine);
        Operand<A> values = blocks.cast(clip(value), type);
        Operand<A> context = attend(queries, keys, values);
        boolean outputBias = config.attentionBias() == AttentionBias.ALL;
        return new Output<>(
                project(context, "o_proj", config.hiddenSize(), queryWidth, outputBias, weights), keys, values);
    }

    private Operand<TFloat32> project(Operand<A> x, String name, long out, long in, boolean biased, Weights weights) {
        String tensor = "self_attn." + name;
        Operand<A> weight = weights.value(WeightSpec.matrix(tensor + ".weight", out, in, type), x);
        Operand<TFloat32> product = blocks.cast(blocks.project(x, weight), TFloat32.class);
        return biased ? tf.math.add(product, weights.value(WeightSpec.vector(tensor + ".bias", out))) : product;
    }

    private Operand<TFloat32> norm(Operand<TFloat32> x, String name, int count, Weights weights) {
        String tensor = "self_attn." + name + ".weight";
        return switch (config.qkNorm()) {
            case NONE -> x;
            case PROJECTION -> {
                WeightSpec<TFloat32> weight = WeightSpec.vector(tensor, (long) count * config.headDim());
                yield blocks.rmsNorm(x, weights.value(weight), config.rmsNormEps());
            }
            case HEAD -> {
                WeightSpec<TFloat32> weight = WeightSpec.vector(tensor, config.headDim());
                yield blocks.rmsNorm(splitHeads(x, count), weights.value(weight), config.rmsNormEps());
            }
        };
    }

    private Operand<TFloat32> clip(Operand<TFloat32> x) {
        return config.clipQkv()
                .<Operand<TFloat32>>map(limit -> tf.clipByValue(x, tf.constant(-limit), tf.constant((float) limit)))
                .orElse(x);
    }

    /** [T, count, dim]. */
    private Operand<TFloat32> splitHeads(Operand<TFloat32> x, int count) {
        return tf.reshape(x, tf.constant(new int[] {-1, count, config.headDim()}));
    }

    /**
     * [T, heads x dim]: rotates each pair (x[i], x[i + dim/2]) by the angle of its position (Su et al., 2021, half
     * layout).
     */
    private Operand<A> rotate(Operand<TFloat32> x, int count, Operand<TFloat32> cosine, Operand<TFloat32> sine) {
        Split<TFloat32> halves = tf.split(tf.constant(2), splitHeads(x, count), 2L);
        Operand<TFloat32> first = halves.output().get(0);
        Operand<TFloat32> second = halves.output().get(1);
        Operand<A> rotated = tf.concat(
                List.of(
                        blocks.cast(tf.math.sub(tf.math.mul(first, cosine), tf.math.mul(second, sine)), type),
                        blocks.cast(tf.math.add(tf.math.mul(second, cosine), tf.math.mul(first, sine)), type)),
                tf.constant(2));
        return tf.reshape(rotated, tf.constant(new int[] {-1, count * config.headDim()}));
    }

    /** Context [T, heads x dim] of scaled queries [T, heads x dim], keys and values [T, key-value heads x dim]. */
    private Operand<A> attend(Operand<A> queries, Operand<A> keys, Operand<A> values) {
        Operand<A> query = rectangle(queries, group);
        Operand<A> key = tf.reshape(rectangle(keys, one), dims(heads, batch, width, dim));
        Operand<A> value = tf.reshape(rectangle(values, one), dims(heads, batch, width, dim));
        Operand<TInt32> rowsOfEach = dims(heads, batch, tf.math.mul(group, width), rest);
        Operand<TFloat32> scores = masked(batchMatMul(tf.reshape(query, rowsOfEach), key, true), width, tf.constant(0));
        Operand<A> context = prefix.map(past -> withPrefix(past, query, scores, value, rowsOfEach))
                .orElseGet(() ->
                        batchMatMul(tf.reshape(blocks.cast(tf.nn.softmax(scores), type), rowsOfEach), value, false));
        return packed(context);
    }

    private Operand<A> withPrefix(
            Prefix<A> past, Operand<A> query, Operand<TFloat32> own, Operand<A> value, Operand<TInt32> rowsOfEach) {
        Operand<TInt32> length = tf.gather(tf.shape(past.keys()), tf.constant(0), tf.constant(0));
        Operand<TInt32> allRows = dims(heads, rest, dim);
        Operand<A> pastScores = batchMatMul(tf.reshape(query, allRows), byHead(past.keys()), true);
        Operand<A> probabilities = blocks.cast(
                tf.nn.softmax(
                        tf.concat(List.of(masked(pastScores, length, tf.math.neg(length)), own), tf.constant(-1))),
                type);
        Operand<A> onPast = columns(probabilities, tf.constant(0), length);
        Operand<A> onOwn = columns(probabilities, length, width);
        Operand<A> fromPast = batchMatMul(tf.reshape(onPast, dims(heads, rest, length)), byHead(past.values()), false);
        Operand<A> fromOwn = batchMatMul(tf.reshape(onOwn, rowsOfEach), value, false);
        return tf.math.add(fromOwn, tf.reshape(fromPast, tf.shape(fromOwn)));
    }

    /**
     * Scores as [key-value heads, B, group, S, keys], where a key out of sight has next to no weight.
     *
     * @param first position of the first key, where the first query of every prompt is at 0
     */
    private Operand<TFloat32> masked(Operand<A> scores, Operand<TInt32> keys, Operand<TInt32> first) {
        Operand<TInt32> query = tf.expandDims(range(width), tf.constant(1));
        Operand<TInt32> key = tf.expandDims(tf.math.add(range(keys), first), tf.constant(0));
        Operand<TInt32> distance = tf.math.sub(query, key);
        Operand<TFloat32> hidden = tf.dtypes.cast(
                tf.math.logicalOr(
                        tf.math.less(distance, tf.constant(0)), tf.math.greaterEqual(distance, inputs.window())),
                TFloat32.class);
        Operand<TFloat32> byGroup =
                tf.reshape(blocks.cast(scores, TFloat32.class), dims(heads, batch, group, width, keys));
        return tf.math.add(byGroup, tf.math.mul(hidden, tf.constant(MASKED)));
    }

    /** [T, heads x each x dim] to [key-value heads, B, each, S, dim]. */
    private Operand<A> rectangle(Operand<A> x, Operand<TInt32> each) {
        Operand<A> cells = tf.reshape(blocks.rows(x, inputs.padded()), dims(batch, width, heads, each, dim));
        return tf.linalg.transpose(cells, tf.constant(new int[] {2, 0, 3, 1, 4}));
    }

    /** [key-value heads, B, group x S, dim] to [T, heads x dim]. */
    private Operand<A> packed(Operand<A> context) {
        Operand<A> byPosition = tf.linalg.transpose(
                tf.reshape(context, dims(heads, batch, group, width, dim)), tf.constant(new int[] {1, 3, 0, 2, 4}));
        return blocks.rows(
                tf.reshape(byPosition, dims(rest, tf.math.mul(tf.math.mul(heads, group), dim))), inputs.packed());
    }

    /** [P, key-value heads x dim] to [key-value heads, P, dim]. */
    private Operand<A> byHead(Operand<A> x) {
        return tf.linalg.transpose(tf.reshape(x, dims(rest, heads, dim)), tf.constant(new int[] {1, 0, 2}));
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

    /** BatchMatMulV2 by name: it is the one oneDNN accelerates, and the Java API only offers V3. */
    private Operand<A> batchMatMul(Operand<A> x, Operand<A> y, boolean transposeY) {
        return tf.scope()
                .env()
                .opBuilder("BatchMatMulV2", tf.scope().makeOpName("BatchMatMulV2"), tf.scope())
                .addInput(x.asOutput())
                .addInput(y.asOutput())
                .setAttr("adj_x", false)
                .setAttr("adj_y", transposeY)
                .build()
                .output(0);
    }
}
