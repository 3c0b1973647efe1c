package io.gatehouse.engine.graph;

import io.gatehouse.checkpoint.config.Residual.Streams;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Reads and writes several residual streams, which stand side by side as [T, streams x hidden]. */
final class HyperConnection {
    private final Ops tf;
    private final Blocks blocks;
    private final Streams streams;
    private final int hiddenSize;
    private final float normEpsilon;
    private final Weights weights;

    /** @param normEpsilon of the norm over all streams */
    HyperConnection(Ops tf, Streams streams, int hiddenSize, float normEpsilon, Weights weights) {
        this.tf = tf;
        this.blocks = new Blocks(tf);
        this.streams = streams;
        this.hiddenSize = hiddenSize;
        this.normEpsilon = normEpsilon;
        this.weights = weights;
    }

    /**
     * The logits of several uses of the streams.
     *
     * @param x [T, streams x hidden]
     * @param name under which the weights stand
     * @return [T, streams] for each use
     */
    private List<Operand<TFloat32>> logits(Operand<TFloat32> x, String name, int uses) {
        int count = streams.count();
        long width = (long) count * hiddenSize;
        Operand<TFloat32> fn =
                weights.value(WeightSpec.matrix(name + ".fn", (long) uses * count, width, TFloat32.class));
        Operand<TFloat32> base = weights.value(WeightSpec.vector(name + ".base", (long) uses * count));
        Operand<TFloat32> scale = weights.value(WeightSpec.vector(name + ".scale", uses));
        Operand<TFloat32> mixed = blocks.project(blocks.unweighted(x, width, normEpsilon), fn);
        List<Operand<TFloat32>> logits = new ArrayList<>();
        for (int use = 0; use < uses; use++) {
            Operand<TFloat32> own = tf.slice(
                    mixed, tf.constant(new int[] {0, use * count}), tf.constant(new int[] {-1, count}));
            Operand<TFloat32> bias =
                    tf.slice(base, tf.constant(new int[] {use * count}), tf.constant(new int[] {count}));
            Operand<TFloat32> factor = tf.gather(scale, tf.constant(use), tf.constant(0));
            logits.add(tf.math.add(tf.math.mul(own, factor), bias));
        }
        return List.copyOf(logits);
    }

    /**
     * What a block reads, and what its output is multiplied with in each stream.
     *
     * @param input [T, hidden]
     * @param shares [T, streams]
     */
    record Use(Operand<TFloat32> input, Operand<TFloat32> shares) {}

    Use use(Operand<TFloat32> x, String name) {
        List<Operand<TFloat32>> logits = logits(x, name, 2);
        Operand<TFloat32> shares = tf.math.add(
                tf.math.mul(tf.math.sigmoid(logits.get(1)), tf.constant(streams.magnitude())),
                tf.constant(streams.epsilon()));
        return new Use(sum(x, logits.get(0)), shares);
    }

    /** [T, hidden] what the head reads. */
    Operand<TFloat32> read(Operand<TFloat32> x, String name) {
        return sum(x, logits(x, name, 1).get(0));
    }

    private Operand<TFloat32> sum(Operand<TFloat32> x, Operand<TFloat32> logits) {
        Operand<TFloat32> factors = tf.math.add(tf.math.sigmoid(logits), tf.constant(streams.epsilon()));
        return tf.sum(tf.math.mul(byStream(x), tf.expandDims(factors, tf.constant(2))), tf.constant(1));
    }

    /**
     * The streams with the output of a block.
     *
     * @param x [R, streams x hidden]
     * @param shares [R, streams]
     * @param output [R, hidden]
     */
    Operand<TFloat32> written(Operand<TFloat32> x, Operand<TFloat32> shares, Operand<TFloat32> output) {
        Operand<TFloat32> added =
                tf.math.mul(tf.expandDims(shares, tf.constant(2)), tf.expandDims(output, tf.constant(1)));
        return tf.math.add(x, tf.reshape(added, tf.shape(x)));
    }

    private Operand<TFloat32> byStream(Operand<TFloat32> x) {
        return tf.reshape(x, tf.constant(new int[] {-1, streams.count(), hiddenSize}));
    }
}
