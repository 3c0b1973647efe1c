package io.gatehouse.checkpoint.quantised;

import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Some neighbouring columns of a matrix, read line by line, or at once where they are all of them. */
final class Strip {
    private Strip() {}

    /** Columns of an I32 matrix, row after row. */
    static int[] ints(TensorBytes files, TensorInfo matrix, long first, int count) {
        byte[] bytes = bytes(files, matrix, first, count);
        int[] values = new int[bytes.length / Integer.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(values);
        return values;
    }

    /** Columns of a matrix of a floating type, row after row. */
    static float[] floats(TensorBytes files, TensorInfo matrix, long first, int count) {
        ByteBuffer bytes = ByteBuffer.wrap(bytes(files, matrix, first, count)).order(ByteOrder.LITTLE_ENDIAN);
        int size = matrix.dtype().bytes();
        float[] values = new float[bytes.limit() / size];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) matrix.dtype().read(bytes, i * size);
        }
        return values;
    }

    private static byte[] bytes(TensorBytes files, TensorInfo matrix, long first, int count) {
        int size = matrix.dtype().bytes();
        int rows = Math.toIntExact(matrix.shape().get(0));
        long columns = matrix.shape().get(1);
        byte[] bytes = new byte[Math.multiplyExact(rows, Math.multiplyExact(count, size))];
        if (count == columns) {
            files.read(matrix, 0, ByteBuffer.wrap(bytes));
            return bytes;
        }
        for (int row = 0; row < rows; row++) {
            files.read(
                    matrix, (row * columns + first) * size, ByteBuffer.wrap(bytes, row * count * size, count * size));
        }
        return bytes;
    }
}
