package io.gatehouse.engine.graph.op;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * The projections of one block.
 *
 * @param block what their names begin with, with a dot at its end
 * @param type in which products are computed
 */
public record Linear<A extends TFloating>(Ops tf, String block, Class<A> type, Weights weights) {
    /** W x, or W x + bias, for x [T, in]. */
    public Operand<TFloat32> of(Operand<TFloat32> x, String name, long out, long in, boolean biased) {
        Blocks blocks = new Blocks(tf);
        Operand<A> input = blocks.cast(x, type);
        Operand<A> weight = weights.value(WeightSpec.matrix(block + name + ".weight", out, in, type), input);
        Operand<TFloat32> product = blocks.cast(blocks.project(input, weight), TFloat32.class);
        return biased ? tf.math.add(product, vector(name + ".bias", out)) : product;
    }

    public Operand<TFloat32> vector(String name, long size) {
        return weights.value(WeightSpec.vector(block + name, size));
    }

    /** The weight [channels, kernel] of a convolution. */
    public Operand<TFloat32> kernel(String name, long channels, long kernel) {
        return weights.value(WeightSpec.matrix(block + name + ".weight", channels, kernel, TFloat32.class));
    }
}
