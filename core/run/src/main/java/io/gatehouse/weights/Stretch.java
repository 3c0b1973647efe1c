package io.gatehouse.weights;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.safetensors.Bfloat16;
import io.gatehouse.checkpoint.safetensors.HalfFloat;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A part of a tensor that is looked at as one vector: a whole matrix, or a row of it.
 *
 * @param first element at which it begins
 * @param length number of its elements
 */
record Stretch(TensorInfo tensor, long first, long length) {
    static Stretch whole(TensorInfo tensor) {
        return new Stretch(tensor, 0, tensor.elements());
    }

    static Stretch row(TensorInfo matrix, int row) {
        long columns = matrix.shape().get(1);
        return new Stretch(matrix, row * columns, columns);
    }

    /** Reads {@code count} of its elements, from {@code from} on, to the start of the target. */
    void read(Checkpoint checkpoint, long from, int count, double[] target) {
        int size = tensor.dtype().bytes();
        ByteBuffer bytes = ByteBuffer.allocate(count * size).order(ByteOrder.LITTLE_ENDIAN);
        checkpoint.read(tensor, (first + from) * size, bytes);
        bytes.flip();
        switch (tensor.dtype()) {
            case F32 -> {
                for (int i = 0; i < count; i++) {
                    target[i] = bytes.getFloat(Float.BYTES * i);
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    target[i] = Bfloat16.toFloat(bytes.getShort(Short.BYTES * i));
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    target[i] = HalfFloat.toFloat(bytes.getShort(Short.BYTES * i));
                }
            }
            // Checkpoints with other types of weights are refused when they are opened.
            default -> throw new IllegalArgumentException("Not a weight: " + tensor);
        }
    }
}
