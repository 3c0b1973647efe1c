package io.gatehouse.cli;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.QueryLimits;
import io.gatehouse.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "sql",
        description = {
            "Asks a file of runs in SQL.",
            "Without -c and -f it is a shell on a terminal, and elsewhere reads statements from standard input.",
            "Statements end with a semicolon; at the first that fails it stops."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example:",
            "  gatehouse sql --db routing.duckdb -c \"SELECT * FROM unused_experts ORDER BY scope, layer\""
        })
final class SqlCommand implements Callable<Integer> {
    private static final long TABLE_LIMIT = 1000;
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    @Option(
            names = "--db",
            required = true,
            paramLabel = "FILE",
            description = "Database file to ask, or the directory of an export.")
    private Path database = Path.of("");

    @Option(names = "-c", paramLabel = "SQL", description = "Statement to run; may be given several times.")
    private List<String> statements = List.of();

    @Option(names = "-f", paramLabel = "FILE", description = "File of statements to run; may be given several times.")
    private List<Path> files = List.of();

    @Option(names = "--keep-going", description = "Go on behind a statement that fails.")
    private boolean keepGoing;

    @Option(names = "--output", paramLabel = "FILE", description = "File for the rows; default: standard output.")
    private Optional<Path> output = Optional.empty();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "One of ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
    private RowFormat format = RowFormat.TABLE;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Print no more than N rows, 0 for all; default: " + TABLE_LIMIT + " as a table, else all.")
    private Optional<Long> limit = Optional.empty();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        try (Store store = Store.open(database);
                QueryEngine engine = new QueryEngine(store);
                StatementRunner runner = new StatementRunner(
                        engine,
                        format,
                        new QueryLimits(TIMEOUT, maxRows()),
                        spec.commandLine().getOut(),
                        spec.commandLine().getErr())) {
            runner.writeTo(output);
            if (!statements.isEmpty() || !files.isEmpty()) {
                List<String> texts = new ArrayList<>(statements);
                files.forEach(file -> texts.add(text(file)));
                return run(runner, texts);
            }
            if (Boolean.getBoolean("gatehouse.interactive")) {
                new SqlShell(engine, runner).run();
                return 0;
            }
            return run(runner, List.of(standardInput()));
        }
    }

    /** Runs statements up to the first that fails, or all of them. The exit code is that of the first failure. */
    private int run(StatementRunner runner, List<String> texts) {
        int exitCode = 0;
        for (String text : texts) {
            for (String statement : StatementSplitter.split(text)) {
                try {
                    runner.run(statement);
                } catch (GatehouseException failure) {
                    if (!keepGoing) {
                        throw failure;
                    }
                    spec.commandLine().getErr().println("error: " + failure.getMessage());
                    exitCode = exitCode == 0 ? failure.code().category().exitCode() : exitCode;
                }
            }
        }
        return exitCode;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.FILE_NOT_FOUND, "%s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    private long maxRows() {
        long rows = limit.orElse(format == RowFormat.TABLE ? TABLE_LIMIT : 0);
        if (rows < 0) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "A limit of %d rows is not possible".formatted(rows));
        }
        return rows;
    }

    private static String standardInput() {
        try {
            return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "Standard input cannot be read: " + e.getMessage(), e);
        }
    }
}
