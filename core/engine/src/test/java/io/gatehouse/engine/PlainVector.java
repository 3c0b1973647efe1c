package io.gatehouse.engine;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Arithmetic on double[] that a plain decoder is written with. */
final class PlainVector {
    private PlainVector() {}

    /** Rows of the matrix times x. */
    static double[] multiply(double[] matrix, double[] x) {
        double[] out = new double[matrix.length / x.length];
        for (int row = 0; row < out.length; row++) {
            for (int i = 0; i < x.length; i++) {
                out[row] += matrix[row * x.length + i] * x[i];
            }
        }
        return out;
    }

    static double[] sum(double[] x, double[] y) {
        return IntStream.range(0, x.length).mapToDouble(i -> x[i] + y[i]).toArray();
    }

    static double[] softmax(double[] x) {
        double max = Arrays.stream(x).max().orElseThrow();
        double sum = Arrays.stream(x).map(value -> Math.exp(value - max)).sum();
        return Arrays.stream(x).map(value -> Math.exp(value - max) / sum).toArray();
    }

    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** x / sqrt(mean(x^2) + epsilon) * weight, over pieces of the weight's length. */
    static double[] norm(double[] x, double[] weight, double epsilon) {
        double[] out = new double[x.length];
        for (int start = 0; start < x.length; start += weight.length) {
            double squares = 0;
            for (int i = 0; i < weight.length; i++) {
                squares += x[start + i] * x[start + i];
            }
            double root = Math.sqrt(squares / weight.length + epsilon);
            for (int i = 0; i < weight.length; i++) {
                out[start + i] = weight[i] * x[start + i] / root;
            }
        }
        return out;
    }

    static double length(double[] x) {
        return Math.sqrt(Arrays.stream(x).map(value -> value * value).sum());
    }
}
