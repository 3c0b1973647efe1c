package io.gatehouse.checkpoint;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/** Writes tensors as one safetensors file. The same tensors always give the same bytes. */
public final class SafetensorsWriter {
    /** The data starts at a multiple of this, as the reference implementation has it. */
    private static final int ALIGNMENT = 8;

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A tensor to write.
     *
     * @param data little-endian elements, row by row, from position to limit
     */
    public record Tensor(String name, DType dtype, List<Long> shape, ByteBuffer data) {
        public Tensor {
            requireNonNull(name, "name is null");
            shape = List.copyOf(shape);
            long expected = shape.stream().reduce((long) dtype.bytes(), Math::multiplyExact);
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
        byte[] header = header(tensors, metadata);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            writeAll(channel, length.putLong(header.length).flip());
            writeAll(channel, ByteBuffer.wrap(header));
            for (Tensor tensor : tensors) {
                writeAll(channel, tensor.data().duplicate());
            }
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "%s cannot be written: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static byte[] header(List<Tensor> tensors, Map<String, String> metadata) {
        ObjectNode header = JSON.createObjectNode();
        ObjectNode own = header.putObject("__metadata__");
        metadata.forEach(own::put);
        long offset = 0;
        for (Tensor tensor : tensors) {
            ObjectNode entry = header.putObject(tensor.name());
            entry.put("dtype", tensor.dtype().name());
            tensor.shape().forEach(entry.putArray("shape")::add);
            long end = offset + tensor.data().remaining();
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

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
