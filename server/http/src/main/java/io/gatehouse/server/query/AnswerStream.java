package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.eclipse.jetty.ee10.servlet.HttpOutput;

/**
 * The body of a response, of limited size. Large buffers pass from DuckDB to the socket as they are; small ones are
 * collected, because each of an Arrow batch would become a chunk.
 */
final class AnswerStream extends OutputStream implements WritableByteChannel {
    private static final int SMALL = 32 * 1024;

    private final HttpOutput out;
    private final long limit;
    private final ByteBuffer small = ByteBuffer.allocateDirect(2 * SMALL);
    private long written;

    /** @param limit bytes */
    AnswerStream(HttpOutput out, long limit) {
        this.out = requireNonNull(out, "out is null");
        this.limit = limit;
    }

    @Override
    public void write(int b) throws IOException {
        count(1);
        passOn();
        out.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        count(length);
        passOn();
        out.write(bytes, offset, length);
    }

    @Override
    public int write(ByteBuffer buffer) throws IOException {
        int length = buffer.remaining();
        count(length);
        if (length > small.remaining()) {
            passOn();
        }
        if (length <= SMALL) {
            small.put(buffer);
        } else {
            passOn();
            out.write(buffer);
        }
        return length;
    }

    private void passOn() throws IOException {
        if (small.position() > 0) {
            out.write(small.flip());
            small.clear();
        }
    }

    /** Jetty flushes by itself; a writer that flushes small pieces would only make small packets. */
    @Override
    public void flush() {}

    @Override
    public boolean isOpen() {
        return !out.isClosed();
    }

    /** Completes the answer. */
    @Override
    public void close() throws IOException {
        passOn();
        out.close();
    }

    private void count(int more) {
        written += more;
        if (written > limit) {
            throw new GatehouseException(
                    ErrorCode.RESULT_TOO_LARGE, "The answer is larger than the limit of %,d bytes.".formatted(limit));
        }
    }
}
