package io.gatehouse.cli;

import io.gatehouse.cli.terminal.Report;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunSummary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

@Command(
        name = "runs",
        description = "Lists, shows and deletes the runs of a database file, and compacts the file.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]",
        footer = {
            "",
            "Example:",
            "  gatehouse runs list --db routing.duckdb",
            "  gatehouse runs delete --db routing.duckdb first",
            "  gatehouse runs compact --db routing.duckdb"
        })
final class RunsCommand implements Callable<Integer> {
    @Option(
            names = "--db",
            required = true,
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "DuckDB file with the runs; list and show also take the directory of an export.")
    private Path database = Path.of("");

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print the figures as one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        return list();
    }

    @Command(name = "list", description = "Lists the runs in the order they were started.")
    int list() {
        try (Store store = Store.open(database)) {
            Report report = new Report();
            for (RunSummary run : store.runs()) {
                report.figure(
                        run.name(),
                        "%s, %d of %d questions answered, %d correct, scope %s"
                                .formatted(
                                        run.status().id(),
                                        run.answered(),
                                        run.questions(),
                                        run.correct(),
                                        run.scope().id()));
            }
            report.print(spec.commandLine().getOut(), json);
        }
        return 0;
    }

    @Command(name = "show", description = "Shows what a run is and how far it came.")
    int show(@Parameters(paramLabel = "NAME", description = "Name of the run.") String name) {
        try (Store store = Store.open(database)) {
            RunSummary run = store.run(name);
            Report report = new Report()
                    .figure("Run", run.name())
                    .figure("Status", run.status().id())
                    .figure("Model", run.model())
                    .figure("Questions", run.questions())
                    .figure("Questions answered", run.answered())
                    .figure("Correct answers", run.correct())
                    .figure("Started", run.startedAt().toString())
                    .figure("Finished", run.finishedAt().map(Object::toString).orElse("not yet"));
            store.definition(run.runId()).forEach(report::figure);
            report.print(spec.commandLine().getOut(), json);
        }
        return 0;
    }

    @Command(name = "delete", description = "Deletes a run wholly. Compact the file to give its space back.")
    int delete(@Parameters(paramLabel = "NAME", description = "Name of the run.") String name) {
        try (Store store = Store.open(database)) {
            store.deleteRun(name);
        }
        new Report().figure("Deleted", name).print(spec.commandLine().getOut(), json);
        return 0;
    }

    @Command(name = "compact", description = "Writes the file anew without the space that deleted runs left.")
    int compact() {
        try {
            long before = Files.exists(database) ? Files.size(database) : 0;
            Store.compact(database);
            new Report()
                    .figure("Bytes before", before)
                    .figure("Bytes after", Files.size(database))
                    .print(spec.commandLine().getOut(), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return 0;
    }
}
