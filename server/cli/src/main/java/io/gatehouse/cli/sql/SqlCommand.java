package io.gatehouse.cli.sql;

import io.gatehouse.cli.terminal.CellText;
import io.gatehouse.client.Session;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "sql",
        description = {
            "Runs SQL on a database file or on a Gatehouse server.",
            "If a server has the file open, the statements go to that server.",
            "Without -c and -f it opens a shell if standard input is a terminal, and else reads statements from it.",
            "Statements end with a semicolon. By default it stops at the first statement that fails."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  gatehouse sql --db routing.duckdb -c \"FROM unused_experts ORDER BY layer\"",
            "  gatehouse sql --url http://127.0.0.1:8080 -c \"SELECT * FROM runs\"",
            "  gatehouse sql --db routing.duckdb --param layer=3 -c \"FROM experts WHERE layer = :layer\"",
            "  gatehouse sql --db /shared/routing --engine sc://host -c \"SELECT * FROM runs\""
        })
public final class SqlCommand implements Callable<Integer> {
    private static final long TABLE_LIMIT = 1000;

    @Mixin
    private QueryTarget target = new QueryTarget();

    @Option(names = "-c", paramLabel = "SQL", description = "Statement to run; may be given several times.")
    private List<String> statements = List.of();

    @Option(names = "-f", paramLabel = "FILE", description = "File of statements to run; may be given several times.")
    private List<Path> files = List.of();

    @Option(
            names = "--param",
            paramLabel = "NAME=VALUE",
            description = "Value of the parameter :NAME of the statements; may be given several times.")
    private List<String> parameters = List.of();

    @Option(
            names = "--null-param",
            paramLabel = "NAME",
            description = "Parameter :NAME of the statements that is NULL; may be given several times.")
    private List<String> nullParameters = List.of();

    @Option(names = "--keep-going", description = "Continue after a statement that fails.")
    private boolean keepGoing;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "File for the rows; default: standard output.")
    private Optional<Path> output = Optional.empty();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "One of ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
    private RowFormat format = RowFormat.TABLE;

    @Option(
            names = "--csv-for-spreadsheets",
            description = "With --format csv: put an apostrophe before texts that begin with =, +, -, @, a tab or a"
                    + " carriage return, so that no spreadsheet runs them as formulas. By default CSV contains the values"
                    + " unchanged.")
    private boolean csvForSpreadsheets;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Print at most N rows, 0 for all; default: " + TABLE_LIMIT
                    + " with --format table or vertical, else all.")
    private Optional<Long> limit = Optional.empty();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        long maxRows = maxRows();
        StatementParameters values = new StatementParameters(parameters, nullParameters);
        if (isShell()) {
            return target.askHere((session, engine) -> {
                try (StatementRunner runner = runner(session, maxRows)) {
                    runner.bind(values);
                    new SqlShell(engine, runner, Path.of(System.getProperty("user.home"), ".gatehouse_history")).run();
                    return 0;
                }
            });
        }
        return target.ask(session -> {
            try (StatementRunner runner = runner(session, maxRows)) {
                runner.bind(values);
                int exitCode = run(runner, texts());
                if (exitCode == 0) {
                    values.requireUsed();
                }
                return exitCode;
            }
        });
    }

    private StatementRunner runner(Session session, long maxRows) {
        StatementRunner runner = new StatementRunner(
                session,
                maxRows,
                format,
                spec.commandLine().getOut(),
                spec.commandLine().getErr());
        runner.writeCsvForSpreadsheets(csvForSpreadsheets);
        runner.writeTo(output);
        return runner;
    }

    private boolean isShell() {
        return statements.isEmpty() && files.isEmpty() && Boolean.getBoolean("gatehouse.interactive");
    }

    private List<String> texts() {
        if (statements.isEmpty() && files.isEmpty()) {
            return List.of(standardInput());
        }
        List<String> texts = new ArrayList<>(statements);
        files.forEach(file -> texts.add(text(file)));
        return texts;
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
                    spec.commandLine()
                            .getErr()
                            .println("error: " + CellText.visible(String.valueOf(failure.getMessage())));
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
            throw FileFailure.reading(file, e);
        }
    }

    private long maxRows() {
        boolean forPeople = format == RowFormat.TABLE || format == RowFormat.VERTICAL;
        long rows = limit.orElse(forPeople ? TABLE_LIMIT : 0);
        if (rows < 0) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "--limit is %d; it must be 0 or more".formatted(rows));
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
