package io.gatehouse.bench.command;

import io.gatehouse.bench.sql.PlanningBench;
import io.gatehouse.bench.sql.SqlBench;
import io.gatehouse.bench.sql.TransferBench;
import io.gatehouse.cli.terminal.CountConverter;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.ReportOutput;
import io.gatehouse.store.Store;
import java.util.concurrent.Callable;
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
    /** Planning takes little: it is measured more often than the queries are. */
    private static final int PLANNINGS_PER_ROUND = 40;

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
                            bench.run().stream().map(BenchSqlCommand::row).toList())
                    .table(
                            "Planning",
                            new PlanningBench(store, rounds * PLANNINGS_PER_ROUND)
                                    .run().stream().map(BenchSqlCommand::row).toList())
                    .table(
                            "Transfer of four columns",
                            new TransferBench(store, rounds)
                                    .run().stream().map(BenchSqlCommand::row).toList())
                    .print(output);
        }
    }

    private static Report.Row row(SqlBench.Measured measured) {
        return new Report.Row()
                .with("query", measured.query())
                .with("duckdb_ms", Report.millis(measured.duckDb(), 2))
                .with("facts_ms", Report.millis(measured.facts(), 2))
                .with("rollups_ms", Report.millis(measured.rollups(), 2))
                .with("overhead", Report.rounded(measured.overhead(), 2))
                .with("times_faster", Report.rounded(measured.timesFaster(), 2));
    }

    private static Report.Row row(PlanningBench.Measured measured) {
        return new Report.Row()
                .with("statement", measured.statement())
                .with("first_ms", Report.millis(measured.first(), 2))
                .with("warm_ms", Report.millis(measured.warm(), 2));
    }

    private static Report.Row row(TransferBench.Rate rate) {
        return new Report.Row()
                .with("way", rate.way())
                .with("million_rows_per_second", Report.rounded(rate.rowsPerSecond() / 1e6, 2));
    }
}
