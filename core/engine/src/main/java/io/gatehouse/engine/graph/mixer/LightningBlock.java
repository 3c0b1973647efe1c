package io.gatehouse.engine.graph.mixer;

import io.gatehouse.checkpoint.config.Lightning;
import io.gatehouse.engine.graph.op.Linear;
import io.gatehouse.engine.graph.op.Rectangle;
import io.gatehouse.engine.graph.op.Weights;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** Lightning attention of MiniMax-01 (arXiv 2501.08313): linear attention with a fixed decay for each head. */
final class LightningBlock<A extends TFloating> implements MixerBlock {
    private final Ops tf;
    private final Lightning mixer;
    private final int hidden;
    private final Class<A> type;
    private final Rectangle rectangle;
    private final Operand<TFloat32> depth;
    private final MixerParts parts;

    /**
     * @param depth the factor of the layer's slopes
     * @param prefixed whether prompts go on from the state of a prefix
     */
    LightningBlock(
            Ops tf,
            Lightning mixer,
            int hidden,
            Class<A> type,
            Rectangle rectangle,
            Operand<TFloat32> depth,
            boolean prefixed) {
        this.tf = tf;
        this.mixer = mixer;
        this.hidden = hidden;
        this.type = type;
        this.rectangle = rectangle;
        this.depth = depth;
        this.parts = new MixerParts(tf, prefixed ? 1 : 0);
    }

    @Override
    public List<Placeholder<? extends TFloating>> past() {
        return parts.past();
    }

    @Override
    public Output build(Operand<TFloat32> x, Weights weights) {
        Linear<A> linear = new Linear<>(tf, "self_attn.", type, weights);
        int width = mixer.width();
        Operand<TFloat32> projected = parts.silu(linear.of(x, "qkv_proj", 3L * width, hidden, false));
        List<Operand<TFloat32>> qkv = parts.parts(
                tf.reshape(projected, tf.constant(new int[] {-1, mixer.heads(), 3 * mixer.headDim()})),
                3,
                mixer.headDim(),
                mixer.headDim(),
                mixer.headDim());
        Operand<TFloat32> slopes = tf.math.neg(tf.math.mul(depth, tf.constant(mixer.slopes())));
        Operand<TFloat32> decay = tf.math.mul(tf.expandDims(rectangle.real(), tf.constant(2)), slopes);
        LinearRecurrence.Shape shape = new LinearRecurrence.Shape(mixer.heads(), 1, mixer.headDim(), mixer.headDim());
        LinearRecurrence.Result result = new LinearRecurrence(tf, rectangle, shape)
                .decayed(flat(qkv.get(0)), flat(qkv.get(1)), flat(qkv.get(2)), decay, parts.past(0));
        Operand<TFloat32> normed = parts.norm(
                rectangle.packed(result.output(), width),
                width,
                width,
                linear.vector("norm.weight", width),
                mixer.epsilon());
        Operand<TFloat32> gate = tf.math.sigmoid(linear.of(x, "output_gate", width, hidden, false));
        return new Output(
                linear.of(tf.math.mul(gate, normed), "out_proj", hidden, width, false), List.of(result.state()));
    }

    /** [T, heads, dim] to [B, S, width]. */
    private Operand<TFloat32> flat(Operand<TFloat32> x) {
        return rectangle.of(tf.reshape(x, tf.constant(new int[] {-1, mixer.width()})));
    }
}
