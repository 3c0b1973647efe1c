package io.gatehouse.bench.command;

import io.gatehouse.bench.Spread;
import io.gatehouse.bench.engine.EngineBench;
import io.gatehouse.bench.engine.EngineBench.Batch;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.cli.run.ComputeOptions;
import io.gatehouse.cli.terminal.PeakMemory;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.ReportOutput;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.engine.Interventions;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
            "  gatehouse sample random --like olmoe-1b-7b --layers 2 --output /tmp/olmoe2",
            "  gatehouse bench engine --model /tmp/olmoe2 --batch 16x256 --precision fast",
            "  gatehouse bench engine --model gpt-oss-20b --memory 8GB --resident /tmp/gpt-oss4 --batch 96x256"
        })
final class BenchEngineCommand implements Callable<Integer> {
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

    @Option(
            names = "--resident",
            paramLabel = "DIR",
            description =
                    "Model with layers of the same shape, loaded whole whatever --memory is, whose speed per layer"
                            + " that of --model is compared with in each round.")
    private Optional<Path> resident = Optional.empty();

    @Option(names = "--rounds", description = "Rounds (default: ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Mixin
    private ComputeOptions compute = new ComputeOptions();

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
                Engine engine = Engine.load(checkpoint, compute.options())) {
            EngineBench bench = new EngineBench(engine, rounds);
            Report report = new Report()
                    .figure("Model", checkpoint.name())
                    .figure("Precision", compute.describe(engine))
                    .figure("Weights", engine.memory().description());
            if (resident.isPresent()) {
                addComparison(report, bench, resident.get(), shapes);
            } else {
                addTable(report, bench, shapes);
            }
            report.figure("Peak resident GB", PeakMemory.residentBytes().orElse(0) / 1e9)
                    .print(output);
        }
        return 0;
    }

    private void addTable(Report report, EngineBench bench, List<Batch> shapes) {
        report.table(
                sharedPrefix.isPresent() ? "Prompts with a shared prefix" : "Prefill",
                shapes.stream().map(shape -> row(bench, shape)).toList());
    }

    private void addComparison(Report report, EngineBench bench, Path compared, List<Batch> shapes) {
        EngineOptions options = compute.options();
        try (Checkpoint checkpoint = Checkpoint.open(compared);
                Engine other = Engine.load(
                        checkpoint,
                        new EngineOptions(
                                options.precision(), options.device(), OptionalLong.empty(), Interventions.NONE))) {
            if (other.memory().preparesLayers()) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "The weights of %s are %s; those of --resident must stay in memory as they are computed with"
                                .formatted(compared, other.memory().description()));
            }
            report.figure("Compared with", checkpoint.name())
                    .figure("Its weights", other.memory().description())
                    .table(
                            "Layers beside resident ones",
                            shapes.stream()
                                    .map(shape -> row(bench.measureBeside(shape, other)))
                                    .toList());
        }
    }

    private Report.Row row(EngineBench bench, Batch shape) {
        if (sharedPrefix.isPresent()) {
            return row(bench.measurePrefix(shape, sharedPrefix.get()));
        }
        return capture == Captured.NONE ? row(bench.measurePlain(shape)) : row(bench.measure(shape));
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

    private static Report.Row row(EngineBench.MeasuredPlain measured) {
        Report.Row row = new Report.Row()
                .with("batch", shape(measured.batch()))
                .with("tokens_per_s", measured.tokensPerSecond())
                .with("ms_nothing", measured.milliseconds())
                .with("ms_ceiling", measured.ceilingMilliseconds())
                .with("share_of_ceiling", measured.shareOfCeiling().median());
        return range(row, "share", measured.shareOfCeiling());
    }

    private static Report.Row row(EngineBench.MeasuredBeside measured) {
        Report.Row row = new Report.Row()
                .with("batch", shape(measured.batch()))
                .with("ms_model", measured.milliseconds())
                .with("ms_resident", measured.otherMilliseconds())
                .with("share_of_speed", measured.shareOfSpeed().median());
        return range(row, "share", measured.shareOfSpeed());
    }

    private static Report.Row row(EngineBench.MeasuredPrefix measured) {
        Report.Row row = new Report.Row()
                .with("batch", shape(measured.batch()))
                .with("prefix", measured.prefix())
                .with("naive_prompts_per_s", measured.naivePerSecond())
                .with("shared_prompts_per_s", measured.sharedPerSecond())
                .with("times_faster", measured.timesFaster().median());
        return range(row, "times", measured.timesFaster());
    }

    private static Report.Row row(EngineBench.Measured measured) {
        Report.Row row = new Report.Row()
                .with("batch", shape(measured.batch()))
                .with("tokens_per_s", measured.tokensPerSecond())
                .with("ms_nothing", measured.milliseconds())
                .with("ms_routing", measured.routingMilliseconds())
                .with("ms_everything", measured.everythingMilliseconds())
                .with("ms_ceiling", measured.ceilingMilliseconds())
                .with("share_of_ceiling", measured.shareOfCeiling().median());
        range(row, "share", measured.shareOfCeiling())
                .with("capture_overhead", measured.captureOverhead().median());
        return range(row, "overhead", measured.captureOverhead());
    }

    private static Report.Row range(Report.Row row, String name, Spread spread) {
        return row.with(name + "_least", spread.least()).with(name + "_most", spread.most());
    }

    private static String shape(Batch batch) {
        return batch.prompts() + "x" + batch.tokens();
    }
}
