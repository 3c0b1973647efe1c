package io.gatehouse.cli.run;

import io.gatehouse.cli.file.SharedFile;
import io.gatehouse.cli.terminal.CellText;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.ReportOutput;
import io.gatehouse.cli.terminal.StopSignal;
import io.gatehouse.client.Session;
import io.gatehouse.client.http.ServerRuns;
import io.gatehouse.client.http.ServerSession;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.RunOutcome;
import io.gatehouse.run.RunRequest;
import io.gatehouse.server.ServerFile;
import io.gatehouse.store.Store;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "run",
        description = {
            "Answers a quiz with a model and records every routing decision.",
            "If a server has the file open, that server computes the run."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  gatehouse run --model OLMoE-1B-7B-0924 --quiz mmlu --db routing.duckdb \\",
            "      --subjects anatomy,virology",
            "  gatehouse run --model OLMoE-1B-7B-0924 --quiz mmlu --db routing.duckdb \\",
            "      --mask-unused-of RUN"
        })
public final class RunCommand implements Callable<Integer> {
    @Option(
            names = "--db",
            required = true,
            paramLabel = "FILE",
            description = "DuckDB file to record into; created if missing.")
    private Path database = Path.of("");

    @Mixin
    private RunOptions options = new RunOptions();

    @Mixin
    private ReportOutput output = new ReportOutput();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final StopSignal stop;

    public RunCommand(StopSignal stop) {
        this.stop = stop;
    }

    @Override
    public Integer call() {
        RunRequest request = options.request();
        try (PlannedRun run = PlannedRun.open(request)) {
            run(run, request).print(output);
        }
        return 0;
    }

    private Report run(PlannedRun run, RunRequest request) {
        try (Store store = Store.create(database)) {
            RunOutcome outcome = execute(run, store, stop, spec);
            Report report = new Report()
                    .figure("Run", outcome.name())
                    .figure("Questions answered", outcome.questions())
                    .figure("Questions skipped", outcome.skipped())
                    .figure("Prompts shortened", outcome.shortened())
                    .figure("Accuracy", outcome.accuracy())
                    .figure(
                            "Mean accuracy by subject",
                            store.meanAccuracyOfSubjects(outcome.runId()).orElseThrow())
                    .figure("Prompt tokens", outcome.tokens());
            if (outcome.generated() > 0) {
                report.figure("Generated tokens", outcome.generated());
            }
            return report.figure("Seconds", outcome.elapsed().toMillis() / 1000.0);
        } catch (GatehouseException e) {
            ServerFile server = new SharedFile(database, spec.commandLine().getErr())
                    .server(e)
                    .orElseThrow(() -> SharedFile.explained(e));
            return handOver(server, request);
        }
    }

    private Report handOver(ServerFile server, RunRequest request) {
        stop.take();
        PrintWriter err = spec.commandLine().getErr();
        err.printf("%s is open in the server at %s; starting the run there%n", database, server.uri());
        err.flush();
        try (ProgressLine progress = new ProgressLine(err, stop);
                Session session = ServerSession.connect(server.uri(), Optional.of(server.key()))) {
            return new RemoteRun(new ServerRuns(server.uri(), Optional.of(server.key())), session)
                    .execute(request.at(absolute(request.model()), absolute(request.quiz())), progress);
        }
    }

    /** So that another process finds it, too. */
    private static String absolute(String path) {
        return RunRequest.path(path).toAbsolutePath().normalize().toString();
    }

    /** Loads the model and runs, with progress on stderr; Ctrl-C ends the run and keeps what is committed. */
    public static RunOutcome execute(PlannedRun run, Store store, StopSignal stop, CommandSpec spec) {
        PrintWriter err = spec.commandLine().getErr();
        try (ProgressLine progress = new ProgressLine(err, stop)) {
            return run.execute(store, progress, note -> {
                err.println(CellText.visible(note));
                err.flush();
            });
        }
    }
}
