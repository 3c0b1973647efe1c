package io.gatehouse.engine.graph.feedforward;

import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.graph.op.Slots;
import io.gatehouse.engine.graph.op.WeightSpec;
import io.gatehouse.engine.graph.op.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * The experts of a layer, each run once over its own {@link Slots}. Their results are summed by rank: the sum never
 * depends on the order in which experts finish, so a repeat gives the same bits.
 */
final class ExpertsBlock<E extends TFloating> {
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
        Operand<E> bySlot = new Slots(tf, experts, shape.experts())
                .map((expert, slots) -> expert(input, factorOfSlot, expert, slots, weights));
        return weightedSum(bySlot, gates, weights);
    }

    /**
     * Weighs and sums the outputs of the experts, part of the tokens after part: an expert's output widened for all
     * tokens is larger than any cache.
     *
     * @param bySlot [T x K, width]
     */
    private WeightedSum weightedSum(Operand<E> bySlot, Operand<TFloat32> gates, Weights weights) {
        List<Output<E>> parts =
                tf.split(tf.constant(0), bySlot, (long) Blocks.ROW_BLOCK).output();
        List<Output<TFloat32>> partGates =
                tf.split(tf.constant(0), gates, (long) Blocks.ROW_BLOCK).output();
        List<Operand<TFloat32>> sums = new ArrayList<>();
        List<Operand<TFloat32>> norms = new ArrayList<>();
        for (int part = 0; part < Blocks.ROW_BLOCK; part++) {
            List<Op> before = part == 0 ? List.of() : List.of(sums.get(part - 1));
            Ops after = tf.withControlDependencies(before);
            Operand<TFloat32> byRank = normed(
                    after.reshape(
                            new Blocks(after).cast(parts.get(part), TFloat32.class),
                            tf.constant(new int[] {-1, shape.topK(), width})),
                    weights);
            Operand<TFloat32> weighted = tf.math.mul(byRank, tf.expandDims(partGates.get(part), tf.constant(2)));
            sums.add(tf.sum(weighted, tf.constant(1)));
            norms.add(tf.linalg.euclideanNorm(byRank, tf.constant(2)));
        }
        Operand<TFloat32> sum = tf.concat(sums, tf.constant(0));
        return new WeightedSum(
                shape.outputBias() ? tf.math.add(sum, weights.value(WeightSpec.vector("mlp.output_bias", width))) : sum,
                tf.concat(norms, tf.constant(0)));
    }

    private Operand<TFloat32> normed(Operand<TFloat32> outputs, Weights weights) {
        return shape.outputNorm()
                .<Operand<TFloat32>>map(norm -> blocks.norm(outputs, norm, "mlp.expert_output_norm", width, weights))
                .orElse(outputs);
    }

    /** Output of one expert for its slots. */
    private Operand<E> expert(
            Operand<E> x,
            Optional<Operand<TFloat32>> factorOfSlot,
            int expert,
            Operand<TInt32> slots,
            Weights weights) {
        Operand<E> input = blocks.rows(x, tf.math.floorDiv(slots, tf.constant(shape.topK())));
        Operand<E> read = factorOfSlot
                .<Operand<E>>map(factors -> tf.math.mul(input, blocks.cast(blocks.rows(factors, slots), type)))
                .orElse(input);
        return expert < shape.networks()
                ? blocks.mlp(read, shape.expert(), width, type, read, "mlp.experts.%d.".formatted(expert), weights)
                : read;
    }
}
