package io.gatehouse.engine.graph.mixer;

import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.graph.op.Rectangle;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The selective state space of Mamba (Gu and Dao, arXiv 2312.00752, section 3.2): for each channel, with N states h,
 *
 * <pre>
 * h_t = exp(d_t A) h_(t-1) + d_t x_t B_t
 * y_t = C_tᵀ h_t
 * </pre>
 *
 * Each channel and state has a decay of its own, so that a chunk of tokens cannot be computed by products of matrices:
 * this is a loop over tokens. Padding, whose d is made 0, leaves the state as it is.
 */
final class SelectiveScan {
    private final Ops tf;
    private final Rectangle rectangle;
    private final int channels;
    private final int states;

    /** @param states N */
    SelectiveScan(Ops tf, Rectangle rectangle, int channels, int states) {
        this.tf = tf;
        this.rectangle = rectangle;
        this.channels = channels;
        this.states = states;
    }

    /**
     * @param output [B, S, channels] y
     * @param state [B, whole blocks of N, channels] h
     */
    record Result(Operand<TFloat32> output, Operand<TFloat32> state) {}

    /**
     * @param x [B, S, channels]
     * @param step [B, S, channels] d
     * @param in [B, S, N] B
     * @param out [B, S, N] C
     * @param rate [channels, N] A, negative
     * @param before [1, whole blocks of N, channels] state before the first token; zeros if absent
     */
    Result build(
            Operand<TFloat32> x,
            Operand<TFloat32> step,
            Operand<TFloat32> in,
            Operand<TFloat32> out,
            Operand<TFloat32> rate,
            Optional<? extends Operand<TFloat32>> before) {
        Operand<TFloat32> real = tf.math.mul(step, tf.expandDims(rectangle.real(), tf.constant(2)));
        Operand<TFloat32> state = rectangle.forEachPrompt(
                before.isPresent() ? before.get() : tf.constant(new float[1][1][1]), wholeBlocks(), channels);
        Operand<TFloat32> rates = filled(tf.linalg.transpose(rate, tf.constant(new int[] {1, 0})), 0);
        Scan.Result end = Scan.over(
                tf,
                state,
                List.of(byToken(real), byToken(tf.math.mul(real, x)), byToken(filled(in, 2)), byToken(filled(out, 2))),
                List.of(rates),
                SelectiveScan::step);
        return new Result(tf.linalg.transpose(end.output(), tf.constant(new int[] {1, 0, 2})), end.state());
    }

    private static Scan.Result step(Ops tf, Operand<TFloat32> state, List<Operand<TFloat32>> values) {
        Operand<TInt32> statesAxis = tf.constant(1);
        Operand<TInt32> channelsAxis = tf.constant(2);
        Operand<TFloat32> decay = tf.math.exp(tf.math.mul(tf.expandDims(values.get(0), statesAxis), values.get(4)));
        Operand<TFloat32> input =
                tf.math.mul(tf.expandDims(values.get(1), statesAxis), tf.expandDims(values.get(2), channelsAxis));
        Operand<TFloat32> next = tf.math.add(tf.math.mul(decay, state), input);
        Operand<TFloat32> output = tf.sum(tf.math.mul(next, tf.expandDims(values.get(3), channelsAxis)), statesAxis);
        return new Scan.Result(next, output);
    }

    /** [B, S, columns] to [S, B, columns]. */
    private Operand<TFloat32> byToken(Operand<TFloat32> x) {
        return tf.linalg.transpose(x, tf.constant(new int[] {1, 0, 2}));
    }

    /** x with zeros up to whole blocks of states, so that a prompt's values have the same bits wherever it stands. */
    private Operand<TFloat32> filled(Operand<TFloat32> x, int axis) {
        if (wholeBlocks() == states) {
            return x;
        }
        int[][] margins = new int[axis == 0 ? 2 : 3][2];
        margins[axis][1] = wholeBlocks() - states;
        return tf.pad(x, tf.constant(margins), tf.constant(0f));
    }

    private int wholeBlocks() {
        return (states + Blocks.ROW_BLOCK - 1) / Blocks.ROW_BLOCK * Blocks.ROW_BLOCK;
    }
}
