package io.gatehouse.server.http;

import static java.util.Objects.requireNonNull;

import io.javalin.http.Context;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection that can tell, while a request is served, whether the client has left. Jetty reads from a
 * connection only for a request, so during a long query it would not notice. This class reads ahead, and keeps what arrives
 * (the next request of a client that pipelines) until Jetty asks for it.
 *
 * <p>A client that closes only its sending side looks like one that has left. Before a response has begun, an interim
 * response, which every client of HTTP/1.1 ignores, tells them apart: if nobody is left to read it, the other side resets
 * the connection. This does not work for HTTP/1.0 and TLS; there, a client that closes its side counts as gone.
 *
 * <p>A connection is closed if the head of a request does not arrive in time, because Jetty's own limit begins anew with
 * each byte. It counts from the opening of the connection, the handshake of TLS included, or from the first byte that comes
 * after a response.
 */
public final class ClientConnection extends SocketChannelEndPoint {
    private static final int READ_AHEAD_BYTES = 1024;
    private static final int LOOKS = 50;
    private static final long BETWEEN_LOOKS_NANOS = 20_000;

    private static final byte[] STILL_HERE = "HTTP/1.1 102 Processing\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Executor executor;
    private final Scheduler scheduler;
    private final Duration headTime;
    private final AddressConnections addresses;
    /** Whether bytes of a head are awaited within its time, which began then. */
    private boolean awaitsHead;

    private long awaitsSince;
    private boolean serving;
    private Optional<InetAddress> client = Optional.empty();
    private Optional<Scheduler.Task> look = Optional.empty();
    private volatile @Nullable Thread writer;
    private volatile Runnable beforeWaiting = () -> {};
    private boolean clear;
    private boolean asks;
    private boolean answering;
    private int looks;
    private final ByteBuffer ahead = ByteBuffer.allocateDirect(READ_AHEAD_BYTES).limit(0);

    /**
     * A connection that was accepted.
     *
     * @param headTime time for the head of a request
     * @param addresses counts connections
     */
    public ClientConnection(
            SocketChannel channel,
            ManagedSelector selector,
            SelectionKey key,
            Scheduler scheduler,
            Executor executor,
            Duration headTime,
            AddressConnections addresses) {
        super(channel, selector, key, scheduler);
        this.scheduler = scheduler;
        this.headTime = requireNonNull(headTime, "headTime is null");
        this.addresses = requireNonNull(addresses, "addresses is null");
        this.executor = requireNonNull(executor, "executor is null");
    }

    public static ClientConnection of(Context context) {
        EndPoint outer = outer(ServletContextRequest.getServletContextRequest(context.req()));
        ClientConnection client = of(outer);
        client.serve(client == outer, context.req().getProtocol().equals("HTTP/1.1"));
        return client;
    }

    /** Declares that the head of a request is there, and waits for the next one when the request is answered. */
    public static void headArrived(Request request) {
        ClientConnection client = of(outer(request));
        client.serve(true);
        Request.addCompletionListener(request, failure -> client.serve(false));
    }

    private static EndPoint outer(Request request) {
        return request.getConnectionMetaData().getConnection().getEndPoint();
    }

    private static ClientConnection of(EndPoint outer) {
        return (ClientConnection)
                (outer instanceof SslConnection.SslEndPoint tls
                        ? tls.getSslConnection().getEndPoint()
                        : outer);
    }

    @Override
    public void onOpen() {
        super.onOpen();
        if (isAllowed()) {
            awaitHead();
        } else {
            executor.execute(this::close);
        }
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
        super.onClose(cause);
        endLook();
        leave();
    }

    private synchronized boolean isAllowed() {
        if (!isOpen() || !(getRemoteSocketAddress() instanceof InetSocketAddress remote)) {
            return false;
        }
        client = Optional.of(remote.getAddress());
        return addresses.enter(remote.getAddress());
    }

    private synchronized void leave() {
        client.ifPresent(addresses::leave);
        client = Optional.empty();
    }

    private synchronized void serve(boolean request) {
        serving = request;
        awaitsHead = false;
    }

    private synchronized void awaitHead() {
        if (!serving && !awaitsHead) {
            awaitsHead = true;
            awaitsSince = System.nanoTime();
            // A look that is due earlier, for a head that came, looks again.
            if (look.isEmpty()) {
                lookIn(headTime.toNanos());
            }
        }
    }

    private synchronized void lookIn(long nanos) {
        look = Optional.of(scheduler.schedule(this::closeIfLate, nanos, TimeUnit.NANOSECONDS));
    }

    private synchronized void endLook() {
        look.ifPresent(Scheduler.Task::cancel);
    }

    private void closeIfLate() {
        if (isLate()) {
            close(new TimeoutException("The head of a request did not come within %s.".formatted(headTime)));
        }
    }

    private synchronized boolean isLate() {
        look = Optional.empty();
        long left = awaitsHead ? headTime.toNanos() - (System.nanoTime() - awaitsSince) : 0;
        if (left > 0) {
            lookIn(left);
        }
        return awaitsHead && left <= 0;
    }

    private synchronized void serve(boolean inTheClear, boolean passesOver) {
        clear = inTheClear;
        asks = passesOver;
        looks = 0;
        answering = false;
    }

    /** Whether the client has left. If it has only closed its side, a later call may tell. Does not wait. */
    public synchronized boolean hasLeft() {
        if (!hasClosed()) {
            return false;
        }
        if (!clear || !asks) {
            return true;
        }
        looks++;
        // Ask at growing intervals, and not while a response is written, whose writer finds out.
        if (answering || Integer.bitCount(looks) != 1) {
            return false;
        }
        try {
            return getChannel().write(ByteBuffer.wrap(STILL_HERE)) < STILL_HERE.length;
        } catch (IOException e) {
            return true;
        }
    }

    /** Whether the client has closed the connection, or its side of it. Does not wait. */
    public synchronized boolean hasClosed() {
        ahead.compact();
        try {
            // The bytes read ahead may be a TLS close_notify and not a request, so look for the end after them.
            return ahead.hasRemaining() && getChannel().read(ahead) < 0;
        } catch (IOException e) {
            return true;
        } finally {
            ahead.flip();
        }
    }

    /** Breaks the connection in the middle of a response, so that no client takes a partial one for complete. */
    public void abort(Throwable cause) {
        close(cause);
    }

    /**
     * Declares that this thread writes a response to the client.
     *
     * @param waits is called before it waits for the client to read
     */
    public void writtenByThisThread(Runnable waits) {
        beforeWaiting = waits;
        writer = Thread.currentThread();
    }

    /**
     * Writes what the socket takes. A client on the same machine empties it within microseconds, while the selector takes
     * two more threads and longer to report that; so the writing thread first polls for a moment.
     */
    @Override
    public boolean flush(ByteBuffer... buffers) throws IOException {
        answers();
        boolean done = super.flush(buffers);
        if (!done && Thread.currentThread() == writer) {
            for (int look = 0; !done && look < LOOKS; look++) {
                LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
                done = super.flush(buffers);
            }
            if (!done) {
                beforeWaiting.run();
            }
        }
        return done;
    }

    private synchronized void answers() {
        answering = true;
    }

    @Override
    public synchronized int fill(ByteBuffer buffer) throws IOException {
        if (!ahead.hasRemaining()) {
            int count = super.fill(buffer);
            if (count > 0) {
                awaitHead();
            }
            return count;
        }
        awaitHead();
        int position = BufferUtil.flipToFill(buffer);
        try {
            notIdle();
            return BufferUtil.put(ahead, buffer);
        } finally {
            BufferUtil.flipToFlush(buffer, position);
        }
    }

    @Override
    protected void needsFillInterest() {
        if (hasReadAhead()) {
            executor.execute(() -> getFillInterest().fillable());
        } else {
            super.needsFillInterest();
        }
    }

    private synchronized boolean hasReadAhead() {
        return ahead.hasRemaining();
    }
}
