package io.gatehouse.engine.graph;

import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.ModelConfig;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Split;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * Causal self-attention with rotary positions over packed tokens: its projections, norms and rotation. What happens
 * between tokens is in {@link AttentionCore}.
 */
final class AttentionBlock<A extends TFloating> {
    private final Ops tf;
    private final Blocks blocks;
    private final ModelConfig config;
    private final Class<A> type;
    private final AttentionCore<A> core;
    private final Operand<TFloat32> cosine;
    private final Operand<TFloat32> sine;

    AttentionBlock(Ops tf, ModelConfig config, Class<A> type, LayerInputs inputs, AttentionCore<A> core) {
        this.tf = tf;
        this.blocks = new Blocks(tf);
        this.config = config;
        this.type = type;
        this.core = core;
        this.cosine = tf.expandDims(inputs.cosine(), tf.constant(1));
        this.sine = tf.expandDims(inputs.sine(), tf.constant(1));
    }

    /**
     * @param output [T, hidden]
     * @param keys [T, key-value heads x head size], rotated
     * @param values [T, key-value heads x head size]
     */
    record Attended<A extends TFloating>(Operand<TFloat32> output, Operand<A> keys, Operand<A> values) {}

    /** Attention for normed input x [T, hidden]. */
    Attended<A> build(Operand<TFloat32> x, Weights weights) {
        boolean bias = config.attentionBias() != AttentionBias.NONE;
        int keyWidth = config.keyValueHeads() * config.headDim();
        int queryWidth = config.heads() * config.headDim();
        Operand<A> input = blocks.cast(x, type);
        Operand<TFloat32> query = project(input, "q_proj", queryWidth, config.hiddenSize(), bias, weights);
        Operand<TFloat32> key = project(input, "k_proj", keyWidth, config.hiddenSize(), bias, weights);
        Operand<TFloat32> value = project(input, "v_proj", keyWidth, config.hiddenSize(), bias, weights);
        Operand<TFloat32> scale = tf.constant((float) (1 / Math.sqrt(config.headDim())));
        // The scale goes into the angles, of which there are fewer than of products.
        Operand<A> queries = rotate(
                clip(norm(query, "q_norm", config.heads(), weights)),
                config.heads(),
                tf.math.mul(cosine, scale),
                tf.math.mul(sine, scale));
        Operand<A> keys = rotate(
                clip(norm(key, "k_norm", config.keyValueHeads(), weights)), config.keyValueHeads(), cosine, sine);
        Operand<A> values = blocks.cast(clip(value), type);
        Operand<A> context = core.build(queries, keys, values);
        boolean outputBias = config.attentionBias() == AttentionBias.ALL;
        return new Attended<>(
                project(context, "o_proj", config.hiddenSize(), queryWidth, outputBias, weights), keys, values);
    }

    private Operand<TFloat32> project(Operand<A> x, String name, long out, long in, boolean biased, Weights weights) {
        String prefix = "self_attn." + name;
        Operand<A> weight = weights.value(WeightSpec.matrix(prefix + ".weight", out, in, type), x);
        Operand<TFloat32> product = blocks.cast(blocks.project(x, weight), TFloat32.class);
        return biased ? tf.math.add(product, weights.value(WeightSpec.vector(prefix + ".bias", out))) : product;
    }

    private Operand<TFloat32> norm(Operand<TFloat32> x, String name, int heads, Weights weights) {
        String tensor = "self_attn." + name + ".weight";
        return switch (config.qkNorm()) {
            case NONE -> x;
            case PROJECTION -> {
                WeightSpec<TFloat32> weight = WeightSpec.vector(tensor, (long) heads * config.headDim());
                yield blocks.rmsNorm(x, weights.value(weight), config.rmsNormEps());
            }
            case HEAD -> {
                WeightSpec<TFloat32> weight = WeightSpec.vector(tensor, config.headDim());
                yield blocks.rmsNorm(byHead(x, heads), weights.value(weight), config.rmsNormEps());
            }
        };
    }

    private Operand<TFloat32> clip(Operand<TFloat32> x) {
        return config.clipQkv()
                .<Operand<TFloat32>>map(limit -> tf.clipByValue(x, tf.constant(-limit), tf.constant((float) limit)))
                .orElse(x);
    }

    /** [T, heads, dim]. */
    private Operand<TFloat32> byHead(Operand<TFloat32> x, int heads) {
        return tf.reshape(x, tf.constant(new int[] {-1, heads, config.headDim()}));
    }

    /**
     * [T, heads x dim]: rotates each pair (x[i], x[i + dim/2]) by the angle of its position (Su et al., 2021, half
     * layout).
     */
    private Operand<A> rotate(Operand<TFloat32> x, int heads, Operand<TFloat32> cosine, Operand<TFloat32> sine) {
        Split<TFloat32> halves = tf.split(tf.constant(2), byHead(x, heads), 2L);
        Operand<TFloat32> first = halves.output().get(0);
        Operand<TFloat32> second = halves.output().get(1);
        Operand<A> byHead = tf.concat(
                List.of(
                        blocks.cast(tf.math.sub(tf.math.mul(first, cosine), tf.math.mul(second, sine)), type),
                        blocks.cast(tf.math.add(tf.math.mul(second, cosine), tf.math.mul(first, sine)), type)),
                tf.constant(2));
        return tf.reshape(byHead, tf.constant(new int[] {-1, heads * config.headDim()}));
    }
}
