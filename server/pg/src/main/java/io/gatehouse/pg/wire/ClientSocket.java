package io.gatehouse.pg.wire;

import static java.util.Objects.requireNonNull;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * The connection of one client. One thread reads its messages; while that thread computes, another one may ask whether the
 * client has left. A message that has begun must arrive within a time, and no message may be larger than a limit.
 */
public final class ClientSocket implements AutoCloseable {
    private static final int BUFFER = 8 * 1024;
    private static final int FIRST_BYTES = 10_000;
    private static final int NO_LIMIT = 0;

    private final int maxBytes;
    private final Duration patience;
    private volatile Socket socket;
    private InputStream in;
    private volatile OutputStream out;
    private byte[] bytes = new byte[BUFFER];
    private int position;
    private int limit;
    private boolean ended;
    /** Held while messages are read or looked for. */
    private final ReentrantLock input = new ReentrantLock();

    /**
     * @param maxBytes size of a message
     * @param patience time for a message that has begun, and for the first one
     */
    public ClientSocket(Socket socket, int maxBytes, Duration patience) throws IOException {
        this.socket = requireNonNull(socket, "socket is null");
        this.maxBytes = maxBytes;
        this.patience = requireNonNull(patience, "patience is null");
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    /** Writes to the client, encrypted from {@link #encrypt} on. */
    public OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                out.write(value);
            }

            @Override
            public void write(byte[] values, int offset, int length) throws IOException {
                out.write(values, offset, length);
            }

            @Override
            public void flush() throws IOException {
                out.flush();
            }
        };
    }

    /** Speaks TLS from here on. */
    public void encrypt(SSLContext context) throws IOException {
        if (position < limit) {
            // Whoever sits between could have put statements before the encrypted ones.
            throw new ProtocolViolation("data before TLS");
        }
        SSLSocket encrypted = (SSLSocket) context.getSocketFactory()
                .createSocket(socket, socket.getInetAddress().getHostAddress(), socket.getPort(), true);
        encrypted.setUseClientMode(false);
        encrypted.setSoTimeout((int) patience.toMillis());
        encrypted.startHandshake();
        socket = encrypted;
        in = encrypted.getInputStream();
        out = encrypted.getOutputStream();
    }

    /** Reads the first message, which has no type. */
    public Message first() throws IOException {
        return locked(() -> body('\0', FIRST_BYTES, System.nanoTime() + patience.toNanos()));
    }

    /**
     * Reads a message while the client proves who it is, which it must do without delay.
     *
     * @throws SocketTimeoutException if it does not come in time
     */
    public Message soon() throws IOException {
        return locked(() -> {
            long deadline = System.nanoTime() + patience.toNanos();
            await(1, deadline);
            return body((char) (bytes[position++] & 0xff), maxBytes, deadline);
        });
    }

    /** Waits for the next message, as long as it takes to begin. */
    public Message next() throws IOException {
        return locked(() -> {
            await(1, NO_LIMIT);
            char type = (char) (bytes[position++] & 0xff);
            return body(type, maxBytes, System.nanoTime() + patience.toNanos());
        });
    }

    private interface Reading {
        Message read() throws IOException;
    }

    private Message locked(Reading reading) throws IOException {
        input.lock();
        try {
            return reading.read();
        } finally {
            input.unlock();
        }
    }

    private Message body(char type, int most, long deadline) throws IOException {
        await(4, deadline);
        int length = ByteBuffer.wrap(bytes, position, 4).getInt() - 4;
        position += 4;
        if (length < 0 || length > most) {
            throw new ProtocolViolation("a message of %,d bytes; the limit is %,d".formatted(length, most));
        }
        await(length, deadline);
        ByteBuffer body = ByteBuffer.wrap(Arrays.copyOfRange(bytes, position, position + length));
        position += length;
        if (bytes.length > BUFFER && position == limit) {
            bytes = new byte[BUFFER];
            position = 0;
            limit = 0;
        }
        return new Message(type, body);
    }

    /** Returns when so many bytes have been read. */
    private void await(int count, long deadline) throws IOException {
        while (limit - position < count) {
            if (ended) {
                throw new EOFException("The client has left");
            }
            fill(count, deadline);
        }
    }

    private void fill(int count, long deadline) throws IOException {
        if (bytes.length - position < count) {
            // Grows with what arrives: a client that only announces much gets no memory for it.
            int size = Math.min(count, Math.max(BUFFER, 2 * (limit - position)));
            byte[] larger = size > bytes.length ? new byte[size] : bytes;
            System.arraycopy(bytes, position, larger, 0, limit - position);
            limit -= position;
            position = 0;
            bytes = larger;
        }
        if (limit == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * bytes.length);
        }
        socket.setSoTimeout(deadline == NO_LIMIT ? 0 : remaining(deadline));
        take();
    }

    private static int remaining(long deadline) throws SocketTimeoutException {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            throw new SocketTimeoutException("The client is too slow");
        }
        return (int) Math.min(millis, Integer.MAX_VALUE);
    }

    private void take() throws IOException {
        int read = in.read(bytes, limit, bytes.length - limit);
        if (read < 0) {
            ended = true;
        } else {
            limit += read;
        }
    }

    /** Whether the client has closed the connection, as seen by another thread while the first one does not read. */
    public boolean hasLeft() {
        if (!input.tryLock()) {
            return false;
        }
        try {
            // What is read ahead of its turn stays here; a client that sends much has not left.
            if (!ended && limit < bytes.length) {
                socket.setSoTimeout(1);
                take();
            }
            return ended;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            ended = true;
            return true;
        } finally {
            input.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
