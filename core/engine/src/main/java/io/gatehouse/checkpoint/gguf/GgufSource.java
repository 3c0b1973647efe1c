package io.gatehouse.checkpoint.gguf;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.ByteBuffer;

/**
 * A file that a header is read from.
 *
 * @param name for errors
 * @param code of errors about its contents
 * @param size its bytes
 * @param bytes reads it
 */
public record GgufSource(String name, ErrorCode code, long size, Bytes bytes) {
    /** Reads bytes of the file. */
    @FunctionalInterface
    public interface Bytes {
        /** Reads the bytes from a position on into all that remains of {@code target}. */
        void read(long position, ByteBuffer target);
    }

    public GgufSource {
        requireNonNull(name, "name is null");
        requireNonNull(code, "code is null");
        requireNonNull(bytes, "bytes is null");
    }

    GatehouseException corrupt(String what) {
        return new GatehouseException(code, "%s %s".formatted(name, what));
    }
}
