package io.gatehouse.cli.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.chat.ChatTemplate;
import io.gatehouse.chat.Thinking;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.cli.terminal.GatehouseVersion;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.engine.Interventions;
import io.gatehouse.engine.Precision;
import io.gatehouse.engine.prefill.Generator;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.quiz.QuizSource;
import io.gatehouse.run.DividedRun;
import io.gatehouse.run.GenerationPlan;
import io.gatehouse.run.LongPrompts;
import io.gatehouse.run.QuizRun;
import io.gatehouse.run.RunComputation;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunOutcome;
import io.gatehouse.run.RunRequest;
import io.gatehouse.run.RunTask;
import io.gatehouse.run.UnfinishedRun;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.Recording;
import io.gatehouse.worker.ParentProcess;
import io.gatehouse.worker.SourceNames;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Optional;
import java.util.function.Consumer;

/** A run whose quiz and checkpoint are read, short of the weights. It has no file yet. */
public final class PlannedRun implements AutoCloseable {
    private final RunRequest request;
    private final Checkpoint checkpoint;
    private final RunTask task;

    private PlannedRun(RunRequest request, Checkpoint checkpoint, RunTask task) {
        this.request = requireNonNull(request, "request is null");
        this.checkpoint = requireNonNull(checkpoint, "checkpoint is null");
        this.task = requireNonNull(task, "task is null");
    }

    /** What is done with a file: its run has a name, and experts of other runs of the file are known. */
    private record Begun(RunTask task, RunRequest request) {}

    /** Reads what a request names, and says what is wrong with it so far. */
    public static PlannedRun open(RunRequest request) {
        PromptFormat format = PromptFormat.of(request.format());
        // Before a large quiz is read.
        Recording recording = request.recording();
        EngineOptions options = request.engineOptions();
        Optional<GenerationPlan> generation = request.generation();
        Path model = RunRequest.path(request.model());
        RunTask task = new RunTask(
                "planned",
                quiz(request),
                format,
                request.shots(),
                recording,
                request.chat(),
                LongPrompts.of(request.longPrompts()),
                Thinking.of(request.thinking()),
                generation);
        if (task.chat()) {
            requireTemplate(model, task.thinking());
        }
        Checkpoint checkpoint = Checkpoint.open(model);
        try {
            options.interventions().requireFor(checkpoint.config());
            if (generation.isPresent()) {
                Generator.requireSupport(checkpoint.config());
            }
            return new PlannedRun(request, checkpoint, task);
        } catch (RuntimeException e) {
            checkpoint.close();
            throw e;
        }
    }

    private static void requireTemplate(Path model, Thinking thinking) {
        ChatTemplate.find(model, Clock.systemUTC(), thinking)
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT, "Model %s has no chat template".formatted(model)))
                .close();
    }

    private static Quiz quiz(RunRequest request) {
        Quiz whole = QuizSource.read(RunRequest.path(request.quiz()));
        Quiz selected = request.subjects().isEmpty() ? whole : whole.select(request.subjects());
        return request.limit().map(selected::limit).orElse(selected);
    }

    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /** What the request names. */
    public SourceNames sources() {
        return new SourceNames(checkpoint.name(), task.quiz().name());
    }

    private Begun begin(Store store) {
        RunRequest settled = request.settled(store);
        Interventions interventions = settled.interventions();
        interventions.requireFor(checkpoint.config());
        String name = new RunNames(store).choose(request.name(), sources(), interventions);
        return new Begun(task.named(name), settled);
    }

    /**
     * Loads the model and runs, into a file.
     *
     * @param notes is told how the model is held and computed, once it is loaded
     */
    public RunOutcome execute(Store store, RunListener listener, Consumer<String> notes) {
        Begun run = begin(store);
        EngineOptions options = run.request().engineOptions();
        Optional<Precision> begun =
                precision(UnfinishedRun.find(store, run.task().name()), options);
        try (Engine engine = load(begun, options)) {
            notes.accept("Weights %s; precision %s; %s"
                    .formatted(
                            engine.memory().description(),
                            precision(engine.precision(), options.precision(), begun.isPresent()),
                            engine.device().id()));
            if (!options.interventions().equals(Interventions.NONE)) {
                notes.accept("Intervention: " + options.interventions().summary());
            }
            RunOutcome outcome =
                    new QuizRun(checkpoint, engine, store, GatehouseVersion.current()).execute(run.task(), listener);
            String quiz = store.run(outcome.name()).quiz();
            if (!quiz.equals(sources().quiz())) {
                notes.accept("Quiz '%s' has the same questions as '%s' in this file; recorded as '%s'"
                        .formatted(sources().quiz(), quiz, quiz));
            }
            return outcome;
        }
    }

    /** Computes the run under the name that the owner of the file gives it, who has settled the request. */
    public void compute(ParentProcess parent) {
        Optional<UnfinishedRun> begun = parent.unfinished();
        EngineOptions options = request.engineOptions();
        try (Engine engine = load(precision(begun, options), options.within(parent.memory()))) {
            parent.tokenising();
            try (RunComputation computation = RunComputation.prepare(
                    checkpoint,
                    engine,
                    task.named(parent.run()),
                    begun,
                    Clock.system(ZoneId.systemDefault()),
                    GatehouseVersion.current(),
                    parent::tokenising)) {
                parent.compute(computation.manifest(), computation);
            }
        }
    }

    /** Registers the run, whose shards are for other machines to compute. */
    public DividedRun divide(Store store) {
        Begun run = begin(store);
        return DividedRun.begin(checkpoint, run.request(), run.task(), store, GatehouseVersion.current());
    }

    /** The precision that the unfinished run was begun in, if this one can go on in that. */
    private static Optional<Precision> precision(Optional<UnfinishedRun> unfinished, EngineOptions options) {
        return unfinished.flatMap(UnfinishedRun::precision).filter(options::supports);
    }

    private Engine load(Optional<Precision> begun, EngineOptions options) {
        return begun.map(plan -> Engine.loadExactly(checkpoint, options.withPrecision(plan)))
                .orElseGet(() -> Engine.load(checkpoint, options));
    }

    private static String precision(Precision actual, Precision asked, boolean begun) {
        return actual == asked
                ? actual.id()
                : "%s (not %s: %s)"
                        .formatted(
                                actual.id(),
                                asked.id(),
                                begun ? "the run was started with it" : "this CPU is slower in bf16");
    }

    @Override
    public void close() {
        checkpoint.close();
    }
}
