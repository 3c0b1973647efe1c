package io.gatehouse.worker;

import io.gatehouse.base.DaemonThreads;
import io.gatehouse.completion.Completion;
import io.gatehouse.completion.CompletionRequest;
import io.gatehouse.completion.ServedModel;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** The process that asks a model, from the view of the worker that it started for it. */
public final class ModelOwner {
    /** An owner sends the next question after the answer to the one before. */
    private static final long ORDER_BYTES = 64L << 20;

    private static final Duration BETWEEN_SIGNS = Duration.ofMillis(50);

    private final PipeOutput out;
    private final BlockingQueue<Messages.Order> orders = new LinkedBlockingQueue<>();
    private volatile boolean cancelled;
    private long lastSign;
    private boolean computing;

    private ModelOwner(PipeOutput out) {
        this.out = out;
    }

    /** Answers the questions of the process that started this one, and ends with it. */
    public static void serve(InputStream orders) throws IOException {
        ModelOwner owner = new ModelOwner(new PipeOutput(new FileOutputStream(ParentProcess.MESSAGES)));
        PipeInput in = new PipeInput(orders);
        in.allow(ORDER_BYTES);
        Messages.Open open = in.json(Messages.Open.class);
        DaemonThreads.start("gatehouse-owner", () -> owner.listen(in));
        try (ServedModel model = ServedModel.open(open.model(), open.memory())) {
            owner.say(Messages.Kind.DESCRIPTION, model.description());
            while (true) {
                owner.answer(model, owner.orders.take());
            }
        } catch (GatehouseException e) {
            owner.fail(e.code(), String.valueOf(e.getMessage()), true);
        } catch (OutOfMemoryError e) {
            owner.fail(
                    ErrorCode.OUT_OF_MEMORY,
                    "The model took more memory than it may: %s.".formatted(e.getMessage()),
                    true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (UncheckedIOException e) {
            // The owner is gone.
            throw e;
        } catch (RuntimeException | Error e) {
            owner.fail(ErrorCode.INTERNAL_ERROR, "The model failed: %s.".formatted(e), true);
            throw e;
        }
    }

    /** Reads orders on its own thread, so that a request can be cancelled. */
    private void listen(PipeInput in) {
        try {
            while (true) {
                in.allow(ORDER_BYTES);
                Messages.Order order = in.json(Messages.Order.class);
                if (order.equals(Messages.Order.CANCEL)) {
                    cancelled = true;
                } else {
                    cancelled = false;
                    orders.add(order);
                }
            }
        } catch (IOException e) {
            ParentProcess.endWithOwner();
        }
    }

    private void answer(ServedModel model, Messages.Order order) {
        try {
            order.encode().ifPresent(input -> say(Messages.Kind.TOKENS, new Messages.Tokens(model.encode(input))));
            order.decode().ifPresent(tokens -> say(Messages.Kind.TEXT, new Messages.Text(model.decode(tokens.ids()))));
            order.complete().ifPresent(request -> complete(model, request));
        } catch (GatehouseException e) {
            fail(e.code(), String.valueOf(e.getMessage()), false);
        }
    }

    private void complete(ServedModel model, CompletionRequest request) {
        lastSign = 0;
        computing = false;
        model.complete(request, () -> sign(false), () -> sign(true), this::completed);
        say(() -> out.kind(Messages.Kind.DONE));
    }

    private void completed(Completion completion) {
        say(Messages.Kind.COMPLETION, completion);
    }

    /**
     * Tells the owner now and then that the model is busy, so that it can say that nobody wants it to. The owner hears at
     * once that computing begins.
     */
    private void sign(boolean computes) {
        if (cancelled) {
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The request was cancelled.");
        }
        long now = System.nanoTime();
        if (lastSign == 0 || computing != computes || now - lastSign > BETWEEN_SIGNS.toNanos()) {
            lastSign = now;
            computing = computes;
            say(() -> {
                out.kind(computes ? Messages.Kind.LAYER_DONE : Messages.Kind.TOKENISING);
                if (computes) {
                    out.number(0);
                }
            });
        }
    }

    /** @param ends whether this process ends with it */
    private void fail(ErrorCode code, String message, boolean ends) {
        say(Messages.Kind.FAILED, new Messages.Failed(code, message, ends));
    }

    private void say(Messages.Kind kind, Record message) {
        say(() -> {
            out.kind(kind);
            out.json(message);
        });
    }

    private interface Saying {
        void say() throws IOException;
    }

    private void say(Saying words) {
        try {
            words.say();
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
