package io.gatehouse.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.ReportOutput;
import io.gatehouse.cli.terminal.StopSignal;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sample.random.Blueprint;
import io.gatehouse.sample.random.RandomCheckpoint;
import io.gatehouse.sample.random.StoredType;
import io.gatehouse.sample.random.TokenizerSource;
import io.gatehouse.sample.random.WritingListener;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "random",
        description = {
            "Writes a checkpoint of random weights with the sizes of a real model, to try a machine without a download.",
            "Its answers are random; its cost is realistic. The weights are normally distributed and scaled so that"
                    + " tokens select different experts."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  gatehouse sample random --like olmoe-1b-7b --layers 2 --output olmoe-2",
            "  gatehouse sample random --like gpt-oss-20b --storage mxfp4 --output gpt-oss",
            "  gatehouse sample random --like tiny-qwen3-moe --dtype fp32 --output tiny"
        })
final class SampleRandomCommand implements Callable<Integer> {
    private static final int MAX_LAYERS = 10_000;

    @Option(
            names = "--like",
            required = true,
            paramLabel = "MODEL",
            completionCandidates = Titles.class,
            description = "Model whose sizes to use: ${COMPLETION-CANDIDATES}.")
    private String like = "";

    @Option(
            names = "--layers",
            paramLabel = "N",
            description = "Number of layers; default: as many as the model has. A larger number repeats them.")
    private Optional<Integer> layers = Optional.empty();

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the weights; default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            defaultValue = "BF16",
            description = "Data type of the stored weights: ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
    private StoredType dtype = StoredType.BF16;

    @Option(
            names = "--storage",
            paramLabel = "FORMAT",
            description =
                    "Packed format of the projections, for models that are published in it: fp8 (blocks of 128 x 128),"
                            + " mxfp4 (gpt-oss), or int4 (compressed-tensors, four bits).")
    private Optional<String> storage = Optional.empty();

    @Option(
            names = "--tokenizer",
            paramLabel = "FILE",
            description = "tokenizer.json to copy; by default one token is one byte.")
    private Optional<Path> tokenizer = Optional.empty();

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "DIR",
            description = "Directory to create.")
    private Path out = Path.of("");

    @Mixin
    private ReportOutput output = new ReportOutput();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final StopSignal stop;

    SampleRandomCommand(StopSignal stop) {
        this.stop = stop;
    }

    /** For the help text. */
    static final class Titles implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Blueprint.titles().iterator();
        }
    }

    @Override
    public Integer call() {
        stop.take();
        Blueprint blueprint = Blueprint.titled(like);
        ObjectNode config = storage.map(blueprint::config).orElseGet(blueprint::config);
        layers.ifPresent(count -> blueprint.setLayers(config, checked(count)));
        RandomCheckpoint checkpoint = new RandomCheckpoint(config, dtype, seed, RandomCheckpoint.FILE_BYTES);
        long start = System.nanoTime();
        checkpoint.write(
                out, tokenizer.map(TokenizerSource::of).orElseGet(TokenizerSource::bytes), new Progress(checkpoint));
        new Report()
                .figure("Directory", out.toString())
                .figure("Like", blueprint.title())
                .figure("Layers", checkpoint.layers())
                .figure("Parameters", checkpoint.parameters())
                .figure("Bytes", checkpoint.bytes())
                .figure("Storage", storage.orElse(dtype.name().toLowerCase(Locale.ROOT)))
                .figure("Weight files", checkpoint.files())
                .figure("Seconds", Duration.ofNanos(System.nanoTime() - start).toMillis() / 1000.0)
                .print(output);
        return 0;
    }

    private static int checked(int layers) {
        if (layers < 1 || layers > MAX_LAYERS) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "--layers is %d; it must be from 1 to %,d".formatted(layers, MAX_LAYERS));
        }
        return layers;
    }

    /** One line for each file of a checkpoint of several. */
    private final class Progress implements WritingListener {
        private final PrintWriter err = spec.commandLine().getErr();
        private final RandomCheckpoint checkpoint;
        private long done;

        Progress(RandomCheckpoint checkpoint) {
            this.checkpoint = checkpoint;
        }

        @Override
        public void written(String file, long bytes) {
            done += bytes;
            if (checkpoint.files() > 1) {
                err.printf(Locale.ROOT, "%3.0f%%  %s  %,d bytes%n", 100.0 * done / checkpoint.bytes(), file, bytes);
                err.flush();
            }
        }

        @Override
        public boolean cancelled() {
            return stop.raised();
        }
    }
}
