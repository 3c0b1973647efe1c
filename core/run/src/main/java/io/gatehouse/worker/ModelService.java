package io.gatehouse.worker;

import io.gatehouse.completion.Completion;
import io.gatehouse.completion.CompletionModel;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Carries out the orders for a model in the process that was started for it, which is a {@link ModelProcess} to its owner. */
public final class ModelService {
    private static final Duration BETWEEN_SIGNS = Duration.ofMillis(50);

    private final OwnerConnection owner;
    private final CompletionModel model;
    private long lastSign;
    private boolean computing;

    private ModelService(OwnerConnection owner, CompletionModel model) {
        this.owner = owner;
        this.model = model;
    }

    /** Carries out the orders of the process that started this one, and ends with it. */
    public static void serve(InputStream orders) throws IOException {
        OwnerConnection owner = new OwnerConnection(orders);
        owner.report("The model", () -> {
            Messages.Open order = owner.next(Messages.Open.class);
            try (CompletionModel model = CompletionModel.open(order.model(), order.memory())) {
                owner.send(Messages.Kind.DESCRIPTION, model.description());
                ModelService service = new ModelService(owner, model);
                while (true) {
                    service.carryOut(owner.next());
                }
            }
        });
    }

    private void carryOut(Messages.Order order) {
        try {
            if (order instanceof Messages.Encode encode) {
                owner.send(Messages.Kind.TOKENS, new Messages.Tokens(model.encode(encode.input())));
            } else if (order instanceof Messages.Decode decode) {
                owner.send(Messages.Kind.TEXT, new Messages.Text(model.decode(decode.tokens())));
            } else if (order instanceof Messages.Complete complete) {
                complete(complete);
            } else {
                throw new IllegalArgumentException("Not an order for a model that is open: %s".formatted(order));
            }
        } catch (GatehouseException e) {
            owner.refuse(e);
        }
    }

    private void complete(Messages.Complete order) {
        lastSign = 0;
        computing = false;
        model.complete(order.request(), order.inParts(), () -> sign(false), () -> sign(true), this::completed);
        owner.send(Messages.Kind.DONE);
    }

    private void completed(Completion completion) {
        owner.send(Messages.Kind.COMPLETION, completion);
    }

    /**
     * Tells the owner now and then that the model is busy, so that it can say that nobody wants it to. The owner hears at
     * once that computing begins.
     */
    private void sign(boolean computes) {
        if (owner.isCancelled()) {
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The request was cancelled.");
        }
        long now = System.nanoTime();
        if (lastSign == 0 || computing != computes || now - lastSign > BETWEEN_SIGNS.toNanos()) {
            lastSign = now;
            computing = computes;
            if (computes) {
                owner.send(pipe -> {
                    pipe.kind(Messages.Kind.LAYER_DONE);
                    pipe.number(0);
                });
            } else {
                owner.send(Messages.Kind.TOKENISING);
            }
        }
    }
}
