package io.gatehouse.bench.command;

import io.gatehouse.bench.server.HostileBench;
import io.gatehouse.bench.server.HostileLoad;
import io.gatehouse.bench.server.ServerBench;
import io.gatehouse.cli.Gatehouse;
import io.gatehouse.cli.Sample;
import io.gatehouse.cli.ScratchDirectory;
import io.gatehouse.cli.terminal.CountConverter;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.ReportOutput;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.MemorySize;
import io.gatehouse.server.ServerMemory;
import io.gatehouse.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "server",
        description = {
            "Measures how fast a server sends rows of seven columns, over loopback in each format and by JDBC, beside"
                    + " DuckDB's own Arrow in the process.",
            "Seconds from the request to the last byte; reports the median of the rounds, also of the ratios to DuckDB"
                    + " in the same round.",
            "Without --db it first writes a file of synthetic routing, as bench store does.",
            "With --hostile it starts a server and eight hostile clients, which send statements, models and quizzes meant"
                    + " to stop it, beside four clients with ordinary queries and one ordinary run after another; in the first"
                    + " and the last eighth of the time the ordinary clients are alone. Exits with 1 if the server ends, if it takes more than"
                    + " 1.5 times its --memory, if a statement outlives its limit by more than a second, if the p99 of ordinary"
                    + " queries grows to more than 3 times that of the time alone, or if the content hash of an ordinary run"
                    + " differs from that of a quiet run."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  gatehouse bench server --rows 1M --rounds 5",
            "  gatehouse bench server --hostile --seconds 1800 --memory 4GB"
        })
final class BenchServerCommand implements Callable<Integer> {
    /** Enough for the rows of the default, and written in a second. */
    private static final long ACTIVATIONS = 5_000_000;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "1M",
            converter = CountConverter.class,
            description = "Rows to read, such as 1M; default: ${DEFAULT-VALUE}.")
    private long rows;

    @Mixin
    private BenchedFile file = new BenchedFile();

    @Option(names = "--rounds", description = "Rounds (default: ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(names = "--hostile", description = "Attack a server with hostile clients.")
    private boolean hostile;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "With --hostile, total duration (default: ${DEFAULT-VALUE}).")
    private int seconds = 1800;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "With --hostile, --memory of the server (default: ${DEFAULT-VALUE}).")
    private String memory = "4GB";

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "With --hostile, seed of what the clients do (default: ${DEFAULT-VALUE}).")
    private long seed = 20_261_127;

    @Mixin
    private ReportOutput output = new ReportOutput();

    @Override
    public Integer call() {
        if (hostile) {
            return hostile();
        }
        file.ask(Math.max(ACTIVATIONS, rows), this::measure);
        return 0;
    }

    private int hostile() {
        if (seconds < 1) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "--seconds must be at least 1, not %d".formatted(seconds));
        }
        long bytes = MemorySize.bytes(memory);
        try (ScratchDirectory directory = ScratchDirectory.make()) {
            HostileLoad load = new HostileBench(Sample.model(), Sample.quiz(), Duration.ofSeconds(seconds), seed)
                    .run(bytes, directory.path(), served -> command(served, bytes));
            report(load).print(output);
            return load.broken().isEmpty() ? 0 : 1;
        }
    }

    /** As the launcher starts it. */
    private List<String> command(HostileBench.Served served, long bytes) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-Dgatehouse.home=" + System.getProperty("gatehouse.home", "."),
                "-Xmx" + (new ServerMemory(bytes).heap() >> 20) + "m",
                "-cp",
                System.getProperty("java.class.path"),
                Gatehouse.class.getName(),
                "serve",
                "--db",
                served.database().toString(),
                "--port",
                "0",
                "--memory",
                memory));
        served.models().forEach(model -> command.addAll(List.of("--model", model.toString())));
        served.quizzes().forEach(quiz -> command.addAll(List.of("--quiz", quiz.toString())));
        return command;
    }

    private Report report(HostileLoad load) {
        return new Report()
                .figure("Cores", Runtime.getRuntime().availableProcessors())
                .figure("Seed", seed)
                .figure("Seconds", seconds)
                .figure("Server at the end", load.up() ? "up" : "gone")
                .figure("Memory of the server MB", load.memory() >> 20)
                .figure("Peak of its processes MB", load.peakBytes() >> 20)
                .figure("Peak as a multiple", Report.rounded(load.memoryRatio(), 2))
                .figure("Ordinary queries before", load.before().count())
                .figure("p50 ms before", Report.millis(load.before().p50(), 1))
                .figure("p99 ms before", Report.millis(load.before().p99(), 1))
                .figure(
                        "Ordinary queries beside hostile clients",
                        load.besides().count())
                .figure(
                        "p50 ms beside hostile clients",
                        Report.millis(load.besides().p50(), 1))
                .figure(
                        "p99 ms beside hostile clients",
                        Report.millis(load.besides().p99(), 1))
                .figure("Ordinary queries after", load.after().count())
                .figure("p50 ms after", Report.millis(load.after().p50(), 1))
                .figure("p99 ms after", Report.millis(load.after().p99(), 1))
                .figure("p99 ms before and after", Report.millis(load.quiet().p99(), 1))
                .figure("p99 as a multiple", Report.rounded(load.latencyRatio(), 2))
                .figure("Statements that outlived their limit", load.overdue().size())
                .figure("Of these", load.overdue().isEmpty() ? "none" : String.join("; ", load.overdue()))
                .figure("Responses to hostile statements", shown(load.answers()))
                .figure("Runs", shown(load.runs()))
                .figure("Hash of the quiet run", load.hash())
                .figure("Runs with another hash", load.others().isEmpty() ? "none" : String.join("; ", load.others()))
                .figure("Faults", load.faults().isEmpty() ? "none" : String.join("; ", load.faults()))
                .figure("Broken", load.broken().isEmpty() ? "none" : String.join("; ", load.broken()));
    }

    private static String shown(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                .map(entry -> "%d %s".formatted(entry.getValue(), entry.getKey()))
                .collect(Collectors.joining(", "));
    }

    private void measure(Store store) {
        List<ServerBench.Transfer> transfers = new ServerBench(store, rounds, rows, List.of()).run();
        new Report()
                .figure("Cores", Runtime.getRuntime().availableProcessors())
                .figure("Rounds", rounds)
                .table(
                        "Transfer of seven columns",
                        transfers.stream().map(BenchServerCommand::row).toList())
                .print(output);
    }

    private static Report.Row row(ServerBench.Transfer transfer) {
        return new Report.Row()
                .with("way", transfer.way())
                .with("rows", transfer.rows())
                .with("seconds", Report.rounded(transfer.seconds(), 3))
                .with("million_rows_per_second", Report.rounded(transfer.rowsPerSecond() / 1e6, 3))
                .with("mb_per_second", Report.rounded(transfer.bytesPerSecond() / 1e6, 1))
                .with("times_duckdb", Report.rounded(transfer.timesDuckDb(), 2));
    }
}
