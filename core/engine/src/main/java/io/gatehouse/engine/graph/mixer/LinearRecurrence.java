package io.gatehouse.engine.graph.mixer;

import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.graph.op.Rectangle;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.TriangularSolve;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Attention whose past is a matrix for each head instead of keys and values: with queries q, keys k and values v,
 *
 * <pre>
 * S_t = exp(g_t) S_(t-1) + k_t v_tᵀ                                          decayed
 * S_t = exp(g_t) S_(t-1) + k_t (b_t (v_t - exp(g_t) S_(t-1)ᵀ k_t))ᵀ          with the delta rule
 * o_t = S_tᵀ q_t
 * </pre>
 *
 * The decay exp(g_t) ≤ 1 is a number (lightning attention, arXiv 2401.04658; Mamba-2, arXiv 2405.21060; gated DeltaNet,
 * arXiv 2412.06464) or a diagonal matrix (Kimi delta attention, arXiv 2510.26692).
 *
 * <p>Tokens are computed in chunks of C: within a chunk by products of matrices, from chunk to chunk in a loop that
 * carries S. With G_i the sum of g up to token i of the chunk, D_ij = exp(G_i - G_j) for j ≤ i and 0 else, and S the state
 * before the chunk,
 *
 * <pre>
 * O  = exp(G) (Q S) + (Q Kᵀ ∘ D) U
 * S' = exp(G_C) S + (exp(G_C - G) K)ᵀ U
 * U  = V, or with the delta rule the solution of (I + b (K Kᵀ ∘ D), below the diagonal) U = b (V - exp(G) (K S))
 * </pre>
 *
 * D is computed from differences, which are never positive, so nothing overflows however strong the decay.
 *
 * <p>G key heads each serve R value heads. Padding leaves the state as it is.
 */
final class LinearRecurrence {
    /** The largest chunk: the work within chunks grows with it, the number of steps shrinks. */
    private static final int CHUNK = 64;

    /** The same for decays of channels, where D is a matrix for each channel. */
    private static final int CHANNEL_CHUNK = 16;

    /**
     * @param keyHeads G
     * @param valuesPerKey R
     */
    record Shape(int keyHeads, int valuesPerKey, int keyDim, int valueDim) {
        int valueHeads() {
            return keyHeads * valuesPerKey;
        }
    }

    /**
     * @param output [B, S, value heads x value size]
     * @param state [B, G, R, key size, value size]
     */
    record Result(Operand<TFloat32> output, Operand<TFloat32> state) {}

    private final Ops tf;
    private final Rectangle rectangle;
    private final Shape shape;

    LinearRecurrence(Ops tf, Rectangle rectangle, Shape shape) {
        this.tf = tf;
        this.rectangle = rectangle;
        this.shape = shape;
    }

    /**
     * @param queries [B, S, G x key size]
     * @param keys like the queries
     * @param values [B, S, value heads x value size]
     * @param decay [B, S, value heads] g
     * @param before [1, G, R, key size, value size] state before the first token; zeros if absent
     */
    Result decayed(
            Operand<TFloat32> queries,
            Operand<TFloat32> keys,
            Operand<TFloat32> values,
            Operand<TFloat32> decay,
            Optional<? extends Operand<TFloat32>> before) {
        Operand<TInt32> chunk = chunk(CHUNK);
        List<Operand<TFloat32>> sequences = List.of(
                chunks(queries, 1, shape.keyDim(), chunk),
                chunks(real(keys), 1, shape.keyDim(), chunk),
                chunks(values, shape.valuesPerKey(), shape.valueDim(), chunk),
                chunks(real(decay), shape.valuesPerKey(), 1, chunk));
        return loop(
                sequences,
                before,
                (body, state, slices) -> advance(
                        body, Decay.of(body, slices.get(3)), state, slices.get(0), slices.get(1), slices.get(2)));
    }

    /**
     * The same with the delta rule.
     *
     * @param rate [B, S, value heads] b
     */
    Result delta(
            Operand<TFloat32> queries,
            Operand<TFloat32> keys,
            Operand<TFloat32> values,
            Operand<TFloat32> decay,
            Operand<TFloat32> rate,
            Optional<? extends Operand<TFloat32>> before) {
        Operand<TInt32> chunk = chunk(CHUNK);
        List<Operand<TFloat32>> sequences = List.of(
                chunks(queries, 1, shape.keyDim(), chunk),
                chunks(keys, 1, shape.keyDim(), chunk),
                chunks(values, shape.valuesPerKey(), shape.valueDim(), chunk),
                chunks(real(decay), shape.valuesPerKey(), 1, chunk),
                chunks(real(rate), shape.valuesPerKey(), 1, chunk));
        return loop(sequences, before, LinearRecurrence::deltaStep);
    }

    /**
     * The same with a decay for each channel of the keys, where R is 1.
     *
     * @param decay [B, S, G x key size] g
     */
    Result channelDelta(
            Operand<TFloat32> queries,
            Operand<TFloat32> keys,
            Operand<TFloat32> values,
            Operand<TFloat32> decay,
            Operand<TFloat32> rate,
            Optional<? extends Operand<TFloat32>> before) {
        Operand<TInt32> chunk = chunk(CHANNEL_CHUNK);
        List<Operand<TFloat32>> sequences = List.of(
                chunks(queries, 1, shape.keyDim(), chunk),
                chunks(keys, 1, shape.keyDim(), chunk),
                chunks(values, 1, shape.valueDim(), chunk),
                chunks(real(decay), 1, shape.keyDim(), chunk),
                chunks(real(rate), 1, 1, chunk));
        return loop(sequences, before, LinearRecurrence::channelDeltaStep);
    }

    /**
     * Decays within a chunk.
     *
     * @param fromStart [.., C, 1] exp(G)
     * @param toEnd [.., C, 1] exp(G_C - G)
     * @param ofChunk [.., 1, 1] exp(G_C)
     * @param between [.., C, C] D
     */
    private record Decay(
            Operand<TFloat32> fromStart,
            Operand<TFloat32> toEnd,
            Operand<TFloat32> ofChunk,
            Operand<TFloat32> between) {
        /** @param decay [B, G, R, C, 1] g */
        static Decay of(Ops tf, Operand<TFloat32> decay) {
            Operand<TFloat32> sum = tf.math.cumsum(decay, tf.constant(-2));
            Operand<TFloat32> fromStart = tf.math.exp(sum);
            Operand<TFloat32> between =
                    lower(tf, tf.math.exp(tf.math.minimum(tf.math.sub(sum, swapped(tf, sum)), tf.constant(0f))));
            // The last row of D holds exp(G_C - G): taken from there, it has the same bits whatever the batch.
            return new Decay(fromStart, swapped(tf, lastRow(tf, between)), lastRow(tf, fromStart), between);
        }
    }

    private static Scan.Result deltaStep(Ops tf, Operand<TFloat32> state, List<Operand<TFloat32>> values) {
        Operand<TFloat32> queries = values.get(0);
        Operand<TFloat32> keys = values.get(1);
        Operand<TFloat32> rate = values.get(4);
        Decay decay = Decay.of(tf, values.get(3));
        Operand<TFloat32> known = tf.math.mul(decay.fromStart(), product(tf, keys, state, false, false));
        Operand<TFloat32> system =
                tf.math.mul(rate, tf.math.mul(product(tf, keys, keys, false, true), decay.between()));
        Operand<TFloat32> written = solve(tf, system, tf.math.mul(rate, tf.math.sub(values.get(2), known)));
        return advance(tf, decay, state, queries, keys, written);
    }

    /** @param written [B, G, R, C, value size] U */
    private static Scan.Result advance(
            Ops tf,
            Decay decay,
            Operand<TFloat32> state,
            Operand<TFloat32> queries,
            Operand<TFloat32> keys,
            Operand<TFloat32> written) {
        Operand<TFloat32> weights = tf.math.mul(product(tf, queries, keys, false, true), decay.between());
        Operand<TFloat32> output = tf.math.add(
                tf.math.mul(decay.fromStart(), product(tf, queries, state, false, false)),
                product(tf, weights, written, false, false));
        Operand<TFloat32> next = tf.math.add(
                tf.math.mul(decay.ofChunk(), state),
                product(tf, tf.math.mul(keys, decay.toEnd()), written, true, false));
        return new Scan.Result(next, output);
    }

    private static Scan.Result channelDeltaStep(Ops tf, Operand<TFloat32> state, List<Operand<TFloat32>> values) {
        Operand<TFloat32> queries = values.get(0);
        Operand<TFloat32> keys = values.get(1);
        Operand<TFloat32> rate = values.get(4);
        Operand<TFloat32> sum = tf.math.cumsum(values.get(3), tf.constant(-2));
        Operand<TFloat32> fromStart = tf.math.exp(sum);
        // [.., i, j, channel] exp(G_i - G_j) k_j, the only tensor with three axes of a chunk.
        Operand<TFloat32> between = tf.math.exp(tf.math.minimum(
                tf.math.sub(tf.expandDims(sum, tf.constant(-2)), tf.expandDims(sum, tf.constant(-3))),
                tf.constant(0f)));
        Operand<TFloat32> decayedKeys = tf.math.mul(between, tf.expandDims(keys, tf.constant(-3)));
        Operand<TFloat32> system = tf.math.mul(rate, byRow(tf, decayedKeys, keys));
        Operand<TFloat32> known = product(tf, tf.math.mul(fromStart, keys), state, false, false);
        Operand<TFloat32> written = solve(tf, system, tf.math.mul(rate, tf.math.sub(values.get(2), known)));
        Operand<TFloat32> output = tf.math.add(
                product(tf, tf.math.mul(fromStart, queries), state, false, false),
                product(tf, lower(tf, byRow(tf, decayedKeys, queries)), written, false, false));
        Operand<TFloat32> toEnd = lastOf(tf, decayedKeys, -3);
        Operand<TFloat32> next = tf.math.add(
                tf.math.mul(swapped(tf, lastRow(tf, fromStart)), state), product(tf, toEnd, written, true, false));
        return new Scan.Result(next, output);
    }

    /** [.., C, C] sum over the channels of x [.., i, j, channel] and y [.., i, channel]. */
    private static Operand<TFloat32> byRow(Ops tf, Operand<TFloat32> x, Operand<TFloat32> y) {
        return tf.sum(tf.math.mul(x, tf.expandDims(y, tf.constant(-2))), tf.constant(-1));
    }

    /** Solves (I + system, below the diagonal) U = right. */
    private static Operand<TFloat32> solve(Ops tf, Operand<TFloat32> system, Operand<TFloat32> right) {
        Operand<TFloat32> ones = tf.onesLike(tf.sum(system, tf.constant(-1)));
        return tf.linalg.triangularSolve(
                tf.linalg.matrixSetDiag(system, ones, tf.constant(0)), right, TriangularSolve.lower(true));
    }

    private Result loop(
            List<Operand<TFloat32>> sequences, Optional<? extends Operand<TFloat32>> before, Scan.Step step) {
        Operand<TFloat32> nothing = tf.constant(new float[1][1][1][1][1]);
        Operand<TFloat32> state = rectangle.forEachPrompt(
                before.isPresent() ? before.get() : nothing,
                shape.keyHeads(),
                shape.valuesPerKey(),
                shape.keyDim(),
                shape.valueDim());
        Scan.Result end = Scan.over(tf, state, sequences, List.of(), step);
        // [chunks, B, G, R, C, value size] to [B, S, value heads x value size]
        Operand<TFloat32> byPosition = tf.linalg.transpose(end.output(), tf.constant(new int[] {1, 0, 4, 2, 3, 5}));
        int columns = shape.valueHeads() * shape.valueDim();
        if (rectangle.isStep()) {
            Operand<TFloat32> block = tf.reshape(byPosition, tf.constant(new int[] {-1, Blocks.ROW_BLOCK, columns}));
            return new Result(
                    tf.slice(block, tf.constant(new int[3]), tf.constant(new int[] {-1, 1, -1})), end.state());
        }
        return new Result(
                tf.reshape(byPosition, tf.stack(List.of(rectangle.batch(), rectangle.width(), tf.constant(columns)))),
                end.state());
    }

    /** C: the largest power of two, up to {@code most}, that divides the width of the rectangle; or the block of a step. */
    private Operand<TInt32> chunk(int most) {
        if (rectangle.isStep()) {
            return tf.constant(Blocks.ROW_BLOCK);
        }
        Operand<TInt32> width = rectangle.width();
        return tf.math.minimum(tf.bitwise.bitwiseAnd(width, tf.math.neg(width)), tf.constant(most));
    }

    /** [B, S, G x each x dim] to [chunks, B, G, each, C, dim]. */
    private Operand<TFloat32> chunks(Operand<TFloat32> x, int each, int dim, Operand<TInt32> chunk) {
        Operand<TInt32> cells = tf.stack(List.of(
                rectangle.batch(),
                tf.constant(-1),
                chunk,
                tf.constant(shape.keyHeads()),
                tf.constant(each),
                tf.constant(dim)));
        Operand<TFloat32> whole = rectangle.isStep() ? inBlock(x, shape.keyHeads() * each * dim) : x;
        return tf.linalg.transpose(tf.reshape(whole, cells), tf.constant(new int[] {1, 0, 3, 4, 2, 5}));
    }

    /** The one token of a step in a block of rows, whose others change nothing: so its bits do not depend on other texts. */
    private Operand<TFloat32> inBlock(Operand<TFloat32> x, int columns) {
        Operand<TFloat32> byText = tf.reshape(x, tf.constant(new int[] {-1, 1, columns}));
        int[][] margins = new int[3][2];
        margins[1][1] = Blocks.ROW_BLOCK - 1;
        return tf.pad(byText, tf.constant(margins), tf.constant(0f));
    }

    /** x [B, S, columns] with 0 where there is padding: no decay there, and nothing is written. */
    private Operand<TFloat32> real(Operand<TFloat32> x) {
        return tf.math.mul(x, tf.expandDims(rectangle.real(), tf.constant(2)));
    }

    /** x with 0 above the diagonal of its matrices. */
    private static Operand<TFloat32> lower(Ops tf, Operand<TFloat32> x) {
        return tf.linalg.bandPart(x, tf.constant(-1), tf.constant(0));
    }

    /** Columns [.., n, 1] as rows [.., 1, n], or rows as columns. */
    private static Operand<TFloat32> swapped(Ops tf, Operand<TFloat32> x) {
        return tf.linalg.transpose(x, tf.constant(new int[] {0, 1, 2, 4, 3}));
    }

    /** [.., 1, n], the last row of each matrix [.., m, n]. */
    private static Operand<TFloat32> lastRow(Ops tf, Operand<TFloat32> x) {
        return tf.expandDims(lastOf(tf, x, -2), tf.constant(-2));
    }

    /** The last slice along an axis, which is counted from the end and dropped. */
    private static Operand<TFloat32> lastOf(Ops tf, Operand<TFloat32> x, int axis) {
        Operand<TInt32> sizes = tf.shape(x);
        Operand<TInt32> place = tf.math.add(tf.size(sizes), tf.constant(axis));
        Operand<TInt32> last = tf.math.sub(tf.gather(sizes, place, tf.constant(0)), tf.constant(1));
        return tf.gather(x, last, tf.constant(axis));
    }

    private static Operand<TFloat32> product(
            Ops tf, Operand<TFloat32> x, Operand<TFloat32> y, boolean transposeX, boolean transposeY) {
        return new Blocks(tf).batchMatMul(x, y, transposeX, transposeY);
    }
}
