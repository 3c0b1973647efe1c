package io.gatehouse.engine.graph.op;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/**
 * The tokens of a micro-batch as B prompts by S positions, padded on the right: the form in which a recurrence sees them.
 * A prompt's result must not depend on its neighbours, so a recurrence may look at padding only where {@link #real} says 0,
 * and must leave its state as it is there.
 */
public final class Rectangle {
    private final Ops tf;
    private final Blocks blocks;
    private final Operand<TInt32> padded;
    private final Operand<TInt32> packed;
    private final Operand<TInt32> tokens;
    private final Operand<TInt32> batch;
    private final Operand<TInt32> width;
    private final Operand<TFloat32> real;
    private final boolean step;

    /**
     * @param padded [B, S] row of the token that stands in each cell
     * @param packed [T] cell of the flattened rectangle where each row stands
     * @param tokens how many rows are tokens; what follows them is filler
     */
    public Rectangle(Ops tf, Operand<TInt32> padded, Operand<TInt32> packed, Operand<TInt32> tokens) {
        this(tf, padded, packed, tokens, false);
    }

    /** @param step whether S is 1, in a step of generation */
    public Rectangle(Ops tf, Operand<TInt32> padded, Operand<TInt32> packed, Operand<TInt32> tokens, boolean step) {
        this.tf = tf;
        this.blocks = new Blocks(tf);
        this.padded = padded;
        this.packed = packed;
        this.tokens = tokens;
        this.batch = tf.gather(tf.shape(padded), tf.constant(0), tf.constant(0));
        this.width = tf.gather(tf.shape(padded), tf.constant(1), tf.constant(0));
        this.real = mask();
        this.step = step;
    }

    /** B. */
    public Operand<TInt32> batch() {
        return batch;
    }

    /** S. */
    public Operand<TInt32> width() {
        return width;
    }

    /** Whether each prompt has one token only, in a step of generation. */
    public boolean isStep() {
        return step;
    }

    /** [T, columns] to [B, S, columns]. Padding holds the values of some token. */
    public <T extends TType> Operand<T> of(Operand<T> x) {
        return blocks.rows(x, padded);
    }

    /** [B, S, ...], in which a position has {@code columns} values, to [T, columns]. */
    public <T extends TType> Operand<T> packed(Operand<T> x, int columns) {
        return blocks.rows(tf.reshape(x, tf.constant(new int[] {-1, columns})), packed);
    }

    /** The rows of x [T, columns] that are tokens. */
    public <T extends TType> Operand<T> first(Operand<T> x) {
        return blocks.first(x, tokens);
    }

    /** [B, S] 1 where a token stands, 0 where there is padding. */
    public Operand<TFloat32> real() {
        return real;
    }

    private Operand<TFloat32> mask() {
        Operand<TInt32> cells = tf.slice(packed, tf.constant(new int[] {0}), tf.expandDims(tokens, tf.constant(0)));
        Operand<TFloat32> ones = tf.fill(tf.expandDims(tokens, tf.constant(0)), tf.constant(1f));
        Operand<TInt32> size = tf.expandDims(tf.math.mul(batch, width), tf.constant(0));
        return tf.reshape(tf.scatterNd(tf.expandDims(cells, tf.constant(1)), ones, size), tf.shape(padded));
    }

    /** [B] tokens of each prompt. */
    public Operand<TInt32> lengths() {
        return tf.dtypes.cast(tf.sum(real, tf.constant(1)), TInt32.class);
    }

    /**
     * The last values of each prompt.
     *
     * @param x [B, count + S, columns]: a sequence behind what came before it
     * @return [B, count, columns]: the last {@code count} before the padding
     */
    public Operand<TFloat32> last(Operand<TFloat32> x, int count) {
        Operand<TInt32> offsets = tf.range(tf.constant(0), tf.constant(count), tf.constant(1));
        Operand<TInt32> positions =
                tf.math.add(tf.expandDims(lengths(), tf.constant(1)), tf.expandDims(offsets, tf.constant(0)));
        return tf.gather(x, positions, tf.constant(1), Gather.batchDims(1L));
    }

    /**
     * The state before the first token of each prompt: that of what all of them follow, or nothing.
     *
     * @param state [1, ...]
     * @param rest sizes of the other axes
     * @return [B, ...]
     */
    public Operand<TFloat32> forEachPrompt(Operand<TFloat32> state, int... rest) {
        List<Operand<TInt32>> sizes = List.of(tf.expandDims(batch, tf.constant(0)), tf.constant(rest));
        return tf.broadcastTo(state, tf.concat(sizes, tf.constant(0)));
    }
}
