package io.gatehouse.engine.graph;

import io.gatehouse.checkpoint.config.FeedForward;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.DynamicPartition;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * The experts of a layer. Each of the T x K assignments is a slot; slots are partitioned by expert, each expert runs
 * once over its own rows, and the results are stitched back into slot order and summed by rank. The sum never depends
 * on the order in which experts finish, so a repeat gives the same bits.
 */
final class ExpertsBlock<E extends TFloating> {
    /**
     * An expert waits for the one this many before it. Two work at a time, which keeps all cores busy at the ends of
     * products, and what one computes is still in the cache when its next step reads it.
     */
    private static final int AT_A_TIME = 2;

    private final Ops tf;
    private final Blocks blocks;
    private final FeedForward.Sparse shape;
    private final int width;
    private final Class<E> type;

    /** @param width of what the experts read and write */
    ExpertsBlock(Ops tf, FeedForward.Sparse shape, int width, Class<E> type) {
        this.tf = tf;
        this.blocks = new Blocks(tf);
        this.shape = shape;
        this.width = width;
        this.type = type;
    }

    /**
     * @param sum [T, width] weighted sum of the chosen experts' outputs
     * @param norms [T, K] L2 norm of each chosen expert's output before it is weighed
     */
    record WeightedSum(Operand<TFloat32> sum, Operand<TFloat32> norms) {}

    /**
     * @param x [T, width] input
     * @param experts [T, K] chosen experts
     * @param inputFactors [T, K] what the input of each is multiplied by, where it is
     * @param gates [T, K] what the output of each is multiplied by
     */
    WeightedSum build(
            Operand<TFloat32> x,
            Operand<TInt32> experts,
            Optional<? extends Operand<TFloat32>> inputFactors,
            Operand<TFloat32> gates,
            Weights weights) {
        Operand<E> input = blocks.cast(x, type);
        Optional<Operand<TFloat32>> factorOfSlot =
                inputFactors.map(factors -> tf.reshape(factors, tf.constant(new int[] {-1, 1})));
        Operand<TInt32> expertOfSlot = tf.reshape(experts, tf.constant(new int[] {-1}));
        Operand<TInt32> slots = tf.range(tf.constant(0), tf.size(expertOfSlot), tf.constant(1));
        DynamicPartition<TInt32> byExpert = tf.dynamicPartition(slots, expertOfSlot, (long) shape.experts());
        List<Operand<TInt32>> slotsOfExperts = new ArrayList<>();
        List<Operand<E>> outputs = new ArrayList<>();
        for (int expert = 0; expert < shape.experts(); expert++) {
            Operand<TInt32> own = byExpert.outputs().get(expert);
            List<Op> before = expert < AT_A_TIME ? List.of() : List.of(outputs.get(expert - AT_A_TIME));
            slotsOfExperts.add(own);
            outputs.add(expert(input, factorOfSlot, own, expert, before, weights));
        }
        return weightedSum(tf.dynamicStitch(slotsOfExperts, outputs), gates);
    }

    /**
     * Weighs and sums the outputs of the experts, part of the tokens after part: an expert's output widened for all
     * tokens is larger than any cache.
     *
     * @param bySlot [T x K, width]
     */
    private WeightedSum weightedSum(Operand<E> bySlot, Operand<TFloat32> gates) {
        List<Output<E>> parts =
                tf.split(tf.constant(0), bySlot, (long) Blocks.ROW_BLOCK).output();
        List<Output<TFloat32>> partGates =
                tf.split(tf.constant(0), gates, (long) Blocks.ROW_BLOCK).output();
        List<Operand<TFloat32>> sums = new ArrayList<>();
        List<Operand<TFloat32>> norms = new ArrayList<>();
        for (int part = 0; part < Blocks.ROW_BLOCK; part++) {
            List<Op> before = part == 0 ? List.of() : List.of(sums.get(part - 1));
            Ops after = tf.withControlDependencies(before);
            Operand<TFloat32> byRank = after.reshape(
                    new Blocks(after).cast(parts.get(part), TFloat32.class),
                    tf.constant(new int[] {-1, shape.topK(), width}));
            Operand<TFloat32> weighted = tf.math.mul(byRank, tf.expandDims(partGates.get(part), tf.constant(2)));
            sums.add(tf.sum(weighted, tf.constant(1)));
            norms.add(tf.linalg.euclideanNorm(byRank, tf.constant(2)));
        }
        return new WeightedSum(tf.concat(sums, tf.constant(0)), tf.concat(norms, tf.constant(0)));
    }

    /** Output of one expert for its own slots, filled up to whole blocks of rows. */
    private Operand<E> expert(
            Operand<E> x,
            Optional<Operand<TFloat32>> factorOfSlot,
            Operand<TInt32> own,
            int expert,
            List<Op> before,
            Weights weights) {
        Ops after = tf.withControlDependencies(before);
        Operand<TInt32> tokens = after.math.floorDiv(own, tf.constant(shape.topK()));
        Operand<TInt32> missing = tf.math.floorMod(tf.math.neg(tf.size(own)), tf.constant(Blocks.ROW_BLOCK));
        Operand<TInt32> filler = tf.fill(tf.expandDims(missing, tf.constant(0)), tf.constant(0));
        Operand<TInt32> rows = tf.concat(List.of(tokens, filler), tf.constant(0));
        Operand<E> input = blocks.rows(x, rows);
        Operand<E> read = factorOfSlot
                .<Operand<E>>map(factors -> tf.math.mul(
                        input,
                        blocks.cast(blocks.rows(factors, tf.concat(List.of(own, filler), tf.constant(0))), type)))
                .orElse(input);
        Operand<E> output =
                blocks.mlp(read, shape.expert(), width, type, read, "mlp.experts.%d.".formatted(expert), weights);
        return blocks.first(output, tf.size(own));
    }
}
