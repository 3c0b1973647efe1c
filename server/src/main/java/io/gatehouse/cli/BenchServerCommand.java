package io.gatehouse.cli;

import io.gatehouse.server.bench.ServerBench;
import io.gatehouse.sql.ResultColumn;
import io.gatehouse.store.Store;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "server",
        description = {
            "Measures how fast rows of seven columns leave a server, over loopback in each format and by JDBC, beside"
                    + " DuckDB's own Arrow in the process.",
            "Seconds from the request to the last byte; of the rounds the median counts, also of the times that a way"
                    + " took as long as DuckDB in the same round.",
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

    @Mixin
    private BenchedFile file = new BenchedFile();

    @Option(names = "--rounds", description = "How often each is measured (default: ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Mixin
    private ReportOutput output = new ReportOutput();

    @Override
    public Integer call() {
        file.ask(Math.max(ACTIVATIONS, rows), this::measure);
        return 0;
    }

    private void measure(Store store) {
        List<ServerBench.Transfer> transfers = new ServerBench(store, rounds, rows, List.of()).run();
        new Report()
                .figure("Cores", Runtime.getRuntime().availableProcessors())
                .figure("Rounds", rounds)
                .table(
                        "Transfer of seven columns",
                        COLUMNS,
                        transfers.stream().map(BenchServerCommand::row).toList())
                .print(output);
    }

    private static List<Object> row(ServerBench.Transfer transfer) {
        return List.of(
                transfer.way(),
                transfer.rows(),
                Report.rounded(transfer.seconds(), 3),
                Report.rounded(transfer.rowsPerSecond() / 1e6, 3),
                Report.rounded(transfer.bytesPerSecond() / 1e6, 1),
                Report.rounded(transfer.timesDuckDb(), 2));
    }
}
