package io.gatehouse.checkpoint.gguf;

import io.gatehouse.memory.FileMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads a header forward through a small buffer. Lengths are compared with the file before anything is allocated. */
final class GgufInput {
    private static final int BUFFER_BYTES = 1 << 16;

    private final GgufSource source;
    private final FileMemory memory;
    private final ByteBuffer buffer =
            ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    /** Position in the file of what follows the buffer. */
    private long next;

    GgufInput(GgufSource source) {
        this.source = source;
        this.memory = FileMemory.of("The header of " + source.name());
    }

    long position() {
        return next - buffer.remaining();
    }

    long remaining() {
        return source.size() - position();
    }

    /** Counts what is kept. */
    void keep(long bytes) {
        memory.take(bytes);
    }

    private ByteBuffer take(int bytes) {
        if (buffer.remaining() < bytes) {
            requireHeld(bytes);
            buffer.compact();
            buffer.limit((int) Math.min(BUFFER_BYTES, buffer.position() + (source.size() - next)));
            long from = next;
            next += buffer.remaining();
            source.bytes().read(from, buffer);
            buffer.flip();
        }
        return buffer;
    }

    void requireHeld(long bytes) {
        if (bytes < 0 || bytes > remaining()) {
            throw source.corrupt("ends at byte %,d, within %s bytes that begin at %,d"
                    .formatted(source.size(), Long.toUnsignedString(bytes), position()));
        }
    }

    int u8() {
        return Byte.toUnsignedInt(take(1).get());
    }

    short i16() {
        return take(Short.BYTES).getShort();
    }

    int i32() {
        return take(Integer.BYTES).getInt();
    }

    long i64() {
        return take(Long.BYTES).getLong();
    }

    float f32() {
        return take(Float.BYTES).getFloat();
    }

    double f64() {
        return take(Double.BYTES).getDouble();
    }

    /** Passes over bytes. */
    void skip(long bytes) {
        requireHeld(bytes);
        if (bytes <= buffer.remaining()) {
            buffer.position(buffer.position() + (int) bytes);
        } else {
            next = position() + bytes;
            buffer.limit(0);
        }
    }

    /** A text of as many bytes as the number before it says. */
    String text(int limit) {
        long length = i64();
        requireHeld(length);
        if (length > limit) {
            throw source.corrupt(
                    "has a text of %,d bytes at byte %,d; at most %,d are read".formatted(length, position(), limit));
        }
        // Characters of two bytes, and an object.
        memory.take(2 * length + 64);
        byte[] bytes = new byte[(int) length];
        int done = 0;
        while (done < bytes.length) {
            int count = Math.min(bytes.length - done, BUFFER_BYTES / 2);
            take(count).get(bytes, done, count);
            done += count;
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
