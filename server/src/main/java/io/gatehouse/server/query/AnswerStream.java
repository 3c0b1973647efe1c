package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** The body of an answer, of limited size. */
final class AnswerStream extends FilterOutputStream {
    private final long limit;
    private long written;

    AnswerStream(OutputStream out, long limit) {
        super(requireNonNull(out, "out is null"));
        this.limit = limit;
    }

    @Override
    public void write(int b) throws IOException {
        count(1);
        out.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        count(length);
        out.write(bytes, offset, length);
    }

    /** Jetty flushes by itself; a writer that flushes small pieces would only make small packets. */
    @Override
    public void flush() {}

    @Override
    public void close() throws IOException {
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
