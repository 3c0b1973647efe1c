package io.gatehouse.engine;

import io.gatehouse.checkpoint.AttentionBias;
import io.gatehouse.checkpoint.ModelConfig;
import io.gatehouse.checkpoint.QkNorm;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Split;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Causal self-attention with rotary positions over packed tokens. */
final class AttentionBlock {
    private static final float MASKED = -1e30f;

    private final Ops tf;
    private final Blocks blocks;
    private final ModelConfig config;
    private final Operand<TInt32> padded;
    private final Operand<TInt32> packed;
    private final Operand<TFloat32> cosine;
    private final Operand<TFloat32> sine;
    private final Operand<TFloat32> mask;

    AttentionBlock(
            Ops tf, ModelConfig config, Operand<TInt32> positions, Operand<TInt32> padded, Operand<TInt32> packed) {
        this.tf = tf;
        this.blocks = new Blocks(tf);
        this.config = config;
        this.padded = padded;
        this.packed = packed;
        Operand<TFloat32> angles = angles(positions);
        this.cosine = tf.math.cos(angles);
        this.sine = tf.math.sin(angles);
        this.mask = causalMask();
    }

    /** Attention output [T, hidden] for normed input x [T, hidden]. */
    Operand<TFloat32> build(Operand<TFloat32> x, Weights weights) {
        long hidden = config.hiddenSize();
        long queryWidth = (long) config.heads() * config.headDim();
        long keyWidth = (long) config.keyValueHeads() * config.headDim();
        Operand<TFloat32> query = linear(x, "q_proj", queryWidth, hidden, weights);
        Operand<TFloat32> key = linear(x, "k_proj", keyWidth, hidden, weights);
        Operand<TFloat32> value = linear(x, "v_proj", keyWidth, hidden, weights);
        if (config.qkNorm() == QkNorm.PROJECTION) {
            query = norm(query, weights.declare(WeightSpec.vector("self_attn.q_norm.weight", queryWidth)));
            key = norm(key, weights.declare(WeightSpec.vector("self_attn.k_norm.weight", keyWidth)));
        }
        Operand<TFloat32> context = core(
                rotate(heads(clip(query), config.heads())),
                repeatKeyValue(rotate(heads(clip(key), config.keyValueHeads()))),
                repeatKeyValue(heads(clip(value), config.keyValueHeads())));
        return linear(context, "o_proj", hidden, queryWidth, weights);
    }

    private Operand<TFloat32> linear(Operand<TFloat32> x, String name, long out, long in, Weights weights) {
        String prefix = "self_attn." + name;
        Operand<TFloat32> product = blocks.project(x, weights.declare(WeightSpec.matrix(prefix + ".weight", out, in)));
        boolean biased = name.equals("o_proj")
                ? config.attentionBias() == AttentionBias.ALL
                : config.attentionBias() != AttentionBias.NONE;
        return biased ? tf.math.add(product, weights.declare(WeightSpec.vector(prefix + ".bias", out))) : product;
    }

    private Operand<TFloat32> norm(Operand<TFloat32> x, Operand<TFloat32> weight) {
        return blocks.rmsNorm(x, weight, config.rmsNormEps());
    }

    private Operand<TFloat32> clip(Operand<TFloat32> x) {
        return config.clipQkv()
                .<Operand<TFloat32>>map(limit -> tf.clipByValue(x, tf.constant(-limit), tf.constant((float) limit)))
                .orElse(x);
    }

    /** [T, heads x dim] to [T, heads, dim]. */
    private Operand<TFloat32> heads(Operand<TFloat32> x, int heads) {
        return tf.reshape(x, tf.constant(new int[] {-1, heads, config.headDim()}));
    }

    /** Rotates each pair (x[i], x[i + dim/2]) by position x theta^(-2i/dim) (Su et al., 2021, half layout). */
    private Operand<TFloat32> rotate(Operand<TFloat32> x) {
        Split<TFloat32> halves = tf.split(tf.constant(2), x, 2L);
        Operand<TFloat32> first = halves.output().get(0);
        Operand<TFloat32> second = halves.output().get(1);
        return tf.concat(
                List.of(
                        tf.math.sub(tf.math.mul(first, cosine), tf.math.mul(second, sine)),
                        tf.math.add(tf.math.mul(second, cosine), tf.math.mul(first, sine))),
                tf.constant(2));
    }

    /** [T, 1, dim/2] angles of rotation. */
    private Operand<TFloat32> angles(Operand<TInt32> positions) {
        double[] exact = config.rope().frequencies(config.headDim(), 0);
        float[] frequencies = new float[exact.length];
        for (int i = 0; i < exact.length; i++) {
            frequencies[i] = (float) exact[i];
        }
        Operand<TFloat32> column =
                tf.reshape(tf.dtypes.cast(positions, TFloat32.class), tf.constant(new int[] {-1, 1, 1}));
        return tf.math.mul(column, tf.constant(frequencies));
    }

    /** [S, S]: 0 where a query may look at a key, a large negative number where the key is later. */
    private Operand<TFloat32> causalMask() {
        Operand<TInt32> width = tf.gather(tf.shape(padded), tf.constant(1), tf.constant(0));
        Operand<TInt32> range = tf.range(tf.constant(0), width, tf.constant(1));
        Operand<TInt32> query = tf.expandDims(range, tf.constant(1));
        Operand<TInt32> key = tf.expandDims(range, tf.constant(0));
        Operand<TFloat32> later = tf.dtypes.cast(tf.math.greater(key, query), TFloat32.class);
        return tf.math.mul(later, tf.constant(MASKED));
    }

    /** With fewer key-value heads than heads each serves several neighbouring heads: repeats it for them. */
    private Operand<TFloat32> repeatKeyValue(Operand<TFloat32> x) {
        int group = config.heads() / config.keyValueHeads();
        if (group == 1) {
            return x;
        }
        int[] source =
                IntStream.range(0, config.heads()).map(head -> head / group).toArray();
        return tf.gather(x, tf.constant(source), tf.constant(1));
    }

    /** softmax(q k^T / sqrt(dim) + mask) v in the padded rectangle, back to [T, heads x dim]. */
    private Operand<TFloat32> core(Operand<TFloat32> query, Operand<TFloat32> key, Operand<TFloat32> value) {
        float scale = (float) (1 / Math.sqrt(config.headDim()));
        Operand<TFloat32> scores = batchMatMul(rectangle(query), rectangle(key), true);
        Operand<TFloat32> probabilities = tf.nn.softmax(tf.math.add(tf.math.mul(scores, tf.constant(scale)), mask));
        Operand<TFloat32> context = batchMatMul(probabilities, rectangle(value), false);
        Operand<TFloat32> flat = tf.reshape(
                tf.linalg.transpose(context, tf.constant(new int[] {0, 2, 1, 3})),
                tf.constant(new int[] {-1, config.heads() * config.headDim()}));
        return blocks.rows(flat, packed);
    }

    /** [T, heads, dim] to [B, heads, S, dim]. */
    private Operand<TFloat32> rectangle(Operand<TFloat32> x) {
        return tf.linalg.transpose(blocks.rows(x, padded), tf.constant(new int[] {0, 2, 1, 3}));
    }

    /** BatchMatMulV2 by name: it is the one oneDNN accelerates, and the Java API only offers V3. */
    private Operand<TFloat32> batchMatMul(Operand<TFloat32> x, Operand<TFloat32> y, boolean transposeY) {
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
