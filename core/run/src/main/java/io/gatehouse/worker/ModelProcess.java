package io.gatehouse.worker;

import io.gatehouse.completion.Completion;
import io.gatehouse.completion.CompletionRequest;
import io.gatehouse.completion.Input;
import io.gatehouse.completion.ModelDescription;
import io.gatehouse.completion.ModelSpec;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A process that answers orders for one model, from the view of the process that started it. It keeps the model until it is
 * closed. For one thread at a time.
 */
public final class ModelProcess implements AutoCloseable {
    /**
     * The answer to one order, or one part of a text: more than the most tokens and log-probabilities take that a model
     * sends at a time.
     */
    private static final long ANSWER_BYTES = 64L << 20;

    /** Time that a process has to stop computing. */
    private static final Duration CANCEL_GRACE = Duration.ofSeconds(60);

    private final WorkerConnection worker;
    private final String name;
    private final Duration grace;
    private final ModelDescription description;
    /** When the process is ended if it has not answered; 0 for never. */
    private volatile long answersUntil;

    private ModelProcess(WorkerConnection worker, String name, Messages.Open order, Duration grace) {
        this.worker = worker;
        this.name = name;
        this.grace = grace;
        worker.process().endWhen(() -> answersUntil != 0 && System.nanoTime() - answersUntil > 0);
        worker.order(order);
        this.description = worker.next(Messages.Kind.DESCRIPTION, ModelDescription.class);
        worker.process().mustProgress(false);
    }

    /**
     * Starts a process and has it read a model, short of the weights.
     *
     * @throws GatehouseException what is wrong with it; WORKER_ENDED or OUT_OF_MEMORY if reading ended the process
     */
    public static ModelProcess start(WorkerSettings settings, ModelSpec model) {
        return start(settings, model, CANCEL_GRACE);
    }

    /** @param grace time beyond a limit after which a process that has not answered is ended */
    static ModelProcess start(WorkerSettings settings, ModelSpec model, Duration grace) {
        String name = String.valueOf(Path.of(model.path()).getFileName());
        return WorkerConnection.start(
                settings,
                "The process of model %s".formatted(name),
                worker -> new ModelProcess(worker, name, new Messages.Open(model, settings.memory()), grace));
    }

    public ModelDescription description() {
        return description;
    }

    /** Whether it can be asked again. */
    public boolean isUsable() {
        return worker.isUsable();
    }

    /**
     * Ids of the tokens of a text.
     *
     * @throws GatehouseException QUERY_TIMEOUT, which ends the process
     */
    public int[] encode(Input input, Duration limit) {
        return within(limit, () -> {
            worker.order(new Messages.Encode(input));
            return worker.next(Messages.Kind.TOKENS, Messages.Tokens.class).ids();
        });
    }

    /**
     * The text of tokens together.
     *
     * @throws GatehouseException INVALID_ARGUMENT for an id that no token has; QUERY_TIMEOUT, which ends the process
     */
    public String decode(int[] tokens, Duration limit) {
        return within(limit, () -> {
            worker.order(new Messages.Decode(tokens));
            return worker.next(Messages.Kind.TEXT, Messages.Text.class).text();
        });
    }

    /**
     * Texts after prompts. The weights are read for the first ones.
     *
     * @param limit time for tokenising and reading the weights, and again for computing
     * @param unwanted whether nobody waits for the texts any more
     * @return in the order of the prompts, and of the samples after each
     * @throws GatehouseException QUERY_TIMEOUT, which ends the process if it does not stop; CANCELLED_BY_USER if the texts
     *     were unwanted; what the model refuses
     */
    public List<Completion> complete(CompletionRequest request, Duration limit, BooleanSupplier unwanted) {
        List<Completion> texts = new ArrayList<>();
        complete(new Messages.Complete(request, false), limit, unwanted, texts::add);
        texts.sort(Comparator.comparingInt(Completion::prompt).thenComparingInt(Completion::sample));
        return texts;
    }

    /**
     * The same, part by part while they are generated. While a part is received, generation waits.
     *
     * @param parts of all texts, those of each in their order; ends the computation by throwing
     */
    public void stream(
            CompletionRequest request, Duration limit, BooleanSupplier unwanted, Consumer<Completion> parts) {
        complete(new Messages.Complete(request, true), limit, unwanted, parts);
    }

    /** Has the process ended if it does not answer. */
    private <T> T within(Duration limit, Supplier<T> answer) {
        worker.allow(ANSWER_BYTES);
        answersUntil = System.nanoTime() + limit.plus(grace).toNanos();
        try {
            return answer.get();
        } catch (GatehouseException e) {
            if (e.code() == ErrorCode.CANCELLED_BY_USER && worker.process().isCancelled()) {
                throw new GatehouseException(
                        ErrorCode.QUERY_TIMEOUT,
                        "Model %s took longer than %d s and did not stop; its process was ended."
                                .formatted(name, limit.toSeconds()),
                        e);
            }
            throw e;
        } finally {
            answersUntil = 0;
        }
    }

    private void complete(
            Messages.Complete order, Duration limit, BooleanSupplier unwanted, Consumer<Completion> receiver) {
        within(limit, () -> {
            worker.order(order);
            new Reception(order, limit, unwanted, receiver).receive();
            return order;
        });
    }

    /** The answers to an order to complete prompts, while they come. */
    private final class Reception {
        private final Messages.Complete order;
        private final Duration limit;
        private final BooleanSupplier unwanted;
        private final Consumer<Completion> receiver;
        private final BitSet ended = new BitSet();
        private long deadline;
        private boolean computing;
        private boolean cancelled;
        private boolean late;
        private Optional<RuntimeException> refusal = Optional.empty();

        Reception(Messages.Complete order, Duration limit, BooleanSupplier unwanted, Consumer<Completion> receiver) {
            this.order = order;
            this.limit = limit;
            this.unwanted = unwanted;
            this.receiver = receiver;
            this.deadline = System.nanoTime() + limit.toNanos();
        }

        void receive() {
            try {
                while (!isDone(worker.next())) {
                    cancelIfUnwanted();
                }
                requireAll();
            } catch (GatehouseException e) {
                if (e.code() != ErrorCode.CANCELLED_BY_USER || worker.process().isCancelled()) {
                    throw e;
                }
                if (late) {
                    throw new GatehouseException(
                            ErrorCode.QUERY_TIMEOUT,
                            "The request took longer than %d s.".formatted(limit.toSeconds()),
                            e);
                }
                throw refusal.orElse(e);
            }
            refusal.ifPresent(thrown -> {
                throw thrown;
            });
        }

        private boolean isDone(Messages.Kind kind) {
            switch (kind) {
                case TOKENISING -> {}
                case LAYER_DONE -> {
                    worker.number();
                    if (!computing) {
                        computing = true;
                        deadline = System.nanoTime() + limit.toNanos();
                        answersUntil = deadline + grace.toNanos();
                    }
                }
                case COMPLETION -> {
                    Completion completion = worker.json(Completion.class);
                    requireWanted(completion);
                    give(completion);
                    if (order.inParts()) {
                        worker.allow(ANSWER_BYTES);
                    }
                }
                case DONE -> {
                    return true;
                }
                default -> throw worker.unexpected("an answer to another order");
            }
            return false;
        }

        private void cancelIfUnwanted() {
            if (cancelled) {
                return;
            }
            late = System.nanoTime() - deadline > 0;
            if (late || refusal.isPresent() || unwanted.getAsBoolean()) {
                cancelled = true;
                worker.order(new Messages.Cancel());
            }
        }

        private void give(Completion completion) {
            if (refusal.isEmpty()) {
                try {
                    receiver.accept(completion);
                } catch (RuntimeException e) {
                    refusal = Optional.of(e);
                }
            }
        }

        private void requireWanted(Completion completion) {
            int samples = order.request().samples();
            boolean requested = completion.prompt() >= 0
                    && completion.prompt() < order.request().prompts().size()
                    && completion.sample() >= 0
                    && completion.sample() < samples;
            int text = requested ? completion.prompt() * samples + completion.sample() : 0;
            if (!requested || ended.get(text)) {
                throw worker.unexpected("a text that was not requested");
            }
            if (completion.end() != Completion.End.OPEN) {
                ended.set(text);
            } else if (!order.inParts()) {
                throw worker.unexpected("a part of a text");
            }
        }

        private void requireAll() {
            int texts = order.request().prompts().size() * order.request().samples();
            if (ended.cardinality() != texts) {
                throw worker.unexpected("%d texts of %d".formatted(ended.cardinality(), texts));
            }
        }
    }

    @Override
    public void close() {
        worker.close();
    }
}
