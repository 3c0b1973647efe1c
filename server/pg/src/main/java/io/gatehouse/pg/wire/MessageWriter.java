package io.gatehouse.pg.wire;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Messages to a client. A message is its type, a 32-bit length that counts itself, and the body; all numbers are
 * big-endian. Messages are collected and written in large pieces.
 */
public final class MessageWriter {
    private static final int PIECE = 64 * 1024;
    /** A large row must not keep its memory for as long as the connection lasts. */
    private static final int MAX_KEPT = 1024 * 1024;

    private final OutputStream out;
    private byte[] bytes = new byte[2 * PIECE];
    private int size;
    private int lengthAt;
    private long written;
    private volatile long writingSince;

    public MessageWriter(OutputStream out) {
        this.out = requireNonNull(out, "out is null");
    }

    /** Begins a message; {@link #end} must follow. */
    public MessageWriter begin(char type) {
        int8(type);
        lengthAt = size;
        return int32(0);
    }

    /** Ends the message, and writes what has been collected if that is much. */
    public void end() throws IOException {
        set32(lengthAt, size - lengthAt);
        if (size > PIECE) {
            write();
        }
    }

    public MessageWriter int8(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
        return this;
    }

    public MessageWriter int16(int value) {
        reserve(2);
        bytes[size++] = (byte) (value >> 8);
        bytes[size++] = (byte) value;
        return this;
    }

    public MessageWriter int32(int value) {
        reserve(4);
        size += 4;
        set32(size - 4, value);
        return this;
    }

    public MessageWriter int64(long value) {
        return int32((int) (value >> 32)).int32((int) value);
    }

    public MessageWriter raw(byte[] value) {
        reserve(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
        return this;
    }

    /** Text in UTF-8 without an end. */
    public MessageWriter text(String value) {
        int length = value.length();
        reserve(length);
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c >= 0x80) {
                size -= i;
                return raw(value.getBytes(StandardCharsets.UTF_8));
            }
            bytes[size++] = (byte) c;
        }
        return this;
    }

    /** Text that ends with a zero byte, and therefore has none. */
    public MessageWriter string(String value) {
        return text(value.replace('\0', ' ')).int8(0);
    }

    /** Leaves room for the length of a value; returns its place for {@link #endValue}. */
    public int beginValue() {
        int32(0);
        return size;
    }

    /** Writes the length of the value that began there. */
    public void endValue(int begin) {
        set32(begin - 4, size - begin);
    }

    /** Bytes of all messages so far. */
    public long written() {
        return written + size;
    }

    /** Since when a write has waited for the client, as {@link System#nanoTime}; 0 if none does. */
    long writingSince() {
        return writingSince;
    }

    /** Forgets the message that was begun, because its value cannot be written. */
    public void discard() {
        size = lengthAt - 1;
    }

    public void flush() throws IOException {
        write();
        out.flush();
    }

    private void write() throws IOException {
        int length = size;
        size = 0;
        written += length;
        writingSince = System.nanoTime();
        out.write(bytes, 0, length);
        writingSince = 0;
        if (bytes.length > MAX_KEPT) {
            bytes = new byte[2 * PIECE];
        }
    }

    private void set32(int at, int value) {
        bytes[at] = (byte) (value >> 24);
        bytes[at + 1] = (byte) (value >> 16);
        bytes[at + 2] = (byte) (value >> 8);
        bytes[at + 3] = (byte) value;
    }

    private void reserve(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, 2 * bytes.length));
        }
    }
}
