package io.gatehouse.bench.command;

import io.gatehouse.bench.run.RunBench;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.cli.ScratchDirectory;
import io.gatehouse.cli.run.ComputeOptions;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.ReportOutput;
import io.gatehouse.engine.Engine;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "run",
        description = {
            "Measures the cost of recording everything in a run.",
            "",
            "Runs prompts of random tokens through the model, with routing, probabilities and norms of every token"
                    + " captured, once written to a database file and once discarded, in turns. Reports the medians."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example:",
            "  gatehouse sample random --like olmoe-1b-7b --layers 2 --output /tmp/olmoe2",
            "  gatehouse bench run --model /tmp/olmoe2"
        })
final class BenchRunCommand implements Callable<Integer> {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Model directory.")
    private Path model = Path.of("");

    @Option(names = "--shards", description = "Shards that a run has (default: ${DEFAULT-VALUE}).")
    private int shards = 4;

    @Option(names = "--prompts", description = "Prompts of a shard (default: ${DEFAULT-VALUE}).")
    private int prompts = 64;

    @Option(names = "--tokens", description = "Tokens of a prompt (default: ${DEFAULT-VALUE}).")
    private int tokens = 120;

    @Option(names = "--rounds", description = "Rounds (default: ${DEFAULT-VALUE}).")
    private int rounds = 3;

    @Mixin
    private ComputeOptions compute = new ComputeOptions();

    @Mixin
    private ReportOutput output = new ReportOutput();

    @Override
    public Integer call() {
        if (Math.min(Math.min(shards, prompts), Math.min(tokens, rounds)) < 1) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "--shards, --prompts, --tokens and --rounds must be at least 1, not %d, %d, %d and %d"
                            .formatted(shards, prompts, tokens, rounds));
        }
        try (Checkpoint checkpoint = Checkpoint.open(model);
                Engine engine = Engine.load(checkpoint, compute.options())) {
            RunBench.Measured measured = measure(new RunBench(checkpoint, engine, rounds));
            new Report()
                    .figure("Model", checkpoint.name())
                    .figure("Precision", compute.describe(engine))
                    .figure("Prompt tokens", measured.tokens())
                    .figure("Seconds, everything recorded", measured.keptSeconds())
                    .figure("Seconds, everything discarded", measured.droppedSeconds())
                    .figure("Overhead", measured.overhead())
                    .figure("Activations", measured.writing().activations())
                    .figure(
                            "Activations/s of the writer",
                            Math.round(measured.writing().activationsPerSecond()))
                    .print(output);
        }
        return 0;
    }

    private RunBench.Measured measure(RunBench bench) {
        try (ScratchDirectory directory = ScratchDirectory.make()) {
            return bench.measure(directory.path(), shards, prompts, tokens);
        }
    }
}
