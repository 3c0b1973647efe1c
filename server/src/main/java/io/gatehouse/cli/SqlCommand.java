package io.gatehouse.cli;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.QueryLimits;
import io.gatehouse.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
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
            "Without -c it is a shell on a terminal, and elsewhere reads statements from standard input."
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
                QueryEngine engine = new QueryEngine(store)) {
            StatementRunner runner = new StatementRunner(
                    engine,
                    format,
                    new QueryLimits(TIMEOUT, maxRows()),
                    spec.commandLine().getOut(),
                    spec.commandLine().getErr());
            if (!statements.isEmpty()) {
                statements.stream()
                        .flatMap(text -> StatementSplitter.split(text).stream())
                        .forEach(runner::run);
            } else if (Boolean.getBoolean("gatehouse.interactive")) {
                new SqlShell(engine, runner).run();
            } else {
                StatementSplitter.split(standardInput()).forEach(runner::run);
            }
            return 0;
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
