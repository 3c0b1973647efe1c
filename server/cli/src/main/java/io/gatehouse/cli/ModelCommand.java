package io.gatehouse.cli;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.Footprint;
import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mask;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.tokenizer.ChatConfig;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.cli.file.SharedFile;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.StatusLine;
import io.gatehouse.engine.MemoryPlan;
import io.gatehouse.engine.Precision;
import io.gatehouse.store.Store;
import io.gatehouse.weights.ExpertWeights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "model",
        description = {
            "Describes a checkpoint and the memory that a run of it needs.",
            "Reads only file headers, so it is fast for a model of any size. It prints the memory of a run with all"
                    + " weights resident, and the smallest memory with which a run works by streaming its layers.",
            "With --db it reads the weights of all experts and stores their norms, and the similarity of the experts of"
                    + " a layer, in a file that has runs of the checkpoint. SQL finds them in model_experts and"
                    + " expert_similarity."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  gatehouse model models/olmoe",
            "  gatehouse model models/olmoe --db routing.duckdb"
        })
final class ModelCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "Checkpoint: a directory in Hugging Face layout, or a GGUF file.")
    private Path model = Path.of("");

    @Option(names = "--db", paramLabel = "FILE", description = "DuckDB file with runs of the checkpoint.")
    private Optional<Path> database = Optional.empty();

    @Option(
            names = "--run",
            paramLabel = "NAME",
            description = "With --db: imported run that was recorded with this checkpoint.")
    private Optional<String> imported = Optional.empty();

    @Option(names = "--json", description = "Print JSON; docs/cli.md describes the keys.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        if (imported.isPresent() && database.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--run needs --db");
        }
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            ModelConfig config = checkpoint.config();
            Report report = new Report()
                    .figure("Model", checkpoint.name())
                    .figure("Architecture", config.architecture())
                    .figure("Fingerprint", checkpoint.fingerprint());
            addLayers(report, config);
            addAttention(report, config);
            addFootprint(report, checkpoint.footprint());
            addMemory(report, checkpoint);
            addTokenizer(report, checkpoint);
            database.ifPresent(file -> addWeights(report, checkpoint, file));
            report.print(spec.commandLine().getOut(), json);
            return 0;
        }
    }

    private static void addLayers(Report report, ModelConfig config) {
        List<FeedForward.Sparse> mixtures = config.feedForwards().stream()
                .filter(FeedForward.Sparse.class::isInstance)
                .map(FeedForward.Sparse.class::cast)
                .toList();
        FeedForward.Sparse mixture = mixtures.get(0);
        report.figure("Layers", config.layers().size())
                .figure("Mixture layers", mixtures.size())
                .figure("Dense layers", config.layers().size() - mixtures.size())
                .figure("Experts", mixture.experts())
                .figure("Experts per token", mixture.topK())
                .figure("Expert size", mixture.intermediateSize())
                .figure(
                        "Shared expert size",
                        mixture.shared().map(shared -> shared.mlp().size()).orElse(0))
                .figure("Weights sum to one", mixture.router().isNormalised());
    }

    private static void addAttention(Report report, ModelConfig config) {
        List<Mask.Window> windows = config.layers().stream()
                .map(layer -> layer.mixer().mask())
                .filter(Mask.Window.class::isInstance)
                .map(Mask.Window.class::cast)
                .toList();
        report.figure("Hidden size", config.hiddenSize());
        config.layers().stream()
                .map(Layer::mixer)
                .filter(Attention.class::isInstance)
                .map(Attention.class::cast)
                .findFirst()
                .ifPresent(attention -> report.figure("Heads", attention.heads())
                        .figure("Key-value heads", attention.keyValueHeads())
                        .figure("Head size", attention.headDim()));
        report.figure("Sliding layers", windows.size())
                .figure(
                        "Window",
                        windows.stream().map(Mask.Window::size).findFirst().orElse(0))
                .figure("Context length", config.maxPositions());
        config.ropes().stream()
                .findFirst()
                .ifPresent(
                        rope -> report.figure("Rotary embedding", rope.scaling().type())
                                .figure("Rotary theta", (long) rope.theta()));
    }

    private static void addFootprint(Report report, Footprint footprint) {
        report.figure("Parameters", footprint.parameters())
                .figure("Parameters per token", footprint.activeParameters());
        footprint.expertBytes().stream()
                .max(Comparator.naturalOrder())
                .filter(bytes -> bytes > 0)
                .ifPresent(bytes -> report.bytes("Bytes of the largest expert", bytes));
        footprint.bytes().forEach((type, bytes) -> report.bytes("Bytes in " + type, bytes));
    }

    private static void addMemory(Report report, Checkpoint checkpoint) {
        for (Precision plan : List.of(Precision.EXACT, Precision.FAST)) {
            MemoryPlan.Estimate memory = MemoryPlan.estimate(checkpoint, plan);
            report.bytes("Memory, resident, " + plan.id(), memory.resident())
                    .bytes("Memory at least, " + plan.id(), memory.streamed());
        }
    }

    /** A checkpoint without a tokenizer can still be looked at. */
    private static void addTokenizer(Report report, Checkpoint checkpoint) {
        report.figure("Vocabulary", checkpoint.config().vocabSize());
        if (Files.exists(checkpoint.directory().resolve("tokenizer.json"))) {
            try (Tokenizer tokenizer = checkpoint.openTokenizer()) {
                report.figure("Tokenizer tokens", tokenizer.vocabSize());
            }
        } else {
            report.figure("Tokenizer tokens", 0);
        }
        report.figure("Chat template", ChatConfig.find(checkpoint.directory()).isPresent());
    }

    private void addWeights(Report report, Checkpoint checkpoint, Path file) {
        long start = System.nanoTime();
        List<String> runs = new SharedFile(file, spec.commandLine().getErr())
                .own("model %s --db %s".formatted(model, file), () -> record(checkpoint, file));
        report.figure("Weights kept for", runs).figure("Seconds", Report.rounded((System.nanoTime() - start) / 1e9, 3));
    }

    private List<String> record(Checkpoint checkpoint, Path file) {
        try (Store store = Store.open(file);
                StatusLine line = new StatusLine(spec.commandLine().getErr())) {
            return ExpertWeights.record(
                    checkpoint,
                    store,
                    imported,
                    (layers, of) ->
                            line.show((double) layers / of, () -> "%,d of %,d layers read".formatted(layers, of)));
        }
    }
}
