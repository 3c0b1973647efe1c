package io.gatehouse.bench.command;

import io.gatehouse.bench.engine.EngineBench;
import io.gatehouse.bench.engine.EngineBench.Batch;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.cli.run.EngineChoice;
import io.gatehouse.cli.terminal.PeakMemory;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.ReportOutput;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.engine.Engine;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.type.SqlType.Scalar;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "engine",
        description = {
            "Measures prefill of a model on random tokens, for each batch shape.",
            "",
            "Milliseconds are per token and layer, without the output head. The ceiling is the time of"
                    + " a layer's matrix products alone. Compared figures are measured in the same round; each figure is"
                    + " the median of the rounds, and each comparison also shows its minimum and maximum over the"
                    + " rounds."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example:",
            "  gatehouse sample random --like olmoe-1b-7b --layers 2 --out /tmp/olmoe2",
            "  gatehouse bench engine --model /tmp/olmoe2 --batch 16x256 --precision fast"
        })
final class BenchEngineCommand implements Callable<Integer> {
    private static final List<ResultColumn> COLUMNS = columns(
            "batch",
            "tokens_per_s",
            "ms_nothing",
            "ms_routing",
            "ms_everything",
            "ms_ceiling",
            "share_of_ceiling",
            "share_least",
            "share_most",
            "capture_overhead",
            "overhead_least",
            "overhead_most");
    private static final List<ResultColumn> PLAIN_COLUMNS = columns(
            "batch", "tokens_per_s", "ms_nothing", "ms_ceiling", "share_of_ceiling", "share_least", "share_most");
    private static final List<ResultColumn> PREFIX_COLUMNS = columns(
            "batch",
            "prefix",
            "naive_prompts_per_s",
            "shared_prompts_per_s",
            "times_faster",
            "times_least",
            "times_most");
    private static final Pattern BATCH = Pattern.compile("([1-9]\\d{0,4})x([1-9]\\d{0,5})");

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Model directory.")
    private Path model = Path.of("");

    @Option(
            names = "--batch",
            paramLabel = "PROMPTSxTOKENS",
            description = "Batch shape; may be repeated. Default: 8x128, 16x256.")
    private List<String> batches = List.of("8x128", "16x256");

    @Option(
            names = "--shared-prefix",
            paramLabel = "TOKENS",
            description = "Measure the gain from a shared prompt prefix of N tokens," + " which is computed once.")
    private Optional<Integer> sharedPrefix = Optional.empty();

    @Option(
            names = "--capture",
            paramLabel = "all|none",
            defaultValue = "all",
            description =
                    "all: measure with no capture, with routing, and with everything captured; none: only with no capture."
                            + " Default: ${DEFAULT-VALUE}.")
    private Captured capture = Captured.ALL;

    private enum Captured {
        ALL,
        NONE
    }

    @Option(names = "--rounds", description = "Rounds (default: ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Mixin
    private EngineChoice choice = new EngineChoice();

    @Mixin
    private ReportOutput output = new ReportOutput();

    @Override
    public Integer call() {
        List<Batch> shapes = batches.stream().map(BenchEngineCommand::batch).toList();
        shapes.forEach(shape -> {
            int prefix = sharedPrefix.orElse(0);
            if (prefix < 0 || prefix >= shape.tokens()) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "--shared-prefix is %2$d; it must be less than the %1$d tokens of a prompt"
                                .formatted(shape.tokens(), prefix));
            }
        });
        if (rounds < 1) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, "--rounds must be at least 1, not " + rounds);
        }
        try (Checkpoint checkpoint = Checkpoint.open(model);
                Engine engine = Engine.load(checkpoint, choice.options())) {
            EngineBench bench = new EngineBench(engine, rounds);
            Report report = new Report()
                    .figure("Model", checkpoint.name())
                    .figure("Precision", choice.describe(engine))
                    .figure("Weights", engine.memory().description());
            addTable(report, bench, shapes);
            report.figure("Peak resident GB", PeakMemory.residentBytes().orElse(0) / 1e9)
                    .print(output);
        }
        return 0;
    }

    private void addTable(Report report, EngineBench bench, List<Batch> shapes) {
        if (sharedPrefix.isPresent()) {
            int prefix = sharedPrefix.get();
            report.table(
                    "Prompts with a shared prefix",
                    PREFIX_COLUMNS,
                    shapes.stream()
                            .map(shape -> row(bench.measurePrefix(shape, prefix)))
                            .toList());
        } else if (capture == Captured.NONE) {
            report.table(
                    "Prefill",
                    PLAIN_COLUMNS,
                    shapes.stream().map(shape -> row(bench.measurePlain(shape))).toList());
        } else {
            report.table(
                    "Prefill",
                    COLUMNS,
                    shapes.stream().map(shape -> row(bench.measure(shape))).toList());
        }
    }

    private static Batch batch(String text) {
        Matcher matcher = BATCH.matcher(text);
        if (!matcher.matches()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "--batch is '%s'; it must be PROMPTSxTOKENS such as 16x256".formatted(text));
        }
        return new Batch(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    private static List<ResultColumn> columns(String... names) {
        return Stream.of(names)
                .map(name -> new ResultColumn(name, name.equals("batch") ? Scalar.VARCHAR : Scalar.DOUBLE))
                .toList();
    }

    private static List<Object> row(EngineBench.MeasuredPlain measured) {
        return List.of(
                shape(measured.batch()),
                measured.tokensPerSecond(),
                measured.milliseconds(),
                measured.ceilingMilliseconds(),
                measured.shareOfCeiling().median(),
                measured.shareOfCeiling().least(),
                measured.shareOfCeiling().most());
    }

    private static List<Object> row(EngineBench.MeasuredPrefix measured) {
        return List.of(
                shape(measured.batch()),
                (double) measured.prefix(),
                measured.naivePerSecond(),
                measured.sharedPerSecond(),
                measured.timesFaster().median(),
                measured.timesFaster().least(),
                measured.timesFaster().most());
    }

    private static List<Object> row(EngineBench.Measured measured) {
        return List.of(
                shape(measured.batch()),
                measured.tokensPerSecond(),
                measured.milliseconds(),
                measured.routingMilliseconds(),
                measured.everythingMilliseconds(),
                measured.ceilingMilliseconds(),
                measured.shareOfCeiling().median(),
                measured.shareOfCeiling().least(),
                measured.shareOfCeiling().most(),
                measured.captureOverhead().median(),
                measured.captureOverhead().least(),
                measured.captureOverhead().most());
    }

    private static String shape(Batch batch) {
        return batch.prompts() + "x" + batch.tokens();
    }
}
