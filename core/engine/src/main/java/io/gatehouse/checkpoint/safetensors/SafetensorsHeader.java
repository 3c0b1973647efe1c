package io.gatehouse.checkpoint.safetensors;

import io.gatehouse.checkpoint.file.JsonFile;
import io.gatehouse.checkpoint.file.ModelFiles;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * The head of a safetensors file: 8 bytes of length, little-endian, then as many bytes of JSON that say where each
 * tensor lies in the rest. Nothing in it is believed: the ranges must be disjoint, cover the data part and have the
 * size of shape × type.
 */
public final class SafetensorsHeader {
    /** Limit of the format's reference implementation. */
    private static final int MAX_BYTES = 100_000_000;

    private static final int LENGTH_BYTES = Long.BYTES;

    private final List<TensorInfo> tensors;
    private final byte[] content;

    private SafetensorsHeader(List<TensorInfo> tensors, byte[] content) {
        this.tensors = tensors;
        this.content = content;
    }

    public static SafetensorsHeader read(Path file, FileChannel channel) {
        try {
            long size = channel.size();
            if (size < LENGTH_BYTES) {
                throw corrupt(file, "has %d bytes, too few for a safetensors file".formatted(size));
            }
            long length = read(file, channel, 0, LENGTH_BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getLong();
            // Negative is what a length of 2^63 and more looks like.
            if (length < 0 || length > Math.min(MAX_BYTES, size - LENGTH_BYTES)) {
                throw corrupt(
                        file,
                        "says that its header has %s bytes; at most %,d fit in its %,d bytes"
                                .formatted(
                                        Long.toUnsignedString(length), Math.min(MAX_BYTES, size - LENGTH_BYTES), size));
            }
            byte[] content =
                    read(file, channel, LENGTH_BYTES, Math.toIntExact(length)).array();
            return parse(file, content, size - LENGTH_BYTES - length);
        } catch (IOException e) {
            throw ModelFiles.unreadable(file, e);
        }
    }

    /** Parses the JSON of a file whose data part has {@code dataBytes} bytes. */
    public static SafetensorsHeader parse(Path file, byte[] content, long dataBytes) {
        // The format wants the brace first. A zero byte after it would make the JSON parser guess at UTF-16.
        if (content.length < 2 || content[0] != '{' || content[1] == 0) {
            throw corrupt(file, "has a header that does not begin as a JSON object");
        }
        List<TensorInfo> tensors =
                new SafetensorsHeaderParser(file, LENGTH_BYTES + content.length, dataBytes).parse(content);
        requireCovered(file, tensors, LENGTH_BYTES + content.length, dataBytes);
        return new SafetensorsHeader(tensors, content);
    }

    public List<TensorInfo> tensors() {
        return tensors;
    }

    /** The JSON as it is in the file. */
    public byte[] content() {
        return content;
    }

    private static void requireCovered(Path file, List<TensorInfo> tensors, long dataStart, long dataBytes) {
        List<TensorInfo> inOrder = tensors.stream()
                .sorted(Comparator.comparingLong(TensorInfo::offset).thenComparingLong(TensorInfo::bytes))
                .toList();
        long end = dataStart;
        for (TensorInfo tensor : inOrder) {
            if (tensor.offset() != end) {
                throw corrupt(
                        file,
                        "has tensor %s at data offset %,d, which %s offset %,d where the one before it ends"
                                .formatted(
                                        JsonFile.shown(tensor.name()),
                                        tensor.offset() - dataStart,
                                        tensor.offset() < end ? "overlaps" : "leaves a gap after",
                                        end - dataStart));
            }
            end = tensor.offset() + tensor.bytes();
        }
        if (end - dataStart != dataBytes) {
            throw corrupt(
                    file,
                    "has %,d bytes of data, but its tensors take %,d of them".formatted(dataBytes, end - dataStart));
        }
    }

    private static ByteBuffer read(Path file, FileChannel channel, long position, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw corrupt(file, "ends within its header");
            }
        }
        return buffer.flip();
    }

    public static GatehouseException corrupt(Path file, String what) {
        return new GatehouseException(ErrorCode.CORRUPT_CHECKPOINT, "%s %s".formatted(file, what));
    }
}
