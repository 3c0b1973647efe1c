package io.gatehouse.engine.graph;

import io.gatehouse.checkpoint.config.Residual.Streams;
import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.graph.op.WeightSpec;
import io.gatehouse.engine.graph.op.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

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
     * Logits that are made of the streams.
     *
     * @param x [T, streams x hidden]
     * @param name under which the weights stand
     * @param sizes how many are for each use
     * @return [T, size] for each use
     */
    private List<Operand<TFloat32>> logits(Operand<TFloat32> x, String name, int... sizes) {
        int rows = Arrays.stream(sizes).sum();
        long width = (long) streams.count() * hiddenSize;
        Operand<TFloat32> fn = weights.value(WeightSpec.matrix(name + ".fn", rows, width, TFloat32.class));
        Operand<TFloat32> base = weights.value(WeightSpec.vector(name + ".base", rows));
        Operand<TFloat32> scale = weights.value(WeightSpec.vector(name + ".scale", sizes.length));
        Operand<TFloat32> products = blocks.project(blocks.unweighted(x, width, normEpsilon), fn);
        List<Operand<TFloat32>> logits = new ArrayList<>();
        int from = 0;
        for (int use = 0; use < sizes.length; use++) {
            Operand<TFloat32> own =
                    tf.slice(products, tf.constant(new int[] {0, from}), tf.constant(new int[] {-1, sizes[use]}));
            Operand<TFloat32> bias = tf.slice(base, tf.constant(new int[] {from}), tf.constant(new int[] {sizes[use]}));
            Operand<TFloat32> factor = tf.gather(scale, tf.constant(use), tf.constant(0));
            logits.add(tf.math.add(tf.math.mul(own, factor), bias));
            from += sizes[use];
        }
        return List.copyOf(logits);
    }

    /**
     * What a block reads of the streams, and how they get its output.
     *
     * @param input [T, hidden]
     * @param shares [T, streams] what its output is multiplied with in each
     * @param mixing [T, streams, streams] of each stream what goes to each, where they are mixed
     */
    record Use(Operand<TFloat32> input, Operand<TFloat32> shares, Optional<Operand<TFloat32>> mixing) {
        /** The same for some of the tokens; {@code input} stays. */
        Use of(Blocks blocks, Operand<TInt32> rows) {
            return new Use(
                    input, blocks.rows(shares, rows), mixing.<Operand<TFloat32>>map(all -> blocks.rows(all, rows)));
        }
    }

    Use use(Operand<TFloat32> x, String name) {
        int count = streams.count();
        boolean mixes = streams.mixingSteps() > 0;
        List<Operand<TFloat32>> logits =
                mixes ? logits(x, name, count, count, count * count) : logits(x, name, count, count);
        Operand<TFloat32> shares = tf.math.add(
                tf.math.mul(tf.math.sigmoid(logits.get(1)), tf.constant(streams.magnitude())),
                tf.constant(streams.outputEpsilon()));
        return new Use(sum(x, logits.get(0)), shares, mixes ? Optional.of(mixing(logits.get(2))) : Optional.empty());
    }

    /** Softmax over the last axis, then columns and rows divided by their sums in turn. */
    private Operand<TFloat32> mixing(Operand<TFloat32> logits) {
        int count = streams.count();
        Operand<TFloat32> epsilon = tf.constant(streams.epsilon());
        Operand<TFloat32> matrix =
                tf.math.add(tf.nn.softmax(tf.reshape(logits, tf.constant(new int[] {-1, count, count}))), epsilon);
        matrix = divided(matrix, 1);
        for (int step = 1; step < streams.mixingSteps(); step++) {
            matrix = divided(divided(matrix, 2), 1);
        }
        return matrix;
    }

    private Operand<TFloat32> divided(Operand<TFloat32> matrix, int axis) {
        Operand<TFloat32> sum = tf.sum(matrix, tf.constant(axis), Sum.keepDims(true));
        return tf.math.div(matrix, tf.math.add(sum, tf.constant(streams.epsilon())));
    }

    /** [T, hidden] what the head reads. */
    Operand<TFloat32> read(Operand<TFloat32> x, String name) {
        return streams.averaged()
                ? tf.math.mean(byStream(x), tf.constant(1))
                : sum(x, logits(x, name, streams.count()).get(0));
    }

    private Operand<TFloat32> sum(Operand<TFloat32> x, Operand<TFloat32> logits) {
        Operand<TFloat32> factors = tf.math.add(tf.math.sigmoid(logits), tf.constant(streams.epsilon()));
        return tf.sum(tf.math.mul(byStream(x), tf.expandDims(factors, tf.constant(2))), tf.constant(1));
    }

    /**
     * The streams with the output of a block.
     *
     * @param x [R, streams x hidden]
     * @param use for these rows
     * @param output [R, hidden]
     */
    Operand<TFloat32> written(Operand<TFloat32> x, Use use, Operand<TFloat32> output) {
        Operand<TFloat32> added =
                tf.math.mul(tf.expandDims(use.shares(), tf.constant(2)), tf.expandDims(output, tf.constant(1)));
        Operand<TFloat32> kept = use.mixing()
                .<Operand<TFloat32>>map(mixing -> blocks.batchMatMul(mixing, byStream(x), true, false))
                .orElseGet(() -> byStream(x));
        return tf.reshape(tf.math.add(kept, added), tf.shape(x));
    }

    private Operand<TFloat32> byStream(Operand<TFloat32> x) {
        return tf.reshape(x, tf.constant(new int[] {-1, streams.count(), hiddenSize}));
    }
}
