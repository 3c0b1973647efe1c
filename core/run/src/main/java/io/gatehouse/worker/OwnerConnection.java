package io.gatehouse.worker;

import io.gatehouse.base.DaemonThreads;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * What a worker exchanges with the process that started it, its owner. A worker ends with its owner, at any time. Messages
 * are sent by one thread.
 */
final class OwnerConnection {
    /** Where a worker writes to: its standard output is for what native libraries print. */
    static final String MESSAGES = "/dev/fd/3";

    private final PipeOutput out;
    private final BlockingQueue<Messages.Order> orders = new LinkedBlockingQueue<>();
    private volatile boolean cancelled;

    /** @param orders of the owner */
    OwnerConnection(InputStream orders) throws IOException {
        this.out = new PipeOutput(new FileOutputStream(MESSAGES));
        PipeInput in = new PipeInput(orders);
        DaemonThreads.start("gatehouse-owner", () -> listen(in));
    }

    /** The pipe to the owner is broken. */
    private static final class BrokenPipe extends RuntimeException {
        private static final long serialVersionUID = 1;

        BrokenPipe(IOException cause) {
            super(cause);
        }
    }

    /** Something that is sent. */
    interface Message {
        void write(PipeOutput out) throws IOException;
    }

    /** Reads orders on a thread of its own, so that an order can be cancelled, and the end of the owner is noticed. */
    private void listen(PipeInput in) {
        try {
            while (true) {
                // The owner is trusted.
                in.allow(Long.MAX_VALUE);
                Messages.Order order = in.json(Messages.Order.class);
                cancelled = order instanceof Messages.Cancel;
                if (!cancelled) {
                    orders.add(order);
                }
            }
        } catch (IOException e) {
            endWithOwner();
        }
    }

    /** Ends this process, whose owner is gone and could not remove its directory if it was killed. */
    private static void endWithOwner() {
        try {
            Optional.ofNullable(System.getProperty(WorkerProcess.SCRATCH))
                    .ifPresent(scratch -> WorkerProcess.delete(Path.of(scratch)));
        } finally {
            Runtime.getRuntime().halt(1);
        }
    }

    /** Waits for the next order. */
    Messages.Order next() {
        try {
            return orders.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The worker was interrupted.", e);
        }
    }

    /** Waits for the next order, which is of this type: an owner keeps to the protocol. */
    <T extends Messages.Order> T next(Class<T> type) {
        return type.cast(next());
    }

    /** Whether the last order was cancelled. */
    boolean isCancelled() {
        return cancelled;
    }

    void send(Messages.Kind kind) {
        send(pipe -> pipe.kind(kind));
    }

    void send(Messages.Kind kind, Record message) {
        send(pipe -> {
            pipe.kind(kind);
            pipe.json(message);
        });
    }

    void send(Message message) {
        try {
            message.write(out);
            out.flush();
        } catch (IOException e) {
            throw new BrokenPipe(e);
        }
    }

    /** Reports the error of one order, after which the worker takes others. */
    void refuse(GatehouseException error) {
        fail(error.code(), String.valueOf(error.getMessage()), false);
    }

    /**
     * Does the work of a worker. An error that ends it is reported to the owner.
     *
     * @param subject what errors call it, such as "The run"
     */
    void report(String subject, Runnable work) {
        try {
            work.run();
        } catch (BrokenPipe e) {
            throw e;
        } catch (GatehouseException e) {
            fail(e.code(), String.valueOf(e.getMessage()), true);
        } catch (OutOfMemoryError e) {
            fail(
                    ErrorCode.OUT_OF_MEMORY,
                    "%s took more memory than it may: %s.".formatted(subject, e.getMessage()),
                    true);
        } catch (RuntimeException | Error e) {
            fail(ErrorCode.INTERNAL_ERROR, "%s failed: %s.".formatted(subject, e), true);
            throw e;
        }
    }

    private void fail(ErrorCode code, String message, boolean ends) {
        send(Messages.Kind.FAILED, new Messages.Failed(code, message, ends));
    }
}
