package io.gatehouse.server.model;

import io.gatehouse.completion.Completion;
import io.gatehouse.completion.CompletionRequest;
import io.gatehouse.completion.Input;
import io.gatehouse.completion.ModelDescription;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.query.admission.SlotQueue;
import io.gatehouse.worker.ModelProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The requests to one model, which are answered one at a time, in their order. Its process starts with the first one. A
 * process that ends is one error of the request that it was answering and of those that were waiting; the next request
 * starts another.
 */
final class ModelQueue {
    private final Path path;
    private final ModelSettings settings;
    private final ModelProcesses processes;
    private final SlotQueue turn = new SlotQueue(1);
    private volatile Optional<ModelProcess> worker = Optional.empty();
    /** That of the last process, so that it can be told while a request is computed. */
    private volatile Optional<ModelDescription> description = Optional.empty();

    private volatile Crash lastCrash = new Crash(0, Optional.empty());
    private volatile boolean closed;

    /** How often the process has ended, and how the last time. */
    private record Crash(int number, Optional<GatehouseException> reason) {}

    ModelQueue(Path path, ModelSettings settings, ModelProcesses processes) {
        this.path = path;
        this.settings = settings;
        this.processes = processes;
    }

    /** @param left whether the client has left */
    ModelDescription description(BooleanSupplier left) {
        return description.orElseGet(() -> ask(left, ModelProcess::description));
    }

    int[] encode(Input input, BooleanSupplier left) {
        return ask(left, model -> model.encode(input, settings.timeout()));
    }

    String decode(int[] tokens, BooleanSupplier left) {
        return ask(left, model -> model.decode(tokens, settings.timeout()));
    }

    List<Completion> complete(CompletionRequest request, BooleanSupplier left) {
        return ask(left, model -> model.complete(request, settings.timeout(), () -> closed || left.getAsBoolean()));
    }

    /** @param parts is given the texts while they are generated; ends the request by throwing */
    void stream(CompletionRequest request, BooleanSupplier left, Consumer<Completion> parts) {
        ask(left, model -> {
            model.stream(request, settings.timeout(), () -> closed || left.getAsBoolean(), parts);
            return request;
        });
    }

    /** Asks when all requests before have been answered. */
    private <T> T ask(BooleanSupplier left, Function<ModelProcess, T> question) {
        if (turn.waiting() >= settings.queued()) {
            throw new GatehouseException(
                    ErrorCode.QUERY_BUSY,
                    "The queue of this model is full (limit %d). Try again in a moment.".formatted(settings.queued()));
        }
        int crashes = lastCrash.number();
        turn.acquire(() -> requireWanted(left, crashes));
        try {
            requireWanted(left, crashes);
            return answer(question);
        } finally {
            turn.release();
        }
    }

    private void requireWanted(BooleanSupplier left, int crashes) {
        Crash last = lastCrash;
        if (last.number() != crashes && last.reason().isPresent()) {
            GatehouseException reason = last.reason().get();
            throw new GatehouseException(reason.code(), String.valueOf(reason.getMessage()), reason);
        }
        requireOpen();
        if (left.getAsBoolean()) {
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The client left.");
        }
    }

    private <T> T answer(Function<ModelProcess, T> question) {
        // One that ended while nobody asked is nobody's error.
        worker.filter(known -> !known.isUsable()).ifPresent(ended -> end());
        processes.take(this);
        try {
            ModelProcess asked = worker.orElseGet(() -> settings.starter().start(path));
            worker = Optional.of(asked);
            description = Optional.of(asked.description());
            requireOpen();
            return question.apply(asked);
        } catch (GatehouseException e) {
            if (worker.filter(ModelProcess::isUsable).isEmpty()) {
                end();
                requireOpen();
                lastCrash = new Crash(lastCrash.number() + 1, Optional.of(e));
            }
            throw e;
        } finally {
            if (closed) {
                end();
            }
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new GatehouseException(ErrorCode.QUERY_BUSY, "The server is stopping.");
        }
    }

    private void end() {
        worker.ifPresent(ModelProcess::close);
        worker = Optional.empty();
        processes.release(this);
    }

    /** Ends the process if no request is being answered; whether it did. */
    boolean endIfIdle() {
        if (!turn.tryAcquire()) {
            return false;
        }
        try {
            end();
            return true;
        } finally {
            turn.release();
        }
    }

    /** Ends the process, whatever it computes. */
    void close() {
        closed = true;
        end();
    }
}
