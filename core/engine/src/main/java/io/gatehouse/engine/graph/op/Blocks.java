package io.gatehouse.engine.graph.op;

import io.gatehouse.checkpoint.config.Activation;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.QueryScale;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.linalg.EuclideanNorm;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/** The small pieces of graph that attention, experts and head share. */
public final class Blocks {
    /**
     * Rows come in blocks of this many so that results have the same bits. A product of fewer rows takes another path
     * through the matrix library, which adds in another order. Where an operation works on packets of values, those that
     * do not fill a packet are computed by other instructions. In whole blocks, a row's result was measured not to depend
     * on other rows.
     */
    public static final int ROW_BLOCK = 16;

    private final Ops tf;

    public Blocks(Ops tf) {
        this.tf = tf;
    }

    /**
     * A norm over the last axis.
     *
     * @param x [..., size]
     * @param tensor name of the norm, under which its weight and bias stand
     */
    public Operand<TFloat32> norm(Operand<TFloat32> x, Norm norm, String tensor, long size, Weights weights) {
        Operand<TFloat32> normed = withoutGate(x, norm, tensor, size, weights);
        if (norm.gateRank() == 0) {
            return normed;
        }
        int rank = norm.gateRank();
        Operand<TFloat32> down =
                weights.value(WeightSpec.matrix(tensor + ".gate_down.weight", rank, size, TFloat32.class));
        Operand<TFloat32> up = weights.value(WeightSpec.matrix(tensor + ".gate_up.weight", size, rank, TFloat32.class));
        return tf.math.mul(normed, tf.math.sigmoid(project(silu(project(normed, down)), up)));
    }

    private Operand<TFloat32> withoutGate(Operand<TFloat32> x, Norm norm, String tensor, long size, Weights weights) {
        Norm.Kind kind = norm.kind();
        if (kind == Norm.Kind.RMS_OF_SCALED) {
            return unweighted(tf.math.mul(x, onePlusWeight(tensor, size, weights)), size, norm.epsilon());
        }
        boolean centred = kind == Norm.Kind.LAYER || kind == Norm.Kind.LAYER_WITH_BIAS;
        Operand<TFloat32> normed = unweighted(centred ? tf.math.sub(x, meanLast(x)) : x, size, norm.epsilon());
        if (!kind.hasWeight()) {
            return normed;
        }
        Operand<TFloat32> weight = kind == Norm.Kind.RMS_ONE_PLUS
                ? onePlusWeight(tensor, size, weights)
                : weights.value(WeightSpec.vector(tensor + ".weight", size));
        Operand<TFloat32> scaled = tf.math.mul(weight, normed);
        return kind.hasBias() ? tf.math.add(scaled, weights.value(WeightSpec.vector(tensor + ".bias", size))) : scaled;
    }

    private Operand<TFloat32> onePlusWeight(String tensor, long size, Weights weights) {
        return tf.math.add(weights.value(WeightSpec.vector(tensor + ".weight", size)), tf.constant(1f));
    }

    /** x / sqrt(mean(x^2) + epsilon) over the last axis. */
    public Operand<TFloat32> unweighted(Operand<TFloat32> x, long size, float epsilon) {
        Operand<TFloat32> length = tf.linalg.euclideanNorm(x, tf.constant(-1), EuclideanNorm.keepDims(true));
        Operand<TFloat32> meanSquare = tf.math.div(tf.math.square(length), tf.constant((float) size));
        Operand<TFloat32> scale = tf.math.rsqrt(tf.math.add(meanSquare, tf.constant(epsilon)));
        return tf.math.mul(x, scale);
    }

    private Operand<TFloat32> meanLast(Operand<TFloat32> x) {
        return tf.math.mean(x, tf.constant(-1), Mean.keepDims(true));
    }

    /**
     * What queries of positions [T] are multiplied with, [T, 1, 1] or [T, heads, 1].
     *
     * @param block name of the block that stored factors stand under
     */
    public Operand<TFloat32> factors(
            QueryScale growth, Operand<TInt32> positions, String block, int heads, Weights weights) {
        if (growth instanceof QueryScale.Steps steps) {
            Operand<TFloat32> position =
                    tf.dtypes.cast(tf.math.add(positions, tf.constant(steps.offset())), TFloat32.class);
            Operand<TFloat32> step = tf.math.floor(tf.math.div(position, tf.constant(steps.floor())));
            return tf.reshape(
                    tf.math.add(
                            tf.math.mul(tf.math.log(tf.math.add(step, tf.constant(1f))), tf.constant(steps.scale())),
                            tf.constant(1f)),
                    tf.constant(new int[] {-1, 1, 1}));
        }
        Operand<TFloat32> next = tf.dtypes.cast(tf.math.add(positions, tf.constant(1)), TFloat32.class);
        if (growth instanceof QueryScale.Power power) {
            Operand<TFloat32> base = tf.math.add(tf.math.div(next, tf.constant(power.length())), tf.constant(1f));
            return tf.reshape(
                    tf.math.exp(tf.math.mul(tf.math.log(base), tf.constant(power.exponent()))),
                    tf.constant(new int[] {-1, 1, 1}));
        }
        Operand<TFloat32> scale = weights.value(WeightSpec.vector(block + "query_scale.scale", heads));
        Operand<TFloat32> bias = weights.value(WeightSpec.vector(block + "query_scale.bias", heads));
        Operand<TFloat32> logarithm = tf.reshape(tf.math.log(next), tf.constant(new int[] {-1, 1}));
        return tf.reshape(tf.math.add(tf.math.mul(logarithm, scale), bias), tf.constant(new int[] {-1, heads, 1}));
    }

    /** cap × tanh(x / cap). */
    public Operand<TFloat32> softCapped(Operand<TFloat32> x, float cap) {
        return tf.math.mul(tf.math.tanh(tf.math.div(x, tf.constant(cap))), tf.constant(cap));
    }

    /** x × factor, or x itself where the factor is 1. */
    public Operand<TFloat32> times(Operand<TFloat32> x, float factor) {
        return factor == 1 ? x : tf.math.mul(x, tf.constant(factor));
    }

    /** x [T, in] times the transpose of weight [out, in]: checkpoints store a projection by its outputs. */
    public <T extends TFloating> Operand<T> project(Operand<T> x, Operand<T> weight) {
        return tf.linalg.matMul(x, weight, MatMul.transposeB(true));
    }

    /**
     * A feed-forward network down(activation(gate(x), up(x))) of rows x [R, width].
     *
     * @param before weights are widened only after it
     * @param prefix under which its projections stand: {@code gate_proj}, {@code up_proj} and {@code down_proj}
     */
    public <T extends TFloating> Operand<T> mlp(
            Operand<T> x, Mlp mlp, long width, Class<T> type, Op before, String prefix, Weights weights) {
        int size = mlp.size();
        Operand<T> inner;
        if (mlp.activation().isGated()) {
            // Gate and up are one weight. Its rows are split without a copy; columns of the product would be copied.
            Operand<T> gateUp = weights.value(
                    WeightSpec.stacked(prefix + "gate_proj.weight", prefix + "up_proj.weight", size, width, type),
                    before);
            var halves = tf.split(tf.constant(0), gateUp, 2L).output();
            Operand<T> gate = biased(project(x, halves.get(0)), mlp, prefix + "gate_proj", size, type, weights);
            Operand<T> up = biased(project(x, halves.get(1)), mlp, prefix + "up_proj", size, type, weights);
            inner = gated(gate, up, mlp.activation(), type);
        } else {
            Operand<T> up =
                    project(x, weights.value(WeightSpec.matrix(prefix + "up_proj.weight", size, width, type), before));
            inner = tf.math.square(tf.nn.relu(biased(up, mlp, prefix + "up_proj", size, type, weights)));
        }
        Operand<T> down = weights.value(WeightSpec.matrix(prefix + "down_proj.weight", width, size, type), before);
        return biased(project(inner, down), mlp, prefix + "down_proj", width, type, weights);
    }

    private <T extends TFloating> Operand<T> biased(
            Operand<T> x, Mlp mlp, String projection, long size, Class<T> type, Weights weights) {
        return mlp.biased()
                ? tf.math.add(x, cast(weights.value(WeightSpec.vector(projection + ".bias", size)), type))
                : x;
    }

    private <T extends TFloating> Operand<T> gated(
            Operand<T> gate, Operand<T> up, Activation activation, Class<T> type) {
        if (activation instanceof Activation.GeluGlu) {
            return tf.math.mul(geluTanh(gate, type), up);
        }
        if (activation instanceof Activation.ClampedSwiGlu clamped) {
            Operand<T> limited = atMost(gate, clamped.limit(), type);
            Operand<T> steep = tf.math.mul(limited, constant(clamped.alpha(), type));
            return tf.math.mul(
                    tf.math.mul(limited, tf.math.sigmoid(steep)),
                    tf.math.add(within(up, clamped.limit(), type), constant(1, type)));
        }
        if (activation instanceof Activation.SwiGluOfClamped clamped) {
            return tf.math.mul(silu(atMost(gate, clamped.limit(), type)), within(up, clamped.limit(), type));
        }
        if (activation instanceof Activation.SwiGluThenClamped clamped) {
            return tf.math.mul(atMost(silu(gate), clamped.limit(), type), within(up, clamped.limit(), type));
        }
        return tf.math.mul(silu(gate), up);
    }

    private <T extends TFloating> Operand<T> silu(Operand<T> x) {
        return tf.math.mul(x, tf.math.sigmoid(x));
    }

    /** x/2 × (1 + tanh(sqrt(2/π) (x + 0.044715 x³))) (Hendrycks and Gimpel, arXiv 1606.08415). */
    private <T extends TFloating> Operand<T> geluTanh(Operand<T> x, Class<T> type) {
        Operand<T> cube = tf.math.mul(tf.math.square(x), x);
        Operand<T> inner = tf.math.add(x, tf.math.mul(cube, constant(0.044715f, type)));
        Operand<T> tanh = tf.math.tanh(tf.math.mul(inner, constant((float) Math.sqrt(2 / Math.PI), type)));
        return tf.math.mul(tf.math.mul(x, constant(0.5f, type)), tf.math.add(tanh, constant(1, type)));
    }

    private <T extends TFloating> Operand<T> atMost(Operand<T> x, float limit, Class<T> type) {
        return tf.math.minimum(x, constant(limit, type));
    }

    private <T extends TFloating> Operand<T> within(Operand<T> x, float limit, Class<T> type) {
        return tf.math.maximum(atMost(x, limit, type), constant(-limit, type));
    }

    /** A number in the type of what it is computed with. */
    public <T extends TFloating> Operand<T> constant(float value, Class<T> type) {
        return cast(tf.constant(value), type);
    }

    /**
     * Products of the matrices in the last two axes; the other axes are broadcast. BatchMatMulV2 by name: it is the one
     * oneDNN accelerates, and the Java API only offers V3.
     */
    public <T extends TFloating> Operand<T> batchMatMul(
            Operand<T> x, Operand<T> y, boolean transposeX, boolean transposeY) {
        return tf.scope()
                .env()
                .opBuilder("BatchMatMulV2", tf.scope().makeOpName("BatchMatMulV2"), tf.scope())
                .addInput(x.asOutput())
                .addInput(y.asOutput())
                .setAttr("adj_x", transposeX)
                .setAttr("adj_y", transposeY)
                .build()
                .output(0);
    }

    /** x in another type, or x itself. */
    public <T extends TFloating> Operand<T> cast(Operand<? extends TFloating> x, Class<T> type) {
        if (x.type() == type) {
            @SuppressWarnings("unchecked") // just compared
            Operand<T> same = (Operand<T>) x;
            return same;
        }
        return tf.dtypes.cast(x, type);
    }

    /** Rows of x along its first axis. */
    public <T extends TType> Gather<T> rows(Operand<T> x, Operand<TInt32> indexes) {
        return tf.gather(x, indexes, tf.constant(0));
    }

    /** The first {@code count} rows of x [rows, columns]. */
    public <T extends TType> Operand<T> first(Operand<T> x, Operand<TInt32> count) {
        return tf.slice(x, tf.constant(new int[] {0, 0}), tf.stack(List.of(count, tf.constant(-1))));
    }

    /** Sum over the last axis, which is dropped. */
    public Operand<TFloat32> sumLast(Operand<TFloat32> x) {
        return tf.sum(x, tf.constant(-1));
    }

    /** Sum over the last axis, which stays with size 1. */
    public Operand<TFloat32> sumLastKept(Operand<TFloat32> x) {
        return tf.sum(x, tf.constant(-1), Sum.keepDims(true));
    }
}
