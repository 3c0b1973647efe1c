package io.gatehouse.checkpoint.safetensors;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.file.OpenFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Where one tensor lies: {@code bytes} bytes from {@code offset} of {@code file}, row-major and little-endian. A scalar
 * has the empty shape.
 */
public record TensorInfo(String name, DType dtype, List<Long> shape, Path file, long offset, long bytes) {
    public TensorInfo {
        requireNonNull(name, "name is null");
        requireNonNull(dtype, "dtype is null");
        shape = List.copyOf(shape);
        requireNonNull(file, "file is null");
        if (offset < 0 || bytes < 0) {
            throw new IllegalArgumentException("Negative offset %d or length %d".formatted(offset, bytes));
        }
    }

    /** The same tensor under another name. */
    public TensorInfo named(String other) {
        return new TensorInfo(other, dtype, shape, file, offset, bytes);
    }

    /** Reads its bytes from {@code from} on into all that remains of {@code target}; the file must be its own. */
    public void read(OpenFile open, long from, ByteBuffer target) {
        if (from < 0 || target.remaining() > bytes - from) {
            throw new IllegalArgumentException("%d bytes from %d on are not within the %d of tensor %s"
                    .formatted(target.remaining(), from, bytes, name));
        }
        open.read(offset + from, target, "tensor " + name);
    }

    /** Number of elements. */
    public long elements() {
        return bytes / dtype.bytes();
    }
}
