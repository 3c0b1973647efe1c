package io.gatehouse.bench.command;

import io.gatehouse.bench.server.LiveBench;
import io.gatehouse.bench.server.Load;
import io.gatehouse.cli.Sample;
import io.gatehouse.cli.ScratchDirectory;
import io.gatehouse.cli.run.WorkerCommand;
import io.gatehouse.cli.run.WorkerPlanner;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.ReportOutput;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "live",
        description = {
            "Measures a run in a server.",
            "First the overhead of being watched: the run by itself, and in a server whose events a client follows and"
                    + " which four clients query every second, in turns; reports the median of the ratios. News is the time"
                    + " from the commit of a shard until the client has received its event and found it with SQL.",
            "Then the latency of small queries that rollups answer, while run after run is written and the clients"
                    + " also read many rows, cancel queries and disconnect in the middle of results, at random."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  gatehouse bench live --clients 16 --seconds 60"})
final class BenchLiveCommand implements Callable<Integer> {
    private static final long SEED = 20_261_125;

    @Option(names = "--model", paramLabel = "DIR", description = "Checkpoint to run; default: the sample.")
    private Optional<Path> model = Optional.empty();

    @Option(names = "--quiz", paramLabel = "PATH", description = "Quiz to answer; default: the sample.")
    private Optional<Path> quiz = Optional.empty();

    @Option(names = "--limit", paramLabel = "N", description = "Answer only N questions in each run.")
    private Optional<Integer> limit = Optional.empty();

    @Option(names = "--rounds", description = "How often each run is measured (default: ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(
            names = "--clients",
            paramLabel = "N",
            description = "Clients at a time in the second part (default: ${DEFAULT-VALUE}).")
    private int clients = 16;

    @Option(names = "--seconds", paramLabel = "N", description = "Duration in seconds (default: ${DEFAULT-VALUE}).")
    private int seconds = 30;

    @Mixin
    private ReportOutput output = new ReportOutput();

    @Override
    public Integer call() {
        if (Math.min(rounds, Math.min(clients, seconds)) < 1) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "--rounds, --clients and --seconds must be at least 1, not %d, %d and %d"
                            .formatted(rounds, clients, seconds));
        }
        LiveBench bench = new LiveBench(
                model.orElseGet(Sample::model),
                quiz.orElseGet(Sample::quiz),
                limit,
                store -> new WorkerPlanner(store, WorkerCommand.standard()));
        try (ScratchDirectory directory = ScratchDirectory.make()) {
            LiveBench.Watched watched = bench.watch(directory.path(), rounds);
            Load load = bench.load(directory.path(), clients, Duration.ofSeconds(seconds), SEED);
            report(watched, load).print(output);
        }
        return 0;
    }

    private Report report(LiveBench.Watched watched, Load load) {
        return new Report()
                .figure("Cores", Runtime.getRuntime().availableProcessors())
                .figure("Rounds", rounds)
                .figure("Seconds of a run by itself", Report.rounded(watched.aloneSeconds(), 2))
                .figure("Seconds of a run that is watched", Report.rounded(watched.watchedSeconds(), 2))
                .figure("Overhead of being watched", Report.rounded(watched.overhead(), 3))
                .figure("Overhead by round", overheads(watched))
                .figure("News p50 ms", Report.millis(watched.news().p50(), 1))
                .figure("News p99 ms", Report.millis(watched.news().p99(), 1))
                .figure("Clients", clients)
                .figure("Runs at the same time", load.runs())
                .figure("Small queries", load.small().count())
                .figure("Small query p50 ms", Report.millis(load.small().p50(), 1))
                .figure("Small query p99 ms", Report.millis(load.small().p99(), 1))
                .figure("Large results", load.exports())
                .figure("Cancelled queries", load.cancels())
                .figure("Disconnected clients", load.departures())
                .figure("Faults", load.faults().isEmpty() ? "none" : String.join("; ", load.faults()));
    }

    private static String overheads(LiveBench.Watched watched) {
        return watched.ratios().stream()
                .map(ratio -> String.valueOf(Report.rounded(ratio - 1, 3)))
                .collect(Collectors.joining(", "));
    }
}
