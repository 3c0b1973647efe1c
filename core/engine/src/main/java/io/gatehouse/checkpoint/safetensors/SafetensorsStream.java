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
public final class SafetensorsStream implements AutoCloseable {
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

    private final Path file;
    private final FileChannel channel;
    private long missing;

    private SafetensorsStream(Path file, FileChannel channel, long dataBytes) {
        this.file = file;
        this.channel = channel;
        this.missing = dataBytes;
    }

    /**
     * Creates or replaces a file and writes its header.
     *
     * @param metadata goes into the header as {@code __metadata__}
     */
    public static SafetensorsStream create(Path file, List<Entry> entries, Map<String, String> metadata) {
        byte[] header = header(entries, metadata);
        FileChannel channel;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
        SafetensorsStream stream = new SafetensorsStream(
                file, channel, entries.stream().mapToLong(Entry::bytes).sum());
        ByteBuffer head = ByteBuffer.allocate(Long.BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN);
        try {
            stream.writeAll(head.putLong(header.length).put(header).flip());
            return stream;
        } catch (RuntimeException e) {
            stream.close();
            throw e;
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
