package io.gatehouse.weights;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A part of a tensor that is looked at as one vector: a whole matrix, or a row of it.
 *
 * @param first element at which it begins
 * @param length number of its elements
 */
record TensorSlice(TensorInfo tensor, long first, long length) {
    static TensorSlice whole(TensorInfo tensor) {
        return new TensorSlice(tensor, 0, tensor.elements());
    }

    static TensorSlice row(TensorInfo matrix, int row) {
        long columns = matrix.shape().get(1);
        return new TensorSlice(matrix, row * columns, columns);
    }

    /** Reads {@code count} of its elements, from {@code from} on, to the start of the target. */
    void read(Checkpoint checkpoint, long from, int count, double[] target) {
        int size = tensor.dtype().bytes();
        ByteBuffer bytes = ByteBuffer.allocate(count * size).order(ByteOrder.LITTLE_ENDIAN);
        checkpoint.read(tensor, (first + from) * size, bytes);
        bytes.flip();
        for (int i = 0; i < count; i++) {
            target[i] = tensor.dtype().read(bytes, i * size);
        }
    }
}
