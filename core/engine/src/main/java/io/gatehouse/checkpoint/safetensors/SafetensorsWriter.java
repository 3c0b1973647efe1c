package io.gatehouse.checkpoint.safetensors;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.SafetensorsStream.Entry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes tensors as one safetensors file. The same tensors always give the same bytes. */
public final class SafetensorsWriter {
    /**
     * A tensor to write.
     *
     * @param data little-endian elements, row by row, from position to limit
     */
    public record Tensor(String name, DType dtype, List<Long> shape, ByteBuffer data) {
        public Tensor {
            requireNonNull(name, "name is null");
            shape = List.copyOf(shape);
            long expected = new Entry(name, dtype, shape).bytes();
            if (data.remaining() != expected) {
                throw new IllegalArgumentException("Tensor %s of type %s and shape %s has %d bytes instead of %d"
                        .formatted(name, dtype, shape, data.remaining(), expected));
            }
        }

        public static Tensor floats(String name, List<Long> shape, float[] values) {
            ByteBuffer data = allocate(Float.BYTES, values.length);
            data.asFloatBuffer().put(values);
            return new Tensor(name, DType.F32, shape, data);
        }

        public static Tensor ints(String name, List<Long> shape, int[] values) {
            ByteBuffer data = allocate(Integer.BYTES, values.length);
            data.asIntBuffer().put(values);
            return new Tensor(name, DType.I32, shape, data);
        }

        public static Tensor longs(String name, List<Long> shape, long[] values) {
            ByteBuffer data = allocate(Long.BYTES, values.length);
            data.asLongBuffer().put(values);
            return new Tensor(name, DType.I64, shape, data);
        }

        private Entry entry() {
            return new Entry(name, dtype, shape);
        }

        private static ByteBuffer allocate(int bytes, int elements) {
            return ByteBuffer.allocate(Math.multiplyExact(bytes, elements)).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    private SafetensorsWriter() {}

    /**
     * Writes or replaces a file.
     *
     * @param metadata goes into the header as {@code __metadata__}
     */
    public static void write(Path file, List<Tensor> tensors, Map<String, String> metadata) {
        List<Entry> entries = tensors.stream().map(Tensor::entry).toList();
        try (SafetensorsStream stream = SafetensorsStream.create(file, entries, metadata)) {
            for (Tensor tensor : tensors) {
                stream.write(tensor.data().duplicate());
            }
        }
    }
}
