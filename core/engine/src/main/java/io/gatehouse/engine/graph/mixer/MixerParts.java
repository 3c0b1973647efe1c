package io.gatehouse.engine.graph.mixer;

import io.gatehouse.engine.graph.op.Blocks;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** What the blocks of recurrences share. */
final class MixerParts {
    /** Keeps the length of a vector of zeros from being 0; that of Hugging Face's code. */
    private static final float LEAST_LENGTH = 1e-6f;

    private final Ops tf;
    private final List<Placeholder<TFloat32>> past;

    /** @param states how many tensors the state has; nothing comes before the prompts if 0 */
    MixerParts(Ops tf, int states) {
        this.tf = tf;
        this.past = IntStream.range(0, states)
                .mapToObj(i -> tf.placeholder(TFloat32.class))
                .toList();
    }

    List<Placeholder<? extends TFloating>> past() {
        return List.copyOf(past);
    }

    /** One tensor of the state that prompts go on from. */
    Optional<Placeholder<TFloat32>> past(int index) {
        return past.isEmpty() ? Optional.empty() : Optional.of(past.get(index));
    }

    /** x sigmoid(x). */
    Operand<TFloat32> silu(Operand<TFloat32> x) {
        return tf.math.mul(x, tf.math.sigmoid(x));
    }

    /** Parts of these sizes along the last of {@code axes} axes. */
    List<Operand<TFloat32>> parts(Operand<TFloat32> x, int axes, int... sizes) {
        return List.copyOf(tf.splitV(x, tf.constant(sizes), tf.constant(axes - 1), (long) sizes.length)
                .output());
    }

    /** x / sqrt(sum(x²) + 1e-6) for each head of x [B, S, heads x dim]. */
    Operand<TFloat32> unit(Operand<TFloat32> x, int heads, int dim) {
        Operand<TFloat32> byHead = tf.reshape(
                x,
                tf.stack(List.of(
                        tf.gather(tf.shape(x), tf.constant(0), tf.constant(0)),
                        tf.gather(tf.shape(x), tf.constant(1), tf.constant(0)),
                        tf.constant(heads),
                        tf.constant(dim))));
        Operand<TFloat32> square = new Blocks(tf).sumLastKept(tf.math.square(byHead));
        Operand<TFloat32> unit = tf.math.mul(byHead, tf.math.rsqrt(tf.math.add(square, tf.constant(LEAST_LENGTH))));
        return tf.reshape(unit, tf.shape(x));
    }

    /** x / sqrt(mean(x²) + epsilon) × weight over each {@code dim} entries of x [T, columns]; weight has one or all of them. */
    Operand<TFloat32> norm(Operand<TFloat32> x, int columns, int dim, Operand<TFloat32> weight, float epsilon) {
        Operand<TFloat32> byGroup = tf.reshape(x, tf.constant(new int[] {-1, columns / dim, dim}));
        Operand<TFloat32> normed = new Blocks(tf).unweighted(byGroup, dim, epsilon);
        Operand<TFloat32> weights = tf.reshape(weight, tf.constant(new int[] {-1, dim}));
        return tf.reshape(tf.math.mul(weights, normed), tf.constant(new int[] {-1, columns}));
    }
}
