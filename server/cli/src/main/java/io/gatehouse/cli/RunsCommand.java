package io.gatehouse.cli;

import io.gatehouse.cli.file.SharedFile;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.TextTable;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.client.Session;
import io.gatehouse.client.http.ServerRuns;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.ServerFile;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunEdit;
import io.gatehouse.study.RunFacts;
import io.gatehouse.study.Study;
import io.gatehouse.type.SqlType.Scalar;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

@Command(
        name = "runs",
        description = {
            "Lists, shows, edits and deletes the runs of a database file, and compacts the file.",
            "If a server has the file open, list, show, edit and delete go through the server."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]",
        footer = {
            "",
            "Examples:",
            "  gatehouse runs list --db routing.duckdb",
            "  gatehouse runs edit --db routing.duckdb first --name baseline --tags paper,bf16",
            "  gatehouse runs delete --db routing.duckdb first",
            "  gatehouse runs compact --db routing.duckdb"
        })
final class RunsCommand implements Callable<Integer> {
    @Option(
            names = "--db",
            required = true,
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "DuckDB file with the runs; list and show also accept the directory of an export.")
    private Path database = Path.of("");

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description = "Print JSON: a list of runs, or one object. Keys are described in docs/cli.md.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        return list();
    }

    /**
     * A run and what decides what it computes and keeps.
     *
     * @param definition by property; empty if a server has the file
     */
    private record Shown(RunFacts run, Optional<Map<String, String>> definition) {}

    @Command(
            name = "list",
            description = "Lists the runs in the order in which they were started.",
            mixinStandardHelpOptions = true)
    int list() {
        List<RunFacts> runs = file().ask(Study::runs);
        PrintWriter out = out();
        if (json) {
            out.println(Report.json(runs.stream().map(RunFacts::data).toList()));
        } else {
            print(out, runs);
        }
        out.flush();
        return 0;
    }

    private static void print(PrintWriter out, List<RunFacts> runs) {
        List<ResultColumn> columns = Stream.of(
                        "run",
                        "name",
                        "status",
                        "answered",
                        "accuracy",
                        "model",
                        "quiz",
                        "recorded",
                        "storage",
                        "precision",
                        "interventions",
                        "started")
                .map(name -> new ResultColumn(name, Scalar.VARCHAR))
                .toList();
        List<List<@Nullable Object>> rows = runs.stream()
                .map(run -> List.<@Nullable Object>of(
                        run.runId(),
                        run.name(),
                        run.state(),
                        run.isImported()
                                ? run.sequences()
                                : String.format(Locale.ROOT, "%,d of %,d", run.answered(), run.questions()),
                        run.accuracy()
                                .map(accuracy -> String.format(Locale.ROOT, "%.1f%%", 100 * accuracy))
                                .orElse("not recorded"),
                        run.model(),
                        run.isImported() ? "from " + run.source() : run.quiz(),
                        run.recorded(),
                        run.storage(),
                        run.precision(),
                        run.interventionSummary(),
                        run.started()))
                .toList();
        TextTable.print(out, columns, rows);
    }

    @Command(
            name = "show",
            description = "Shows the settings, interventions and progress of a run.",
            mixinStandardHelpOptions = true)
    int show(@Parameters(paramLabel = "NAME", description = "Name of the run.") String name) {
        Shown shown = file().ask((session, store) -> {
            RunFacts run = find(session, name).withSubjects(session);
            return new Shown(run, store.map(file -> file.definition(run.runId())));
        });
        RunFacts run = shown.run();
        PrintWriter out = out();
        if (json) {
            Map<String, @Nullable Object> data = run.data();
            data.put("definition", shown.definition().map(TreeMap::new).orElse(null));
            out.println(Report.json(data));
        } else {
            Report report = new Report();
            run.settings().forEach(report::figure);
            run.accuracy().ifPresent(accuracy -> report.figure("Accuracy", accuracy));
            shown.definition()
                    .ifPresent(definition -> new TreeMap<>(definition)
                            .forEach((property, value) -> report.figure("Definition: " + property, value)));
            report.figure("Command", run.command()).print(out, false);
        }
        out.flush();
        return 0;
    }

    private RunFacts find(Session session, String name) {
        return Study.runs(session).stream()
                .filter(run -> run.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.RUN_NOT_FOUND, "%s holds no run named \"%s\".".formatted(database, name)));
    }

    @Command(
            name = "edit",
            description = "Changes the name, the note or the tags of a run.",
            mixinStandardHelpOptions = true)
    int edit(
            @Parameters(paramLabel = "NAME", description = "Name of the run.") String name,
            @Option(names = "--name", paramLabel = "NAME", description = "New name.") @Nullable String newName,
            @Option(names = "--note", paramLabel = "TEXT", description = "Replace the note; \"\" removes it.") @Nullable
                    String note,
            @Option(
                            names = "--tags",
                            paramLabel = "TAG",
                            split = ",",
                            description = "Replace the tags with this comma-separated list; \"\" removes them.")
                    @Nullable
                    List<String> tags) {
        Map<String, Object> changes = new LinkedHashMap<>();
        Optional.ofNullable(newName).ifPresent(text -> changes.put("name", text));
        Optional.ofNullable(note).ifPresent(text -> changes.put("note", text));
        Optional<List<String>> words = Optional.ofNullable(tags)
                .map(list -> list.stream().filter(tag -> !tag.isEmpty()).toList());
        words.ifPresent(list -> changes.put("tags", list));
        if (changes.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Nothing to change: give --name, --note or --tags.");
        }
        try (Store store = Store.open(database)) {
            store.editRun(name, new RunEdit(Optional.ofNullable(newName), Optional.ofNullable(note), words));
        } catch (GatehouseException e) {
            ServerFile server = file().server(e).orElseThrow(() -> SharedFile.explained(e));
            new ServerRuns(server.uri(), Optional.of(server.key())).edit(name, changes);
        }
        new Report().figure("Edited", newName == null ? name : newName).print(out(), json);
        return 0;
    }

    @Command(
            name = "delete",
            description = "Deletes a run completely. Compact the file to return its space to the disk.",
            mixinStandardHelpOptions = true)
    int delete(@Parameters(paramLabel = "NAME", description = "Name of the run.") String name) {
        try (Store store = Store.open(database)) {
            store.deleteRun(name);
        } catch (GatehouseException e) {
            ServerFile server = file().server(e).orElseThrow(() -> SharedFile.explained(e));
            new ServerRuns(server.uri(), Optional.of(server.key())).delete(name);
        }
        new Report().figure("Deleted", name).print(out(), json);
        return 0;
    }

    @Command(
            name = "compact",
            description = "Rewrites the file without the space that deleted runs left.",
            mixinStandardHelpOptions = true)
    int compact() {
        try {
            long before = Files.exists(database) ? Files.size(database) : 0;
            file().own("runs compact", () -> {
                Store.compact(database);
                return Map.of();
            });
            new Report()
                    .bytes("Bytes before", before)
                    .bytes("Bytes after", Files.size(database))
                    .print(out(), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return 0;
    }

    private SharedFile file() {
        return new SharedFile(database, spec.commandLine().getErr());
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
