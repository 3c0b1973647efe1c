package io.gatehouse.cli;

import io.gatehouse.cli.file.SharedFile;
import io.gatehouse.cli.terminal.GatehouseVersion;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.ReportOutput;
import io.gatehouse.store.Store;
import io.gatehouse.store.transfer.ImportedRun;
import io.gatehouse.trace.TraceImport;
import io.gatehouse.trace.TraceKind;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "import",
        description = {
            "Imports routing that another engine recorded, as a new run.",
            "What the source does not record is NULL. docs/import.md describes the formats."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  gatehouse import --from vllm --db routing.duckdb --name vllm responses.jsonl",
            "  gatehouse import --from long --columns position=step,rank=slot \\",
            "      --db routing.duckdb --name phone route.csv",
            "  gatehouse import --from olmoe-counts --top-k 8 \\",
            "      --db routing.duckdb --name published c4.pkl arxiv.pkl"
        })
final class ImportCommand implements Callable<Integer> {
    @Option(
            names = "--from",
            required = true,
            paramLabel = "KIND",
            description =
                    "Kind of the files: vllm, sglang, sglang-records, router-logits, olmoe, olmoe-counts, megatron, megatron-counts, imatrix, committee, c3po, flame, exl3, esft, mbolt, expert-log, rtrace, colibri, onnx-genai, slime, verl, policylang or long.")
    private String kind = "";

    @Option(
            names = "--db",
            required = true,
            paramLabel = "FILE",
            description = "DuckDB file to import into; created if missing.")
    private Path database = Path.of("");

    @Option(names = "--name", required = true, paramLabel = "NAME", description = "Name of the new run.")
    private String name = "";

    @Option(names = "--model", paramLabel = "NAME", description = "Name of the model that was run; default: unknown.")
    private String model = "unknown";

    @Option(
            names = "--questions-of",
            paramLabel = "RUN",
            description =
                    "Imported run with the same sequences, by their names, such as of another engine or checkpoint;"
                            + " the two runs can then be compared. Default: the sequences are a quiz of their own.")
    private Optional<String> questionsOf = Optional.empty();

    @Option(
            names = "--answers",
            paramLabel = "FILE",
            description = "Samples file of lm-evaluation-harness: which questions were answered correctly.")
    private Optional<Path> answers = Optional.empty();

    @Option(
            names = "--metric",
            paramLabel = "NAME",
            description =
                    "Metric of --answers that is 1 for correct answers; default: acc, or the only one. With --from slime: the number that is the reward, if rewards have several.")
    private Optional<String> metric = Optional.empty();

    @Option(
            names = "--filter",
            paramLabel = "NAME",
            description = "Filter of lm-evaluation-harness whose lines of --answers are read, if the task has several.")
    private Optional<String> filter = Optional.empty();

    @Option(
            names = "--columns",
            paramLabel = "MEANING=NAME",
            split = ",",
            description =
                    "With --from long or policylang: names of the columns of the file, by their meaning: sequence, phase, position, layer, rank, expert, weight, score, entropy, probabilities, count; expert, weight and score may be lists. rank=order: the best expert comes first; count=rows: each row is one activation.")
    private Map<String, String> columns = Map.of();

    @Option(
            names = "--experts",
            paramLabel = "N",
            description = "Experts per layer; default: the largest expert id in the files plus one.")
    private Optional<Integer> experts = Optional.empty();

    @Option(names = "--top-k", paramLabel = "K", description = "Experts per token, if the files do not say it.")
    private Optional<Integer> topK = Optional.empty();

    @Option(
            names = "--layers",
            paramLabel = "N",
            description = "Layers of the model, with and without experts, if the files do not say it.")
    private Optional<Integer> layers = Optional.empty();

    @Option(
            names = "--prompt-start",
            paramLabel = "N",
            description =
                    "With --from vllm or sglang: number of tokens at the start of each prompt that the responses leave out; default: 0.")
    private int promptStart;

    @Option(
            names = "--prompt-tokens",
            paramLabel = "N",
            description =
                    "With --from rtrace: number of tokens of the prompt; those after it were generated. Default: all are of the prompt.")
    private Optional<Integer> promptTokens = Optional.empty();

    @Option(
            names = "--packed-weights",
            description = "With --from vllm: the ids of a token's experts are followed by the bits of their weights, as"
                    + " prime-rl writes them.")
    private boolean packedWeights;

    @Option(
            names = "--correct-from",
            paramLabel = "REWARD",
            description =
                    "With --from slime or verl: the least reward of a correct answer. Default: answers are taken from rewards if all are 1, 0 or -1, and 1 is correct.")
    private Optional<Double> correctFrom = Optional.empty();

    @Option(
            names = "--step",
            paramLabel = "N",
            description =
                    "Step of the training that the run belongs to (runs.step). With --from megatron or megatron-counts only that step is imported.")
    private Optional<Long> step = Optional.empty();

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files to import, of the kind that --from names.")
    private List<Path> files = List.of();

    @Mixin
    private ReportOutput output = new ReportOutput();

    @Override
    public Integer call() {
        TraceImport traces = new TraceImport(
                TraceKind.of(kind),
                new TraceShape(number(layers), number(topK))
                        .withPromptStart(promptStart)
                        .withPromptTokens(number(promptTokens))
                        .withPackedWeights(packedWeights)
                        .withAnswers(metric, filter)
                        .withColumns(columns)
                        .withStep(step.map(OptionalLong::of).orElseGet(OptionalLong::empty))
                        .withCorrectFrom(correctFrom.map(OptionalDouble::of).orElseGet(OptionalDouble::empty)));
        files.forEach(traces::read);
        answers.ifPresent(traces::readAnswers);
        ImportedRun read = traces.run(name, model, number(experts));
        ImportedRun run = questionsOf.map(read::withQuestionsOf).orElse(read);
        new SharedFile(database, output.err()).own("import", () -> {
            try (Store store = Store.create(database)) {
                return store.importRun(run, GatehouseVersion.current());
            }
        });
        Report report = new Report()
                .figure("Run", run.name())
                .figure("Sequences", run.questions().size())
                .figure("Layers", run.layers())
                .figure("Experts", run.experts())
                .figure("Weights recorded", isRecorded(run, "weights"))
                .figure("Gates recorded", isRecorded(run, "gates"))
                .figure("Ranks recorded", isRecorded(run, "ranks"));
        Optional.ofNullable(run.provenance().get("left_out")).ifPresent(what -> report.figure("Left out", what));
        report.print(output);
        return 0;
    }

    private static boolean isRecorded(ImportedRun run, String what) {
        return "recorded".equals(run.provenance().get(what));
    }

    private static OptionalInt number(Optional<Integer> option) {
        return option.map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }
}
