package io.gatehouse.engine.graph.mixer;

import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.graph.op.Rectangle;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Prompts of some lengths side by side, as the engine packs them, with values for each of their tokens. */
record SomePrompts(int[] lengths, int width) {
    /** The tokens of all prompts. */
    int tokens() {
        return Arrays.stream(lengths).sum();
    }

    /** The row of the first token of a prompt. */
    int first(int prompt) {
        return Arrays.stream(lengths, 0, prompt).sum();
    }

    Rectangle rectangle(Ops tf) {
        int rows = (tokens() + Blocks.ROW_BLOCK - 1) / Blocks.ROW_BLOCK * Blocks.ROW_BLOCK;
        int[][] padded = new int[lengths.length][width];
        int[] packed = new int[rows];
        int row = 0;
        for (int prompt = 0; prompt < lengths.length; prompt++) {
            for (int i = 0; i < lengths[prompt]; i++, row++) {
                padded[prompt][i] = row;
                packed[row] = prompt * width + i;
            }
        }
        return new Rectangle(tf, tf.constant(padded), tf.constant(packed), tf.constant(tokens()));
    }

    /** Values of the tokens, [tokens][columns], in the rectangle: padding holds those of the first token. */
    Operand<TFloat32> values(Ops tf, Rectangle rectangle, double[][] values) {
        return rectangle.of(matrix(tf, values));
    }

    static Operand<TFloat32> matrix(Ops tf, double[][] values) {
        int columns = values[0].length;
        float[] flat = new float[values.length * columns];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = (float) values[i / columns][i % columns];
        }
        return tensor(tf, flat, values.length, columns);
    }

    static Operand<TFloat32> tensor(Ops tf, float[] values, long... sizes) {
        return tf.constant(Shape.of(sizes), DataBuffers.of(values));
    }

    /** Normally distributed values that floats hold exactly. */
    static double[][] normal(SplittableRandom random, int rows, int columns, double scale) {
        double[][] values = new double[rows][columns];
        for (double[] row : values) {
            for (int i = 0; i < columns; i++) {
                row[i] = (float) (scale * random.nextGaussian());
            }
        }
        return values;
    }
}
