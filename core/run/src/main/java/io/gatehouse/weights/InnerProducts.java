package io.gatehouse.weights;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.weights.GramMatrix;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The inner products of vectors that may be too large for memory: of all of them the same few elements are read at a
 * time. Sums are of doubles, so that the distance of vectors that are nearly alike can be told from them.
 */
final class InnerProducts {
    /** Elements of all vectors together that are held at a time: 32 MB. */
    private static final int HELD = 1 << 22;

    /** Elements of each vector that are multiplied at a time, so that those of all stay in the processor's cache. */
    private static final int BLOCK = 1 << 11;

    private final Checkpoint checkpoint;
    private final List<TensorSlice> vectors;
    private final int held;

    InnerProducts(Checkpoint checkpoint, List<TensorSlice> vectors) {
        this(checkpoint, vectors, HELD);
    }

    InnerProducts(Checkpoint checkpoint, List<TensorSlice> vectors, int held) {
        this.checkpoint = checkpoint;
        this.vectors = vectors;
        this.held = held;
    }

    /** @throws GatehouseException CORRUPT_CHECKPOINT if an element is not a finite number */
    GramMatrix compute() {
        int size = vectors.size();
        long length = vectors.get(0).length();
        int chunk = (int) Math.min(length, Math.max(BLOCK, held / size));
        double[][] values = new double[size][chunk];
        double[][] products = new double[size][size];
        for (long from = 0; from < length; from += chunk) {
            long start = from;
            int count = (int) Math.min(chunk, length - from);
            IntStream.range(0, size).parallel().forEach(i -> vectors.get(i).read(checkpoint, start, count, values[i]));
            for (int block = 0; block < count; block += BLOCK) {
                int first = block;
                int end = Math.min(count, block + BLOCK);
                IntStream.range(0, size).parallel().forEach(i -> add(values, i, first, end, products[i]));
            }
        }
        for (int i = 0; i < size; i++) {
            if (!Double.isFinite(products[i][i])) {
                throw notFinite(vectors.get(i));
            }
        }
        return new GramMatrix(products);
    }

    private static void add(double[][] values, int i, int from, int to, double[] products) {
        for (int j = i; j < values.length; j++) {
            products[j] += product(values[i], values[j], from, to);
        }
    }

    /** Four sums, for the next product need not wait for the last one to be added. */
    private static double product(double[] one, double[] other, int from, int to) {
        double first = 0;
        double second = 0;
        double third = 0;
        double fourth = 0;
        int k = from;
        for (; k < to - 3; k += 4) {
            first += one[k] * other[k];
            second += one[k + 1] * other[k + 1];
            third += one[k + 2] * other[k + 2];
            fourth += one[k + 3] * other[k + 3];
        }
        for (; k < to; k++) {
            first += one[k] * other[k];
        }
        return (first + second) + (third + fourth);
    }

    private GatehouseException notFinite(TensorSlice vector) {
        Path file = vector.tensor().plain().map(TensorInfo::file).orElseGet(checkpoint::directory);
        return new GatehouseException(
                ErrorCode.CORRUPT_CHECKPOINT,
                "Tensor %s of %s has a value that is not a finite number"
                        .formatted(vector.tensor().name(), file));
    }
}
