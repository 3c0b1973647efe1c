package io.gatehouse.checkpoint.quantised;

import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads the bytes of tensors from the files of a checkpoint. Thread-safe. */
public interface TensorBytes {
    /** Reads the tensor's little-endian bytes from {@code offset} on into all that remains of {@code target}. */
    void read(TensorInfo tensor, long offset, ByteBuffer target);

    /** Reads {@code length} bytes of a tensor from {@code offset} on. */
    default byte[] read(TensorInfo tensor, long offset, int length) {
        byte[] bytes = new byte[length];
        read(tensor, offset, ByteBuffer.wrap(bytes));
        return bytes;
    }

    /** Reads {@code count} elements of a readable type from {@code first} on. */
    default float[] floats(TensorInfo tensor, long first, int count) {
        int size = tensor.dtype().bytes();
        ByteBuffer bytes = ByteBuffer.wrap(read(tensor, first * size, Math.multiplyExact(count, size)))
                .order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) tensor.dtype().read(bytes, i * size);
        }
        return values;
    }
}
