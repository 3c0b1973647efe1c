package io.gatehouse.worker;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.write.Shard;
import java.util.function.Function;

/**
 * A worker and what is exchanged with it, from the view of the process that started it. What a worker reports becomes the
 * same error here, and a message that should not come is an error of the worker. For one thread at a time.
 */
final class WorkerConnection implements AutoCloseable {
    private final WorkerProcess process;
    private final String subject;
    private final PipeOutput out;
    private final PipeInput in;
    private boolean broken;

    private WorkerConnection(WorkerProcess process, String subject) {
        this.process = process;
        this.subject = subject;
        this.out = new PipeOutput(process.orders());
        this.in = new PipeInput(process.messages());
    }

    /**
     * Starts a worker.
     *
     * @param subject what errors call it, such as "The process that computes the run"
     * @param begin makes what holds the connection; the process ends if this fails
     */
    static <T> T start(WorkerSettings settings, String subject, Function<WorkerConnection, T> begin) {
        WorkerConnection connection = new WorkerConnection(WorkerProcess.start(settings, subject), subject);
        try {
            return begin.apply(connection);
        } catch (RuntimeException | Error e) {
            connection.close();
            throw e;
        }
    }

    WorkerProcess process() {
        return process;
    }

    /** Whether the worker can take another order. */
    boolean isUsable() {
        return !broken && process.isAlive();
    }

    /** How many bytes the messages from here on may take. */
    void allow(long bytes) {
        in.allow(bytes);
    }

    /** How many bytes of that are left. */
    long allowed() {
        return in.allowed();
    }

    void order(Messages.Order order) {
        exchange(() -> {
            out.json(order);
            out.flush();
            return order;
        });
    }

    /** The kind of the next message; throws if that is an error. */
    Messages.Kind next() {
        Messages.Kind kind = exchange(in::kind);
        if (kind != Messages.Kind.FAILED) {
            return kind;
        }
        Messages.Failed failed = json(Messages.Failed.class);
        broken |= failed.ends();
        throw failed.error();
    }

    /** The next message, which must be of this kind. */
    <T> T next(Messages.Kind expected, Class<T> type) {
        Messages.Kind kind = next();
        if (kind != expected) {
            throw unexpected("%s instead of %s".formatted(kind, expected));
        }
        return json(type);
    }

    <T> T json(Class<T> type) {
        return requireNonNull(exchange(() -> in.json(type)), "nothing is said");
    }

    int number() {
        return exchange(in::number);
    }

    Shard shard() {
        return exchange(in::shard);
    }

    private <T> T exchange(WorkerProcess.Exchange<T> exchange) {
        try {
            return process.exchange(exchange);
        } catch (RuntimeException | Error e) {
            broken = true;
            throw e;
        }
    }

    /** The error of a worker that does not keep to the protocol. */
    GatehouseException unexpected(String what) {
        broken = true;
        return new GatehouseException(
                ErrorCode.WORKER_ENDED, "%s sent something unexpected: %s.".formatted(subject, what));
    }

    @Override
    public void close() {
        process.close();
    }
}
