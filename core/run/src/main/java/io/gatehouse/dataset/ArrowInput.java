package io.gatehouse.dataset;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Arrival;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;

/**
 * The messages of an Arrow stream that somebody sends. The lengths of each message are checked against limits before memory
 * is allocated for it, and its batches are read by {@link CheckedBatches}.
 */
public final class ArrowInput implements ReadableByteChannel {
    private static final int MAX_METADATA = 1 << 20;
    private static final int PIECE = 1 << 16;

    private final String source;
    private final InputStream in;
    private final long mostBytes;
    private final Arrival arrival;
    private final ArrowMessageCheck check;
    private final byte[] piece = new byte[PIECE];
    private ByteBuffer head = ByteBuffer.allocate(0);
    private long body;
    private boolean ended;
    private Optional<IOException> failure = Optional.empty();

    /**
     * Prepares to read a stream.
     *
     * @param source names the stream in errors
     * @param mostBytes of the body of a message
     * @param arrival watches how it arrives
     */
    public ArrowInput(String source, InputStream in, long mostBytes, Arrival arrival) {
        this.source = requireNonNull(source, "source is null");
        this.in = requireNonNull(in, "in is null");
        this.mostBytes = mostBytes;
        this.arrival = requireNonNull(arrival, "arrival is null");
        this.check = new ArrowMessageCheck(source);
    }

    /** A reader of its batches, which are checked. */
    public ArrowReader reader(BufferAllocator allocator) {
        return new CheckedBatches(this, allocator);
    }

    /** Why the stream broke off, if it did: its sender is gone, or sends nothing. */
    public Optional<IOException> failure() {
        return failure;
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        if (!head.hasRemaining() && body == 0 && (ended || !next())) {
            return -1;
        }
        if (head.hasRemaining()) {
            int count = Math.min(to.remaining(), head.remaining());
            to.put(head.slice().limit(count));
            head.position(head.position() + count);
            return count;
        }
        int count = received(piece, 0, (int) Math.min(Math.min(to.remaining(), body), PIECE));
        if (count < 0) {
            throw broken(new EOFException());
        }
        to.put(piece, 0, count);
        body -= count;
        return count;
    }

    /** Reads the next message up to its body, or returns false where the stream ends. */
    private boolean next() throws IOException {
        arrival.message();
        byte[] first = bytes(Integer.BYTES);
        if (first.length == 0) {
            ended = true;
            return false;
        }
        byte[] prefix = first;
        int length = number(first, 0);
        if (length == ArrowMessages.CONTINUES) {
            byte[] second = bytes(Integer.BYTES);
            prefix = ByteBuffer.allocate(2 * Integer.BYTES)
                    .put(first)
                    .put(second)
                    .array();
            length = number(second, 0);
        }
        if (length < 0 || length > MAX_METADATA) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET,
                    "%s is not an Arrow stream, or has a message of %s bytes before its body; there are at most %,d"
                            .formatted(source, Integer.toUnsignedString(length), MAX_METADATA));
        }
        byte[] metadata = bytes(length);
        ended = length == 0;
        if (metadata.length < length) {
            throw broken(new EOFException());
        }
        head = ByteBuffer.allocate(prefix.length + length)
                .put(prefix)
                .put(metadata)
                .flip();
        if (!ended) {
            body = check.body(ByteBuffer.wrap(metadata).order(ByteOrder.LITTLE_ENDIAN), mostBytes);
        }
        return true;
    }

    private int number(byte[] bytes, int at) throws IOException {
        if (bytes.length < Integer.BYTES) {
            throw broken(new EOFException());
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
    }

    /** So many bytes, or fewer where the stream ends. */
    private byte[] bytes(int count) throws IOException {
        byte[] bytes = new byte[count];
        int length = 0;
        while (length < count) {
            int more = received(bytes, length, count - length);
            if (more < 0) {
                return Arrays.copyOf(bytes, length);
            }
            length += more;
        }
        return bytes;
    }

    private int received(byte[] to, int at, int count) throws IOException {
        try {
            int received = in.read(to, at, count);
            arrival.received(Math.max(0, received));
            return received;
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private IOException broken(IOException cause) {
        failure = Optional.of(cause);
        return cause;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    /** Leaves the stream open, which belongs to whoever gave it. */
    @Override
    public void close() {}
}
