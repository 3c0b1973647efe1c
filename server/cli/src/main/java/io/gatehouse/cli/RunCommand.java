package io.gatehouse.cli;

import io.gatehouse.client.http.ServerRuns;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.RunOutcome;
import io.gatehouse.server.ServerNotice;
import io.gatehouse.store.Store;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "run",
        description = {
            "Answers a quiz with a model and records every routing decision.",
            "While a server has the file, the run is handed to that server."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example:",
            "  gatehouse run --model OLMoE-1B-7B-0924 --quiz mmlu --db routing.duckdb --subjects anatomy,virology",
            "  gatehouse run --model OLMoE-1B-7B-0924 --quiz mmlu --db routing.duckdb --mask-unused-of RUN"
        })
final class RunCommand implements Callable<Integer> {
    @Option(
            names = "--db",
            required = true,
            paramLabel = "FILE",
            description = "DuckDB file to record into; made if missing.")
    private Path database = Path.of("");

    @Mixin
    private RunOptions options = new RunOptions();

    @Mixin
    private ReportOutput output = new ReportOutput();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final StopSignal stop;

    RunCommand(StopSignal stop) {
        this.stop = stop;
    }

    @Override
    public Integer call() {
        try (RunDraft draft = options.read()) {
            run(draft).print(output);
        }
        return 0;
    }

    private Report run(RunDraft draft) {
        try (Store store = Store.create(database)) {
            RunOutcome outcome = execute(draft.plan(store), store, stop, spec);
            return new Report()
                    .figure("Run", outcome.name())
                    .figure("Questions answered", outcome.questions())
                    .figure("Accuracy", outcome.accuracy())
                    .figure(
                            "Mean accuracy of subjects",
                            store.meanAccuracyOfSubjects(outcome.runId()).orElseThrow())
                    .figure("Prompt tokens", outcome.tokens())
                    .figure("Seconds", outcome.elapsed().toMillis() / 1000.0);
        } catch (GatehouseException e) {
            if (e.code() != ErrorCode.DATABASE_IN_USE) {
                throw e;
            }
            ServerNotice server = ServerNotice.find(database).orElseThrow(() -> e);
            return handOver(server);
        }
    }

    private Report handOver(ServerNotice server) {
        stop.take();
        PrintWriter err = spec.commandLine().getErr();
        err.printf("%s is served at %s, which runs it%n", database, server.uri());
        err.flush();
        try (ProgressLine progress = new ProgressLine(err, stop)) {
            return new RemoteRun(new ServerRuns(server.uri(), Optional.of(server.key()))).execute(given(), progress);
        }
    }

    /** The options as they were given, but paths so that another process finds them too. */
    private Map<String, Object> given() {
        Map<String, Object> given = new LinkedHashMap<>();
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            String name = option.longestName().substring("--".length());
            String value = String.join(",", option.stringValues());
            switch (name) {
                case "db", "json" -> {}
                case "model", "quiz" ->
                    given.put(name, Path.of(value).toAbsolutePath().normalize().toString());
                default -> given.put(name, value.isEmpty() ? "true" : value);
            }
        }
        return given;
    }

    /** Loads the model and runs, with progress on stderr; Ctrl-C ends the run and keeps what is committed. */
    static RunOutcome execute(PlannedRun run, Store store, StopSignal stop, CommandSpec spec) {
        PrintWriter err = spec.commandLine().getErr();
        try (ProgressLine progress = new ProgressLine(err, stop)) {
            return run.execute(store, progress, note -> {
                err.println(CellText.visible(note));
                err.flush();
            });
        }
    }
}
