package io.gatehouse.checkpoint.safetensors;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.error.FileFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/**
 * A safetensors file as it is written: first the header that says what will come, then the data of the tensors in the
 * order of the header, in pieces of any size. Needs no more memory than a piece.
 */
public final class SafetensorsWriter implements AutoCloseable {
    /** The data starts at a multiple of this, as the reference implementation has it. */
    private static final int ALIGNMENT = 8;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What the header says of a tensor. */
    public record Entry(String name, DType dtype, List<Long> shape) {
        public Entry {
            requireNonNull(name, "name is null");
            requireNonNull(dtype, "dtype is null");
            shape = List.copyOf(shape);
        }

        /** Size of the tensor's data. */
        public long bytes() {
            return shape.stream().reduce((long) dtype.bytes(), Math::multiplyExact);
        }
    }

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

    private final Path file;
    private final FileChannel channel;
    private long missing;

    private SafetensorsWriter(Path file, FileChannel channel, long dataBytes) {
        this.file = file;
        this.channel = channel;
        this.missing = dataBytes;
    }

    /**
     * Creates or replaces a file and writes its header.
     *
     * @param metadata goes into the header as {@code __metadata__}
     */
    public static SafetensorsWriter create(Path file, List<Entry> entries, Map<String, String> metadata) {
        byte[] header = header(entries, metadata);
        FileChannel channel;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
        SafetensorsWriter writer = new SafetensorsWriter(
                file, channel, entries.stream().mapToLong(Entry::bytes).sum());
        ByteBuffer head = ByteBuffer.allocate(Long.BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN);
        try {
            writer.writeAll(head.putLong(header.length).put(header).flip());
            return writer;
        } catch (RuntimeException e) {
            writer.close();
            throw e;
        }
    }

    /**
     * Creates or replaces a file of these tensors. The same tensors always give the same bytes.
     *
     * @param metadata goes into the header as {@code __metadata__}
     */
    public static void write(Path file, List<Tensor> tensors, Map<String, String> metadata) {
        List<Entry> entries = tensors.stream().map(Tensor::entry).toList();
        try (SafetensorsWriter writer = create(file, entries, metadata)) {
            for (Tensor tensor : tensors) {
                writer.write(tensor.data().duplicate());
            }
        }
    }

    /** Writes the next little-endian bytes of the data, from position to limit. */
    public void write(ByteBuffer bytes) {
        if (bytes.remaining() > missing) {
            throw new IllegalArgumentException(
                    "%s has room for %,d bytes more, not for %,d".formatted(file, missing, bytes.remaining()));
        }
        missing -= bytes.remaining();
        writeAll(bytes);
    }

    /** Bytes that the header promises and that are not written yet; a file is whole when there are none. */
    public long missing() {
        return missing;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }

    private void writeAll(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }

    private static byte[] header(List<Entry> entries, Map<String, String> metadata) {
        ObjectNode header = JSON.createObjectNode();
        ObjectNode own = header.putObject("__metadata__");
        metadata.forEach(own::put);
        long offset = 0;
        for (Entry tensor : entries) {
            ObjectNode entry = header.putObject(tensor.name());
            entry.put("dtype", tensor.dtype().name());
            tensor.shape().forEach(entry.putArray("shape")::add);
            long end = offset + tensor.bytes();
            entry.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        try {
            String json = JSON.writeValueAsString(header);
            int length = json.getBytes(StandardCharsets.UTF_8).length;
            int padding = Math.floorMod(-length, ALIGNMENT);
            return (json + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree of strings and numbers always has a JSON text", e);
        }
    }
}
