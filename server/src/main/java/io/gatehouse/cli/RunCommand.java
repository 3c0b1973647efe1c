package io.gatehouse.cli;

import io.gatehouse.checkpoint.ChatConfig;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.Interventions;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.quiz.QuizSource;
import io.gatehouse.run.QuizRun;
import io.gatehouse.run.RunOutcome;
import io.gatehouse.run.RunRequest;
import io.gatehouse.store.Recording;
import io.gatehouse.store.Store;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "run",
        description = "Answers a quiz with a model and records every routing decision.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example:",
            "  gatehouse run --model OLMoE-1B-7B-0924 --quiz mmlu --db routing.duckdb --subjects anatomy,virology",
            "  gatehouse run --model OLMoE-1B-7B-0924 --quiz mmlu --db routing.duckdb --mask-unused-of RUN"
        })
final class RunCommand implements Callable<Integer> {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Checkpoint in Hugging Face layout.")
    private Path model = Path.of("");

    @Option(
            names = "--quiz",
            required = true,
            paramLabel = "PATH",
            description = {
                "Quiz: a directory in MMLU's CSV layout, with the folders test and dev;",
                "a file of questions in JSON lines, Parquet or Arrow (.jsonl, .parquet, .arrow);",
                "or a directory of such files, test* to ask and dev* or train* to show solved."
            })
    private Path quiz = Path.of("");

    @Option(
            names = "--db",
            required = true,
            paramLabel = "FILE",
            description = "DuckDB file to record into; made if missing.")
    private Path database = Path.of("");

    @Option(
            names = "--name",
            description =
                    "Name of the run; by default MODEL-QUIZ, with a number if that is taken. An unfinished run of the name goes on where it ended.")
    private Optional<String> name = Optional.empty();

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Answer only N questions, taken from the subjects in turn.")
    private Optional<Integer> limit = Optional.empty();

    @Option(
            names = "--subjects",
            split = ",",
            paramLabel = "SUBJECT",
            description = "Answer only these subjects; several with commas between.")
    private List<String> subjects = List.of();

    @Option(
            names = "--shots",
            paramLabel = "N",
            defaultValue = "0",
            description = "Solved examples before each question; default: ${DEFAULT-VALUE}.")
    private int shots;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "hendrycks",
            description =
                    "How questions are put, byte for byte as that evaluation does: hendrycks, lm-eval, olmes or open-instruct; default: ${DEFAULT-VALUE}.")
    private String format = "";

    @Option(
            names = "--chat",
            description = "Put each prompt as what a user says, by the chat template of an instruction-tuned model;"
                    + " open-instruct always does.")
    private boolean chat;

    @Mixin
    private RecordingChoice recording = new RecordingChoice();

    @Mixin
    private EngineChoice choice = new EngineChoice();

    @Mixin
    private InterventionChoice interventionChoice = new InterventionChoice();

    @Option(names = "--json", description = "Print the figures as one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final StopSignal stop;

    RunCommand(StopSignal stop) {
        this.stop = stop;
    }

    @Override
    public Integer call() {
        PromptFormat asking = PromptFormat.of(format);
        Recording kept = recording.recording();
        Quiz chosen = chosen();
        stop.take();
        try (Checkpoint checkpoint = Checkpoint.open(model);
                Store store = Store.create(database)) {
            Interventions interventions = interventionChoice.interventions(store);
            interventions.requireFor(checkpoint.config());
            RunNames names = new RunNames(store);
            String free = name.map(names::notFinished)
                    .orElseGet(() -> names.unfinishedOrFree(checkpoint.name() + "-" + chosen.name()
                            + (interventions.equals(Interventions.NONE) ? "" : "-changed")));
            RunRequest request = new RunRequest(free, chosen, asking, shots, kept, chat);
            if (request.chat() && ChatConfig.find(model).isEmpty()) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT, "Model %s has no chat template".formatted(model));
            }
            RunOutcome outcome = execute(checkpoint, store, request, choice, interventions, stop, spec);
            report(outcome, store.meanAccuracyOfSubjects(outcome.runId()))
                    .print(spec.commandLine().getOut(), json);
        }
        return 0;
    }

    private Quiz chosen() {
        Quiz whole = QuizSource.read(quiz);
        Quiz selected = subjects.isEmpty()
                ? whole
                : whole.select(subjects.stream().map(String::strip).toList());
        return limit.map(selected::limit).orElse(selected);
    }

    private static Report report(RunOutcome outcome, double meanOfSubjects) {
        return new Report()
                .figure("Run", outcome.name())
                .figure("Questions answered", outcome.questions())
                .figure("Accuracy", outcome.accuracy())
                .figure("Mean accuracy of subjects", meanOfSubjects)
                .figure("Prompt tokens", outcome.tokens())
                .figure("Seconds", outcome.elapsed().toMillis() / 1000.0);
    }

    /** Loads the model and runs, with progress on stderr; Ctrl-C ends the run and keeps what is committed. */
    static RunOutcome execute(
            Checkpoint checkpoint,
            Store store,
            RunRequest request,
            EngineChoice choice,
            Interventions interventions,
            StopSignal stop,
            CommandSpec spec) {
        PrintWriter err = spec.commandLine().getErr();
        try (ProgressLine progress = new ProgressLine(err, stop);
                Engine engine = Engine.load(checkpoint, choice.options().with(interventions))) {
            err.println("Weights %s; precision %s; %s"
                    .formatted(
                            engine.memory().description(),
                            choice.describe(engine),
                            engine.device().id()));
            if (!interventions.equals(Interventions.NONE)) {
                err.println("Routing changed: " + interventions.summary());
            }
            err.flush();
            return new QuizRun(checkpoint, engine, store, GatehouseVersion.current()).execute(request, progress);
        }
    }
}
