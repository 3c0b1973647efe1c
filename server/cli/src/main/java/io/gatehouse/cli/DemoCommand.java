package io.gatehouse.cli;

import io.gatehouse.cli.run.PlannedRun;
import io.gatehouse.cli.run.RunCommand;
import io.gatehouse.cli.run.RunNames;
import io.gatehouse.cli.run.WorkerCommand;
import io.gatehouse.cli.terminal.CellText;
import io.gatehouse.cli.terminal.GatehouseVersion;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.StopSignal;
import io.gatehouse.run.RunRequest;
import io.gatehouse.server.ListenAddress;
import io.gatehouse.server.ServerSettings;
import io.gatehouse.server.run.RunSources;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.RunSummary;
import io.gatehouse.study.Study;
import io.gatehouse.study.report.HtmlReport;
import io.gatehouse.study.report.MarkdownReport;
import io.gatehouse.weights.ExpertWeights;
import io.gatehouse.weights.WeightListener;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        description = {
            "Runs the sample quiz on the sample model, prints the results, writes a report and opens the console.",
            "If the file already has the finished run, it is not repeated."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  gatehouse demo --db demo.duckdb"})
final class DemoCommand implements Callable<Integer> {
    private static final String RUN_NAME = "demo";
    private static final String LOOPBACK = "127.0.0.1";
    private static final String MODEL_NAME = "gatehouse-sample-moe";
    private static final String QUIZ_NAME = "gatehouse-sample-quiz";

    @Option(
            names = "--db",
            paramLabel = "FILE",
            defaultValue = "gatehouse-demo.duckdb",
            description = "DuckDB file to record into; default: ${DEFAULT-VALUE}.")
    private Path database = Path.of("");

    @Option(names = "--no-console", description = "Print the findings and exit, without the console.")
    private boolean noConsole;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "Port of the console; by default any free port.")
    private int port;

    @Option(
            names = "--json",
            description = "Print the findings as JSON (docs/cli.md describes the keys); implies --no-console.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final StopSignal stop;

    DemoCommand(StopSignal stop) {
        this.stop = stop;
    }

    @Override
    public Integer call() {
        stop.take();
        try (ScratchDirectory links = ScratchDirectory.make();
                Store store = Store.create(database)) {
            Path model = link(links, MODEL_NAME, Sample.model());
            Path quiz = link(links, QUIZ_NAME, Sample.quiz());
            Optional<Integer> finished = finishedRun(store);
            finished.ifPresent(run -> spec.commandLine()
                    .getErr()
                    .printf("Run %d in %s is the finished demo run; it is not repeated.%n", run, database));
            int runId = finished.orElseGet(() -> execute(store, model, quiz));
            try (QueryEngine engine = new QueryEngine(store)) {
                findings(engine, runId);
                if (!json && !noConsole) {
                    serve(store, engine, RunSources.of(List.of(model), List.of(quiz)));
                }
            }
        }
        return 0;
    }

    private void serve(Store store, QueryEngine engine, RunSources sources) {
        PrintWriter out = spec.commandLine().getOut();
        out.println();
        ServeCommand.serve(
                store,
                engine,
                ServerSettings.standard(new ListenAddress(LOOPBACK, port), GatehouseVersion.current())
                        .with(sources),
                Optional.empty(),
                WorkerCommand.standard(),
                Optional.empty(),
                stop,
                out);
    }

    /** A run is named after the directories of model and quiz, which are only "model" and "quiz" in the distribution. */
    private static Path link(ScratchDirectory links, String name, Path target) {
        try {
            return Files.createSymbolicLink(links.path().resolve(name), target.toAbsolutePath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Integer> finishedRun(Store store) {
        return store.runs().stream()
                .filter(run -> run.name().matches(RUN_NAME + "(-\\d+)?") && run.status() == RunStatus.COMPLETE)
                .map(RunSummary::runId)
                .findFirst();
    }

    private int execute(Store store, Path model, Path quiz) {
        RunRequest request = RunRequest.of(Map.of(
                "model", model.toString(),
                "quiz", quiz.toString(),
                "name", new RunNames(store).free(RUN_NAME)));
        try (PlannedRun run = PlannedRun.open(request)) {
            int runId = RunCommand.execute(run, store, stop, spec).runId();
            ExpertWeights.record(run.checkpoint(), store, Optional.empty(), WeightListener.SILENT);
            return runId;
        }
    }

    private void findings(QueryEngine engine, int runId) {
        PrintWriter out = spec.commandLine().getOut();
        Study study = Study.of(engine, runId);
        Path file = StudyCommand.write(reportFile(), HtmlReport.of(study));
        if (json) {
            out.println(Report.json(StudyCommand.data(study, Optional.of(file))));
        } else {
            printHeadlines(study, out);
            out.printf("%nReport written to %s%n", file.toUri());
            out.printf("Try next: ./gatehouse sql --db %s, or the examples in the console%n", database);
        }
        out.flush();
    }

    /** Beside the database, with its name. */
    private Path reportFile() {
        String name = String.valueOf(database.getFileName()).replaceFirst("\\.duckdb$", "");
        return database.resolveSibling(name + "-report.html");
    }

    /** A line per figure that has one; the sentences are in the report. */
    private static void printHeadlines(Study study, PrintWriter out) {
        study.figures()
                .forEach(evidence -> MarkdownReport.headlines(evidence)
                        .forEach(headline ->
                                out.printf("%-26s %s%n", evidence.figure().title(), CellText.visible(headline))));
    }
}
