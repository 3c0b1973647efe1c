package io.gatehouse.worker;

import static java.util.Objects.requireNonNull;

import io.gatehouse.completion.Completion;
import io.gatehouse.completion.CompletionRequest;
import io.gatehouse.completion.Input;
import io.gatehouse.completion.ModelChoice;
import io.gatehouse.completion.ModelDescription;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A process that answers questions to one model, from the view of the process that started it. It keeps the model until it
 * is closed. For one thread at a time.
 */
public final class ModelWorker implements AutoCloseable {
    /** All answers to one question: more than the scores that a model sends at a time take. */
    private static final long ANSWER_BYTES = 64L << 20;

    /** Time that a process has to stop computing. */
    private static final Duration CANCEL_GRACE = Duration.ofSeconds(60);

    private final WorkerProcess process;
    private final String name;
    private final Duration grace;
    private final PipeOutput out;
    private final PipeInput in;
    private final ModelDescription description;
    /** When the process is ended if it has not answered; 0 for never. */
    private volatile long answersUntil;

    private boolean broken;

    private ModelWorker(WorkerProcess process, String name, Messages.Open order, Duration grace) {
        this.process = process;
        this.name = name;
        this.grace = grace;
        this.out = new PipeOutput(process.orders());
        this.in = new PipeInput(process.messages());
        process.endWhen(() -> answersUntil != 0 && System.nanoTime() - answersUntil > 0);
        tell(order);
        require(Messages.Kind.DESCRIPTION, next());
        this.description = json(ModelDescription.class);
        process.mustProgress(false);
    }

    /**
     * Starts a process and has it read a model, short of the weights.
     *
     * @throws GatehouseException what is wrong with it; WORKER_ENDED or OUT_OF_MEMORY if reading ended the process
     */
    public static ModelWorker start(WorkerSettings settings, ModelChoice model) {
        return start(settings, model, CANCEL_GRACE);
    }

    /** @param grace time beyond a limit after which a process that has not answered is ended */
    static ModelWorker start(WorkerSettings settings, ModelChoice model, Duration grace) {
        String name = String.valueOf(Path.of(model.path()).getFileName());
        WorkerProcess process = WorkerProcess.start(settings, "The process of model %s".formatted(name));
        try {
            return new ModelWorker(process, name, new Messages.Open(model, settings.memory()), grace);
        } catch (RuntimeException | Error e) {
            process.close();
            throw e;
        }
    }

    public ModelDescription description() {
        return description;
    }

    /** Whether it can be asked again. */
    public boolean isUsable() {
        return !broken && process.isAlive();
    }

    /**
     * Ids of the tokens of a text.
     *
     * @throws GatehouseException QUERY_TIMEOUT, which ends the process
     */
    public int[] encode(Input input, Duration limit) {
        return within(limit, () -> {
            tell(Messages.Order.encode(input));
            require(Messages.Kind.TOKENS, next());
            return json(Messages.Tokens.class).ids();
        });
    }

    /**
     * The text of tokens together.
     *
     * @throws GatehouseException QUERY_TIMEOUT, which ends the process
     */
    public String decode(int[] tokens, Duration limit) {
        return within(limit, () -> {
            tell(Messages.Order.decode(tokens));
            require(Messages.Kind.TEXT, next());
            return json(Messages.Text.class).text();
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
        return within(limit, () -> completions(request, limit, unwanted));
    }

    /** Has the process ended if it does not answer. */
    private <T> T within(Duration limit, Supplier<T> answer) {
        in.allow(ANSWER_BYTES);
        answersUntil = System.nanoTime() + limit.plus(grace).toNanos();
        try {
            return answer.get();
        } catch (GatehouseException e) {
            if (e.code() == ErrorCode.CANCELLED_BY_USER && process.isCancelled()) {
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

    private List<Completion> completions(CompletionRequest request, Duration limit, BooleanSupplier unwanted) {
        tell(Messages.Order.complete(request));
        List<Completion> completions = new ArrayList<>();
        long deadline = System.nanoTime() + limit.toNanos();
        boolean computing = false;
        boolean cancelled = false;
        boolean late = false;
        try {
            while (true) {
                Messages.Kind kind = next();
                switch (kind) {
                    case TOKENISING, LAYER_DONE -> {
                        if (kind == Messages.Kind.LAYER_DONE && !computing) {
                            computing = true;
                            deadline = System.nanoTime() + limit.toNanos();
                            answersUntil = deadline + grace.toNanos();
                        }
                        late = System.nanoTime() - deadline > 0;
                        if (!cancelled && (late || unwanted.getAsBoolean())) {
                            cancelled = true;
                            tell(Messages.Order.CANCEL);
                        }
                    }
                    case COMPLETION -> completions.add(json(Completion.class));
                    case DONE -> {
                        return inOrder(request, completions);
                    }
                    default -> throw strange("an answer to another question");
                }
            }
        } catch (GatehouseException e) {
            if (e.code() == ErrorCode.CANCELLED_BY_USER && late && !process.isCancelled()) {
                throw new GatehouseException(
                        ErrorCode.QUERY_TIMEOUT, "The request took longer than %d s.".formatted(limit.toSeconds()), e);
            }
            throw e;
        }
    }

    private List<Completion> inOrder(CompletionRequest request, List<Completion> completions) {
        List<Completion> ordered = completions.stream()
                .sorted(Comparator.comparingInt(Completion::prompt).thenComparingInt(Completion::sample))
                .toList();
        for (int i = 0; i < ordered.size(); i++) {
            int place =
                    ordered.get(i).prompt() * request.samples() + ordered.get(i).sample();
            if (place != i) {
                throw strange("a text that was not requested");
            }
        }
        if (ordered.size() != request.prompts().size() * request.samples()) {
            throw strange(
                    "%d texts of %d".formatted(ordered.size(), request.prompts().size() * request.samples()));
        }
        return ordered;
    }

    /** The kind of the next message; throws if that is an error. */
    private Messages.Kind next() {
        Messages.Kind kind = exchange(in::kind);
        if (kind == Messages.Kind.LAYER_DONE) {
            exchange(in::number);
        }
        if (kind != Messages.Kind.FAILED) {
            return kind;
        }
        Messages.Failed failed = json(Messages.Failed.class);
        broken |= failed.ends();
        throw failed.error();
    }

    private void require(Messages.Kind expected, Messages.Kind kind) {
        if (kind != expected) {
            throw strange("%s instead of %s".formatted(kind, expected));
        }
    }

    private <T> T json(Class<T> type) {
        return requireNonNull(exchange(() -> in.json(type)), "nothing is said");
    }

    private void tell(Object order) {
        exchange(() -> {
            out.json(order);
            out.flush();
            return order;
        });
    }

    private <T> T exchange(WorkerProcess.Exchange<T> exchange) {
        try {
            return process.exchange(exchange);
        } catch (RuntimeException | Error e) {
            broken = true;
            throw e;
        }
    }

    private GatehouseException strange(String what) {
        broken = true;
        return new GatehouseException(
                ErrorCode.WORKER_ENDED, "The process of the model sent something unexpected: %s.".formatted(what));
    }

    @Override
    public void close() {
        process.close();
    }
}
