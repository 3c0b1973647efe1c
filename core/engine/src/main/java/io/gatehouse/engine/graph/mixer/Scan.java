package io.gatehouse.engine.graph.mixer;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.TensorArray;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/** A loop along the first axis of some tensors that carries a state from step to step. */
final class Scan {
    /** What is computed in each step. */
    @FunctionalInterface
    interface Step {
        /**
         * Adds the operations of a step.
         *
         * @param tf of the loop's body: nothing else may be used there
         * @param values the step's slice of each sequence, then the constants
         */
        Result at(Ops tf, Operand<TFloat32> state, List<Operand<TFloat32>> values);
    }

    /**
     * @param state after the step, or after all
     * @param output of the step, or those of all steps one after the other along a new first axis
     */
    record Result(Operand<TFloat32> state, Operand<TFloat32> output) {}

    private static final int COUNTER = 0;
    private static final int STEPS = 1;
    private static final int FLOW = 2;
    private static final int STATE = 3;
    private static final int HANDLE = 4;
    private static final int VALUES = 5;

    private Scan() {}

    /**
     * @param sequences each with as many slices along its first axis as there are steps
     * @param constants what every step uses
     */
    static Result over(
            Ops tf,
            Operand<TFloat32> state,
            List<Operand<TFloat32>> sequences,
            List<Operand<TFloat32>> constants,
            Step step) {
        Operand<TInt32> steps = tf.gather(tf.shape(sequences.get(0)), tf.constant(0), tf.constant(0));
        TensorArray outputs = tf.tensorArray(steps, TFloat32.class, TensorArray.identicalElementShapes(true));
        List<Operand<?>> variables =
                new ArrayList<>(List.of(tf.constant(0), steps, outputs.flow(), tf.identity(state), outputs.handle()));
        variables.addAll(sequences);
        variables.addAll(constants);
        Graph graph = (Graph) tf.scope().env();
        Output<?>[] end = graph.whileLoop(
                variables.stream().map(Operand::asOutput).toArray(Output<?>[]::new),
                Scan::condition,
                (body, inputs, results) -> body(Ops.create(body), inputs, results, sequences.size(), step),
                tf.scope().makeOpName("Scan"));
        Operand<TInt32> all = tf.range(tf.constant(0), steps, tf.constant(1));
        return new Result(
                end[STATE].expect(TFloat32.class),
                tf.tensorArrayGather(outputs.handle(), all, end[FLOW].expect(TFloat32.class), TFloat32.class));
    }

    private static void condition(Graph graph, Output<?>[] inputs, Output<?>[] results) {
        Ops tf = Ops.create(graph);
        results[0] = tf.math
                .less(inputs[COUNTER].expect(TInt32.class), inputs[STEPS].expect(TInt32.class))
                .asOutput();
    }

    private static void body(Ops tf, Output<?>[] inputs, Output<?>[] results, int sequences, Step step) {
        Operand<TInt32> counter = inputs[COUNTER].expect(TInt32.class);
        List<Operand<TFloat32>> values = new ArrayList<>();
        for (int i = VALUES; i < inputs.length; i++) {
            Operand<TFloat32> value = inputs[i].expect(TFloat32.class);
            values.add(i < VALUES + sequences ? tf.gather(value, counter, tf.constant(0)) : value);
        }
        Result result = step.at(tf, inputs[STATE].expect(TFloat32.class), values);
        Operand<? extends TType> handle = inputs[HANDLE];
        Operand<TFloat32> flow =
                tf.tensorArrayWrite(handle, counter, result.output(), inputs[FLOW].expect(TFloat32.class));
        System.arraycopy(inputs, 0, results, 0, inputs.length);
        results[COUNTER] = tf.math.add(counter, tf.constant(1)).asOutput();
        results[FLOW] = flow.asOutput();
        results[STATE] = result.state().asOutput();
    }
}
