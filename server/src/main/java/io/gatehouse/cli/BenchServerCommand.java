package io.gatehouse.cli;

import io.gatehouse.server.bench.ServerBench;
import io.gatehouse.sql.ResultColumn;
import io.gatehouse.store.Store;
import io.gatehouse.store.bench.StoreBench;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "server",
        description = {
            "Measures how fast rows of seven columns leave a server, over loopback in each format and by JDBC, beside"
                    + " DuckDB's own Arrow in the process.",
            "Seconds from the request to the last byte; of the rounds the median counts.",
            "Without --db it writes a file of made-up routing first, as bench store does."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  gatehouse bench server --rows 1M --rounds 5"})
final class BenchServerCommand implements Callable<Integer> {
    /** Enough for the rows of the default, and written in a second. */
    private static final long ACTIVATIONS = 5_000_000;

    private static final List<ResultColumn> COLUMNS = Stream.of(
                    "way", "rows", "seconds", "million_rows_per_second", "mb_per_second", "times_duckdb")
            .map(name -> new ResultColumn(name, name.equals("way") ? "VARCHAR" : "DOUBLE"))
            .toList();

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "1M",
            converter = CountConverter.class,
            description = "Rows to read, such as 1M; default: ${DEFAULT-VALUE}.")
    private long rows;

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
        try (Store store = Store.open(file)) {
            List<ServerBench.Transfer> transfers = new ServerBench(store, rounds, rows).run();
            double duckDb = transfers.get(0).seconds();
            new Report()
                    .figure("Cores", Runtime.getRuntime().availableProcessors())
                    .figure("Rounds", rounds)
                    .table(
                            "Transfer of seven columns",
                            COLUMNS,
                            transfers.stream()
                                    .map(transfer -> row(transfer, duckDb))
                                    .toList())
                    .print(spec.commandLine().getOut(), json);
        }
    }

    private void measureInPassing() {
        try (ScratchDirectory directory = ScratchDirectory.make()) {
            Path file = directory.path().resolve("bench.duckdb");
            new StoreBench(file, Math.max(ACTIVATIONS, rows)).writeRun();
            measure(file);
        }
    }

    private static List<Object> row(ServerBench.Transfer transfer, double duckDb) {
        return List.of(
                transfer.way(),
                transfer.rows(),
                rounded(transfer.seconds()),
                rounded(transfer.rowsPerSecond() / 1e6),
                rounded(transfer.bytesPerSecond() / 1e6),
                rounded(transfer.seconds() / duckDb));
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
