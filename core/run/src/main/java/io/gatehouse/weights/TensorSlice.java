package io.gatehouse.weights;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.quantised.StoredTensor;

/**
 * A part of a tensor that is looked at as one vector: a whole matrix, or a row of it.
 *
 * @param first element at which it begins
 * @param length number of its elements
 */
record TensorSlice(StoredTensor tensor, long first, long length) {
    static TensorSlice whole(StoredTensor tensor) {
        return new TensorSlice(tensor, 0, tensor.elements());
    }

    static TensorSlice row(StoredTensor matrix, int row) {
        long columns = matrix.shape().get(1);
        return new TensorSlice(matrix, row * columns, columns);
    }

    /** Reads {@code count} of its elements, from {@code from} on, to the start of the target. */
    void read(Checkpoint checkpoint, long from, int count, double[] target) {
        int columns = tensor.columns();
        long begin = first + from;
        long row = begin / columns;
        int rows = (int) ((begin + count - 1) / columns - row + 1);
        float[] values = new float[Math.multiplyExact(rows, columns)];
        tensor.decoder(checkpoint).decode(row, rows, values);
        int skipped = (int) (begin - row * columns);
        for (int i = 0; i < count; i++) {
            target[i] = values[skipped + i];
        }
    }
}
