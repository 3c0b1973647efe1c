package io.gatehouse.trace.format;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Little-endian numbers of a file, read forward as a stream, so that a file may be larger than memory. */
public final class BinaryFile implements AutoCloseable {
    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final long size;
    private final InputStream in;
    private long position;

    private BinaryFile(Path file, long size, InputStream in) {
        this.file = file;
        this.size = size;
        this.in = in;
    }

    /**
     * Opens a file.
     *
     * @throws GatehouseException FILE_NOT_FOUND, or INVALID_ARGUMENT if it cannot be read
     */
    public static BinaryFile open(Path file) {
        FileFailure.requireFile(file);
        try {
            return new BinaryFile(file, Files.size(file), new BufferedInputStream(Files.newInputStream(file), BUFFER));
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    /** The number of bytes before the next number. */
    public long position() {
        return position;
    }

    /** The number of bytes that are left. */
    public long remaining() {
        return size - position;
    }

    public int i32() {
        return numbers(1).getInt();
    }

    /** Whole numbers; the caller has counted the memory that they take. */
    public int[] ints(int count) {
        int[] ints = new int[count];
        numbers(count).asIntBuffer().get(ints);
        return ints;
    }

    /** Floats; the caller has counted the memory that they take. */
    public float[] floats(int count) {
        float[] floats = new float[count];
        numbers(count).asFloatBuffer().get(floats);
        return floats;
    }

    /** A text of one byte each character. */
    public String latin(int length) {
        return new String(bytes(length), StandardCharsets.ISO_8859_1);
    }

    private ByteBuffer numbers(int count) {
        return ByteBuffer.wrap(bytes((long) count * Integer.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private byte[] bytes(long length) {
        if (length > remaining() || length > Integer.MAX_VALUE) {
            throw corrupt("ends at byte %,d, within %,d bytes that begin at %,d".formatted(size, length, position));
        }
        try {
            byte[] bytes = in.readNBytes((int) length);
            if (bytes.length < length) {
                throw corrupt("was changed while it was read");
            }
            position += length;
            return bytes;
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    /** The error that something in the file is wrong. */
    public GatehouseException corrupt(String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(file, what));
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }
}
