package io.gatehouse.engine.graph.op;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.DynamicPartition;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * The assignments of T tokens to K experts each: slot t x K + k is the k-th expert of token t. Slots are partitioned by
 * expert, each expert runs once over its own, and the results are stitched back into the order of the slots.
 */
public final class Slots {
    /**
     * An expert waits for the one this many before it. Two work at a time, which keeps all cores busy at the ends of
     * products, and what one computes is still in the cache when its next step reads it.
     */
    private static final int AT_A_TIME = 2;

    /** What an expert computes. */
    public interface Expert<E extends TFloating> {
        /**
         * The results of one expert.
         *
         * @param slots [N] its own, filled up with slot 0 to whole blocks of rows
         * @return [N, width]
         */
        Operand<E> of(int expert, Operand<TInt32> slots);
    }

    private final Ops tf;
    private final Blocks blocks;
    private final int experts;
    private final DynamicPartition<TInt32> byExpert;

    /**
     * @param assigned [T, K] the experts of each token
     * @param experts how many there are
     */
    public Slots(Ops tf, Operand<TInt32> assigned, int experts) {
        this.tf = tf;
        this.blocks = new Blocks(tf);
        this.experts = experts;
        Operand<TInt32> expertOfSlot = tf.reshape(assigned, tf.constant(new int[] {-1}));
        Operand<TInt32> slots = tf.range(tf.constant(0), tf.size(expertOfSlot), tf.constant(1));
        this.byExpert = tf.dynamicPartition(slots, expertOfSlot, (long) experts);
    }

    /** [T x K, width] what each slot's expert computes for it. */
    public <E extends TFloating> Operand<E> map(Expert<E> expert) {
        List<Operand<TInt32>> slotsOfExperts = new ArrayList<>();
        List<Operand<E>> outputs = new ArrayList<>();
        for (int i = 0; i < experts; i++) {
            Operand<TInt32> own = byExpert.outputs().get(i);
            List<Op> before = i < AT_A_TIME ? List.of() : List.of(outputs.get(i - AT_A_TIME));
            slotsOfExperts.add(own);
            outputs.add(blocks.first(expert.of(i, filled(own, before)), tf.size(own)));
        }
        return tf.dynamicStitch(slotsOfExperts, outputs);
    }

    private Operand<TInt32> filled(Operand<TInt32> own, List<Op> before) {
        Operand<TInt32> missing = tf.math.floorMod(tf.math.neg(tf.size(own)), tf.constant(Blocks.ROW_BLOCK));
        Operand<TInt32> filler = tf.fill(tf.expandDims(missing, tf.constant(0)), tf.constant(0));
        return tf.withControlDependencies(before).concat(List.of(own, filler), tf.constant(0));
    }
}
