package io.gatehouse.trace.format;

import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Little-endian bytes of a file, read forward, with one error for whatever the file does not hold. */
final class FileBytes {
    private static final long MAX_BYTES = 1L << 30;
    /** As NumPy has it. */
    private static final int MAX_RANK = 64;

    private final String place;
    private final ByteBuffer bytes;

    FileBytes(String place, byte[] bytes) {
        this.place = place;
        this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The whole of a file of at most a gigabyte. */
    static FileBytes read(Path file, FileMemory memory) {
        FileFailure.requireFile(file);
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_DATASET, "%s has more than %,d bytes".formatted(file, MAX_BYTES));
            }
            memory.take(Files.size(file));
            return new FileBytes(file.toString(), Files.readAllBytes(file));
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET, "%s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** Bytes that were found in these, and are named as a part of them in errors. */
    FileBytes part(String name, byte[] content) {
        return new FileBytes("%s, %s".formatted(place, name), content);
    }

    /** Fills {@code target} with the bytes from a position on. */
    void read(long from, ByteBuffer target) {
        bytes.get((int) from, target.array(), target.arrayOffset() + target.position(), target.remaining());
        target.position(target.limit());
    }

    int position() {
        return bytes.position();
    }

    void position(long position) {
        if (position < 0 || position > bytes.limit()) {
            throw corrupt("has %,d bytes, but points to byte %,d".formatted(bytes.limit(), position));
        }
        bytes.position((int) position);
    }

    int remaining() {
        return bytes.remaining();
    }

    int u8() {
        return Byte.toUnsignedInt(take(1).get());
    }

    int u16() {
        return Short.toUnsignedInt(take(Short.BYTES).getShort());
    }

    int i32() {
        return take(Integer.BYTES).getInt();
    }

    long i64() {
        return take(Long.BYTES).getLong();
    }

    void skip(long length) {
        bytes.position(bytes.position() + requireHeld(length));
    }

    byte[] bytes(long length) {
        byte[] taken = new byte[requireHeld(length)];
        bytes.get(taken);
        return taken;
    }

    String text(long length) {
        return new String(bytes(length), StandardCharsets.UTF_8);
    }

    /** The number of elements of an array that begins here and lies in the file wholly. */
    int requireArray(DType element, List<Integer> shape) {
        if (shape.size() > MAX_RANK) {
            throw corrupt("has an array of %d dimensions".formatted(shape.size()));
        }
        long elements = 1;
        for (int size : shape) {
            elements = size < 0 ? -1 : Math.min(elements * size, Integer.MAX_VALUE);
        }
        requireHeld(elements * element.bytes());
        return (int) elements;
    }

    /** An array that begins here, and is not copied; what comes after it is next. */
    NamedArray array(String name, DType element, List<Integer> shape) {
        int elements = requireArray(element, shape);
        NamedArray array = new NamedArray(name, shape, elements, element, bytes);
        skip((long) elements * element.bytes());
        return array;
    }

    private ByteBuffer take(int length) {
        requireHeld(length);
        return bytes;
    }

    /** Returns the length if as many bytes are left. */
    int requireHeld(long length) {
        if (length < 0 || length > bytes.remaining()) {
            throw corrupt("ends at byte %,d, within %,d bytes that begin at %,d"
                    .formatted(bytes.limit(), length, bytes.position()));
        }
        return (int) length;
    }

    GatehouseException corrupt(String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(place, what));
    }
}
