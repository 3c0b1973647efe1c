package io.gatehouse.cli;

import io.gatehouse.sql.ResultColumn;
import io.gatehouse.sql.bench.SqlBench;
import io.gatehouse.sql.bench.TransferBench;
import io.gatehouse.store.Store;
import io.gatehouse.store.bench.StoreBench;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "sql",
        description = {
            "Measures SQL: seven aggregates over the facts by DuckDB alone, through Gatehouse without rollups, and"
                    + " through Gatehouse.",
            "Milliseconds from the text to the last row; of the rounds the median counts. Planning is that of a"
                    + " statement whose plan is not kept. The rows must be equal in all three ways.",
            "Then how many rows a second are read, by JDBC and as Arrow, from DuckDB and from Gatehouse.",
            "Without --db it writes a file of made-up routing first, as bench store does."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  gatehouse bench sql --activations 10M --rounds 5"})
final class BenchSqlCommand implements Callable<Integer> {
    private static final List<ResultColumn> COLUMNS = Stream.of(
                    "query",
                    "duckdb_ms",
                    "facts_ms",
                    "rollups_ms",
                    "overhead",
                    "times_faster",
                    "first_planning_ms",
                    "planning_ms")
            .map(name -> new ResultColumn(name, name.equals("query") ? "VARCHAR" : "DOUBLE"))
            .toList();

    private static final List<ResultColumn> TRANSFER =
            List.of(new ResultColumn("way", "VARCHAR"), new ResultColumn("million_rows_per_second", "DOUBLE"));

    @Option(
            names = "--activations",
            paramLabel = "N",
            defaultValue = "50M",
            converter = CountConverter.class,
            description = "Activations to write, such as 50M; default: ${DEFAULT-VALUE}.")
    private long activations;

    @Option(names = "--db", paramLabel = "FILE", description = "File to ask instead, which is only read.")
    private Optional<Path> database = Optional.empty();

    @Option(names = "--rounds", description = "How often each is measured (default: ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(names = "--json", description = "Print the figures as one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        database.ifPresentOrElse(this::measure, this::measureInPassing);
        return 0;
    }

    private void measure(Path file) {
        try (Store store = Store.open(file);
                SqlBench bench = new SqlBench(store, rounds)) {
            new Report()
                    .figure("Cores", Runtime.getRuntime().availableProcessors())
                    .figure("Rounds", rounds)
                    .table(
                            "Queries",
                            COLUMNS,
                            bench.run().stream().map(BenchSqlCommand::row).toList())
                    .table(
                            "Transfer of four columns",
                            TRANSFER,
                            new TransferBench(store, rounds)
                                    .run().stream().map(BenchSqlCommand::row).toList())
                    .print(spec.commandLine().getOut(), json);
        }
    }

    private void measureInPassing() {
        try (ScratchDirectory directory = ScratchDirectory.make()) {
            Path file = directory.path().resolve("bench.duckdb");
            new StoreBench(file, activations).writeRun();
            measure(file);
        }
    }

    private static List<Object> row(SqlBench.Measured measured) {
        return List.of(
                measured.query(),
                millis(measured.duckDb()),
                millis(measured.facts()),
                millis(measured.rollups()),
                rounded(measured.overhead()),
                rounded(measured.timesFaster()),
                millis(measured.firstPlanning()),
                millis(measured.planning()));
    }

    private static List<Object> row(TransferBench.Rate rate) {
        return List.of(rate.way(), rounded(rate.rowsPerSecond() / 1e6));
    }

    private static double millis(Duration duration) {
        return rounded(duration.toNanos() / 1e6);
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
