package io.gatehouse.bench.command;

import io.gatehouse.bench.store.StoreBench;
import io.gatehouse.bench.store.StoreBenchResult;
import io.gatehouse.cli.ScratchDirectory;
import io.gatehouse.cli.terminal.CountConverter;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.ReportOutput;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "store",
        description = {
            "Measures how fast the store writes routing decisions, and their size on disk.",
            "The synthetic decisions have the shape of MMLU through OLMoE-1B-7B: prompts of 120 tokens, 16 layers,"
                    + " top-8 of 64. Logits are Gaussian with a part per layer, per prompt and per token, and spread more"
                    + " with depth, so that the weights of a token sum to a third in the first layers and to a half in the"
                    + " last and experts are used as unevenly as measured on that model. The decisions of 256 prompts"
                    + " are generated once, from a fixed seed, and repeat with other questions, further apart than the"
                    + " window of DuckDB's compression.",
            "Writes the run alone and beside 8 readers that each run a rollup query four times a second, in turns, and"
                    + " reports the medians; opens and verifies the file; and writes a part row by row and without rollups,"
                    + " for comparison. About 150 million activations are written first and not counted, because until the"
                    + " JIT has compiled the code, writing is a tenth slower than in a long run."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  gatehouse bench store --activations 215M --db mmlu-shaped.duckdb"})
final class BenchStoreCommand implements Callable<Integer> {
    @Option(
            names = "--activations",
            paramLabel = "N",
            defaultValue = "150M",
            converter = CountConverter.class,
            description = "Activations to write, such as 215M; default: ${DEFAULT-VALUE}.")
    private long activations;

    @Option(names = "--rounds", description = "How often each is written (default: ${DEFAULT-VALUE}).")
    private int rounds = 3;

    @Option(
            names = "--db",
            paramLabel = "FILE",
            description = "New file to write and keep; by default one in the directory for temporary files.")
    private Optional<Path> database = Optional.empty();

    @Mixin
    private ReportOutput output = new ReportOutput();

    @Override
    public Integer call() {
        StoreBenchResult result = database.map(this::measure).orElseGet(this::measureInPassing);
        report(result).print(output);
        return 0;
    }

    private StoreBenchResult measure(Path file) {
        return new StoreBench(file, activations).run(rounds);
    }

    private StoreBenchResult measureInPassing() {
        try (ScratchDirectory directory = ScratchDirectory.make()) {
            return measure(directory.path().resolve("bench.duckdb"));
        }
    }

    private static Report report(StoreBenchResult result) {
        return new Report()
                .figure("Activations", result.activations())
                .figure("Cores", Runtime.getRuntime().availableProcessors())
                .figure("Activations/s", Math.round(result.activationsPerSecond()))
                .figure("Activations/cpu-second", Math.round(result.activationsPerCpuSecond()))
                .figure("Bytes/activation", Report.rounded(result.bytesPerActivation(), 2))
                .figure("Open seconds", seconds(result.opened()))
                .figure("Verify seconds", seconds(result.verified()))
                .figure("Commits", result.commits().count())
                .figure("Commit p50 ms", Report.millis(result.commits().p50(), 2))
                .figure("Commit p99 ms", Report.millis(result.commits().p99(), 2))
                .figure("Activations/s row by row", Math.round(result.rowWisePerSecond()))
                .figure(
                        "Times faster than row by row",
                        Report.rounded(result.activationsPerSecond() / result.rowWisePerSecond(), 2))
                .figure("Readers", result.readers())
                .figure("Activations/s beside readers", Math.round(result.besideReadersPerSecond()))
                .figure("Lost to readers", Report.rounded(result.lostToReaders(), 3))
                .figure("Queries", result.queries().count())
                .figure("Rollup query p50 ms", Report.millis(result.queries().p50(), 2))
                .figure("Rollup query p99 ms", Report.millis(result.queries().p99(), 2));
    }

    private static double seconds(Duration duration) {
        return Report.rounded(duration.toNanos() / 1e9, 2);
    }
}
