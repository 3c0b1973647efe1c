package io.gatehouse.checkpoint.quantised;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The transposes of matrices that lie one after another in a plain tensor of shape [..., inputs, outputs]: row r is
 * column r mod outputs of matrix r / outputs.
 */
public record Transposed(TensorInfo tensor) implements Packing {
    public Transposed {
        requireNonNull(tensor, "tensor is null");
        if (tensor.shape().size() < 2 || tensor.elements() == 0) {
            throw new IllegalArgumentException("Not a matrix: " + tensor);
        }
    }

    private int size(int fromLast) {
        return Math.toIntExact(tensor.shape().get(tensor.shape().size() - fromLast));
    }

    @Override
    public long rows() {
        return tensor.elements() / columns();
    }

    @Override
    public int columns() {
        return size(2);
    }

    @Override
    public String format() {
        return tensor.dtype().name();
    }

    @Override
    public List<TensorInfo> tensors() {
        return List.of(tensor);
    }

    @Override
    public boolean fitsBfloat16() {
        return tensor.dtype() == DType.BF16;
    }

    @Override
    public int chunkRows() {
        return Math.max(1, SPREAD_CHUNK_VALUES / columns());
    }

    @Override
    public RowDecoder decoder(TensorBytes files) {
        int inputs = size(2);
        int outputs = size(1);
        return (first, rows, target) -> {
            int done = 0;
            while (done < rows) {
                long matrix = (first + done) / outputs;
                int from = (int) ((first + done) % outputs);
                int count = Math.min(outputs - from, rows - done);
                decode(files, matrix * inputs * outputs + from, count, target, done * inputs);
                done += count;
            }
        };
    }

    /** Reads a strip of {@code count} columns that begins at an element, and writes it as rows. */
    private void decode(TensorBytes files, long first, int count, float[] target, int at) {
        DType type = tensor.dtype();
        int inputs = size(2);
        int outputs = size(1);
        byte[] row = new byte[count * type.bytes()];
        ByteBuffer bytes = ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN);
        for (int input = 0; input < inputs; input++) {
            files.read(tensor, (first + (long) input * outputs) * type.bytes(), bytes.clear());
            for (int i = 0; i < count; i++) {
                target[at + i * inputs + input] = (float) type.read(bytes, i * type.bytes());
            }
        }
    }
}
