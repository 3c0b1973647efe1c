package io.gatehouse.bench.command;

import io.gatehouse.bench.engine.GenerationBench;
import io.gatehouse.bench.engine.GenerationBench.Measured;
import io.gatehouse.bench.engine.GenerationBench.Texts;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.cli.run.ComputeOptions;
import io.gatehouse.cli.terminal.PeakMemory;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.ReportOutput;
import io.gatehouse.engine.Engine;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "generate",
        description = {
            "Measures the generation of texts after prompts of random tokens, for each number of texts.",
            "",
            "Prompts have from half to one and a half times --prompt-tokens. Decode counts from when all texts have begun."
                    + " Compared figures are measured in the same round; each figure is the median of the rounds."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example:",
            "  gatehouse sample random --like olmoe-1b-7b --layers 4 --output /tmp/olmoe4",
            "  gatehouse bench generate --model /tmp/olmoe4 --texts 256 --precision fast"
        })
final class BenchGenerateCommand implements Callable<Integer> {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Model directory.")
    private Path model = Path.of("");

    @Option(names = "--texts", description = "Number of texts; may be repeated. Default: 32, 256.")
    private List<Integer> texts = List.of(32, 256);

    @Option(names = "--prompt-tokens", description = "Tokens of a prompt in the mean (default: ${DEFAULT-VALUE}).")
    private int promptTokens = 200;

    @Option(names = "--tokens", description = "Tokens to generate after each prompt (default: ${DEFAULT-VALUE}).")
    private int tokens = 32;

    @Option(names = "--rounds", description = "Rounds (default: ${DEFAULT-VALUE}).")
    private int rounds = 3;

    @Mixin
    private ComputeOptions compute = new ComputeOptions();

    @Mixin
    private ReportOutput output = new ReportOutput();

    @Override
    public Integer call() {
        require("--rounds", rounds, 1);
        require("--prompt-tokens", promptTokens, 1);
        require("--tokens", tokens, 2);
        texts.forEach(count -> require("--texts", count, 1));
        try (Checkpoint checkpoint = Checkpoint.open(model);
                Engine engine = Engine.load(checkpoint, compute.options())) {
            GenerationBench bench = new GenerationBench(engine, rounds);
            new Report()
                    .figure("Model", checkpoint.name())
                    .figure("Precision", compute.describe(engine))
                    .figure("Weights", engine.memory().description())
                    .table(
                            "Generation",
                            texts.stream()
                                    .map(count -> row(bench.measure(new Texts(count, promptTokens, tokens))))
                                    .toList())
                    .figure("Peak resident GB", PeakMemory.residentBytes().orElse(0) / 1e9)
                    .print(output);
        }
        return 0;
    }

    private static void require(String option, int value, int least) {
        if (value < least) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "%s must be at least %d, not %d".formatted(option, least, value));
        }
    }

    private static Report.Row row(Measured measured) {
        return new Report.Row()
                .with("texts", measured.texts().count())
                .with("prompt_tokens", measured.texts().promptTokens())
                .with("generated", measured.texts().generated())
                .with("prefill_per_s", measured.prefillPerSecond())
                .with("decode_per_s", measured.decodePerSecond())
                .with("decode_of_prefill", measured.decodeOfPrefill().median())
                .with("decode_least", measured.decodeOfPrefill().least())
                .with("decode_most", measured.decodeOfPrefill().most())
                .with("capture_overhead", measured.captureOverhead().median())
                .with("alone_per_s", measured.alonePerSecond());
    }
}
