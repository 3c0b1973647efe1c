package io.gatehouse.engine;

import io.gatehouse.checkpoint.FeedForward;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.DynamicPartition;
import org.tensorflow.op.core.Split;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The experts of a layer. Each of the T x K assignments is a slot; slots are partitioned by expert, each expert runs
 * once over its own rows, and the results are stitched back into slot order and summed by rank. The sum never depends
 * on the order in which experts finish, so a repeat gives the same bits.
 */
final class ExpertsBlock {
    private final Ops tf;
    private final Blocks blocks;
    private final FeedForward.Sparse shape;
    private final int hiddenSize;

    ExpertsBlock(Ops tf, FeedForward.Sparse shape, int hiddenSize) {
        this.tf = tf;
        this.blocks = new Blocks(tf);
        this.shape = shape;
        this.hiddenSize = hiddenSize;
    }

    /** Weighted sum of the chosen experts' outputs [T, hidden] for normed input x [T, hidden]. */
    Operand<TFloat32> build(Operand<TFloat32> x, RouterBlock.Decision decision, Weights weights) {
        Operand<TInt32> expertOfSlot = tf.reshape(decision.experts(), tf.constant(new int[] {-1}));
        Operand<TInt32> slotCount = tf.size(expertOfSlot);
        Operand<TInt32> slots = tf.range(tf.constant(0), slotCount, tf.constant(1));
        DynamicPartition<TInt32> byExpert = tf.dynamicPartition(slots, expertOfSlot, (long) shape.experts());
        List<Operand<TInt32>> slotsOfExperts = new ArrayList<>();
        List<Operand<TFloat32>> outputs = new ArrayList<>();
        for (int expert = 0; expert < shape.experts(); expert++) {
            Operand<TInt32> own = byExpert.outputs().get(expert);
            Operand<TInt32> tokens = tf.math.floorDiv(own, tf.constant(shape.topK()));
            slotsOfExperts.add(own);
            outputs.add(expert(blocks.rows(x, tokens), expert, weights));
        }
        Operand<TFloat32> bySlot = tf.dynamicStitch(slotsOfExperts, outputs);
        Operand<TFloat32> byRank = tf.reshape(bySlot, tf.constant(new int[] {-1, shape.topK(), hiddenSize}));
        Operand<TFloat32> weighted = tf.math.mul(byRank, tf.expandDims(decision.weights(), tf.constant(2)));
        return tf.sum(weighted, tf.constant(1));
    }

    /** SwiGLU: down(silu(gate(x)) * up(x)), gate and up in one product (Shazeer, 2020). */
    private Operand<TFloat32> expert(Operand<TFloat32> x, int expert, Weights weights) {
        String prefix = "mlp.experts." + expert + ".";
        int width = shape.intermediateSize();
        Operand<TFloat32> gateUp = blocks.project(
                x,
                weights.declare(
                        WeightSpec.stacked(prefix + "gate_proj.weight", prefix + "up_proj.weight", width, hiddenSize)));
        Split<TFloat32> halves = tf.split(tf.constant(1), gateUp, 2L);
        Operand<TFloat32> gate = halves.output().get(0);
        Operand<TFloat32> activated = tf.math.mul(
                tf.math.mul(gate, tf.math.sigmoid(gate)), halves.output().get(1));
        return blocks.project(
                activated, weights.declare(WeightSpec.matrix(prefix + "down_proj.weight", hiddenSize, width)));
    }
}
