package io.gatehouse.bench.command;

import io.gatehouse.bench.sql.PlanningBench;
import io.gatehouse.bench.sql.SqlBench;
import io.gatehouse.bench.sql.TransferBench;
import io.gatehouse.cli.terminal.CountConverter;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.ReportOutput;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.store.Store;
import io.gatehouse.type.SqlType.Scalar;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "sql",
        description = {
            "Measures SQL: seven aggregates over the facts by DuckDB alone, through Gatehouse without rollups, and"
                    + " through Gatehouse.",
            "Milliseconds from the text to the last row; reports the median of the rounds. The rows must be equal in all"
                    + " three ways.",
            "Then the planning time of statements that are not in the cache, over tables and views: first and, as a median,"
                    + " later.",
            "Then rows per second read by JDBC and as Arrow, from DuckDB and from Gatehouse.",
            "Without --db it first writes a file of synthetic routing, as bench store does."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  gatehouse bench sql --activations 10M --rounds 5"})
final class BenchSqlCommand implements Callable<Integer> {
    private static final List<ResultColumn> COLUMNS = Stream.of(
                    "query", "duckdb_ms", "facts_ms", "rollups_ms", "overhead", "times_faster")
            .map(name -> new ResultColumn(name, name.equals("query") ? Scalar.VARCHAR : Scalar.DOUBLE))
            .toList();

    private static final List<ResultColumn> PLANNING = List.of(
            new ResultColumn("statement", Scalar.VARCHAR),
            new ResultColumn("first_ms", Scalar.DOUBLE),
            new ResultColumn("warm_ms", Scalar.DOUBLE));

    /** Planning takes little: it is measured more often than the queries are. */
    private static final int PLANNINGS_PER_ROUND = 40;

    private static final List<ResultColumn> TRANSFER = List.of(
            new ResultColumn("way", Scalar.VARCHAR), new ResultColumn("million_rows_per_second", Scalar.DOUBLE));

    @Option(
            names = "--activations",
            paramLabel = "N",
            defaultValue = "50M",
            converter = CountConverter.class,
            description = "Activations to write, such as 50M; default: ${DEFAULT-VALUE}.")
    private long activations;

    @Mixin
    private BenchedFile file = new BenchedFile();

    @Option(names = "--rounds", description = "Rounds (default: ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Mixin
    private ReportOutput output = new ReportOutput();

    @Override
    public Integer call() {
        file.ask(activations, this::measure);
        return 0;
    }

    private void measure(Store store) {
        try (SqlBench bench = new SqlBench(store, rounds)) {
            new Report()
                    .figure("Cores", Runtime.getRuntime().availableProcessors())
                    .figure("Rounds", rounds)
                    .table(
                            "Queries",
                            COLUMNS,
                            bench.run().stream().map(BenchSqlCommand::row).toList())
                    .table(
                            "Planning",
                            PLANNING,
                            new PlanningBench(store, rounds * PLANNINGS_PER_ROUND)
                                    .run().stream().map(BenchSqlCommand::row).toList())
                    .table(
                            "Transfer of four columns",
                            TRANSFER,
                            new TransferBench(store, rounds)
                                    .run().stream().map(BenchSqlCommand::row).toList())
                    .print(output);
        }
    }

    private static List<Object> row(SqlBench.Measured measured) {
        return List.of(
                measured.query(),
                millis(measured.duckDb()),
                millis(measured.facts()),
                millis(measured.rollups()),
                Report.rounded(measured.overhead(), 2),
                Report.rounded(measured.timesFaster(), 2));
    }

    private static List<Object> row(PlanningBench.Measured measured) {
        return List.of(measured.statement(), millis(measured.first()), millis(measured.warm()));
    }

    private static List<Object> row(TransferBench.Rate rate) {
        return List.of(rate.way(), Report.rounded(rate.rowsPerSecond() / 1e6, 2));
    }

    private static double millis(Duration duration) {
        return Report.rounded(duration.toNanos() / 1e6, 2);
    }
}
