package io.gatehouse.checkpoint.quantised;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** A tensor whose elements are stored one after another, each by itself. */
public record Plain(TensorInfo tensor) implements Packing {
    public Plain {
        requireNonNull(tensor, "tensor is null");
    }

    @Override
    public long rows() {
        return tensor.elements() / columns();
    }

    @Override
    public int columns() {
        List<Long> shape = tensor.shape();
        // A vector is a column, so that one of any length is read in parts.
        return shape.size() < 2 ? 1 : Math.toIntExact(Math.max(1, shape.get(shape.size() - 1)));
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
    public RowDecoder decoder(TensorBytes files) {
        DType type = tensor.dtype();
        int columns = columns();
        return (first, rows, target) -> {
            int count = Math.multiplyExact(rows, columns);
            byte[] bytes = files.read(tensor, first * columns * type.bytes(), Math.multiplyExact(count, type.bytes()));
            ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            if (type == DType.F32) {
                from.asFloatBuffer().get(target, 0, count);
                return;
            }
            for (int i = 0; i < count; i++) {
                target[i] = (float) type.read(from, i * type.bytes());
            }
        };
    }
}
