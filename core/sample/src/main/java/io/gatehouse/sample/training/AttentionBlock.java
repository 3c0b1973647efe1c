package io.gatehouse.sample.training;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Causal self-attention of OLMoE: queries and keys are normed over the whole projection before heads are split. */
final class AttentionBlock {
    private final Ops tf;
    private final Dimensions dimensions;
    private final Variable<TFloat32> query;
    private final Variable<TFloat32> key;
    private final Variable<TFloat32> value;
    private final Variable<TFloat32> output;
    private final RmsNorm queryNorm;
    private final RmsNorm keyNorm;

    AttentionBlock(Ops tf, Dimensions dimensions, Parameters parameters, String prefix) {
        this.tf = tf;
        this.dimensions = dimensions;
        int hidden = dimensions.hidden();
        double deviation = 1 / Math.sqrt(hidden);
        query = parameters.normal(prefix + "q_proj", deviation, hidden, hidden);
        key = parameters.normal(prefix + "k_proj", deviation, hidden, hidden);
        value = parameters.normal(prefix + "v_proj", deviation, hidden, hidden);
        output = parameters.normal(prefix + "o_proj", deviation, hidden, hidden);
        queryNorm = new RmsNorm(tf, parameters.ones(prefix + "q_norm", hidden));
        keyNorm = new RmsNorm(tf, parameters.ones(prefix + "k_norm", hidden));
    }

    /** Tokens {@code [B*S, D]} in, the same shape out. */
    Operand<TFloat32> apply(Operand<TFloat32> x, Positions positions) {
        Operand<TFloat32> q = positions.rotate(heads(queryNorm.apply(tf.linalg.matMul(x, query)), positions));
        Operand<TFloat32> k = positions.rotate(heads(keyNorm.apply(tf.linalg.matMul(x, key)), positions));
        Operand<TFloat32> v = heads(tf.linalg.matMul(x, value), positions);
        Operand<TFloat32> scores =
                tf.math.mul(batchMatMul(q, k, true), tf.constant((float) (1 / Math.sqrt(dimensions.headDim()))));
        Operand<TFloat32> attention = tf.nn.softmax(tf.math.add(scores, positions.causalMask()));
        Operand<TFloat32> mixed = tf.linalg.transpose(batchMatMul(attention, v, false), swap());
        return tf.linalg.matMul(tf.reshape(mixed, tf.constant(new int[] {-1, dimensions.hidden()})), output);
    }

    /** {@code [B*S, D]} to {@code [B, heads, S, headDim]}. */
    private Operand<TFloat32> heads(Operand<TFloat32> x, Positions positions) {
        Operand<TInt32> split = tf.concat(
                List.of(positions.batchShape(), tf.constant(new int[] {dimensions.heads(), dimensions.headDim()})),
                tf.constant(0));
        return tf.linalg.transpose(tf.reshape(x, split), swap());
    }

    private Operand<TInt32> swap() {
        return tf.constant(new int[] {0, 2, 1, 3});
    }

    /** BatchMatMulV2 runs on oneDNN; the V3 that the Java class makes does not. */
    private Operand<TFloat32> batchMatMul(Operand<TFloat32> a, Operand<TFloat32> b, boolean transposeB) {
        return tf.scope()
                .env()
                .opBuilder("BatchMatMulV2", tf.scope().makeOpName("BatchMatMulV2"), tf.scope())
                .addInput(a.asOutput())
                .addInput(b.asOutput())
                .setAttr("adj_x", false)
                .setAttr("adj_y", transposeB)
                .build()
                .output(0);
    }
}
