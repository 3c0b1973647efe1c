package io.gatehouse.cli;

import io.gatehouse.cli.terminal.GatehouseVersion;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.ReportOutput;
import io.gatehouse.store.Store;
import io.gatehouse.store.transfer.ImportedRun;
import io.gatehouse.trace.TraceImport;
import io.gatehouse.trace.TraceKind;
import io.gatehouse.trace.TraceShape;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
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
            "  gatehouse import --from vllm --db routing.duckdb --name served responses.jsonl",
            "  gatehouse import --from olmoe-counts --top-k 8 --db routing.duckdb --name published c4.pkl arxiv.pkl"
        })
final class ImportCommand implements Callable<Integer> {
    @Option(
            names = "--from",
            required = true,
            paramLabel = "KIND",
            description =
                    "vllm, sglang, sglang-records, router-logits, olmoe, olmoe-counts, megatron, imatrix, committee, c3po or flame.")
    private String kind = "";

    @Option(
            names = "--db",
            required = true,
            paramLabel = "FILE",
            description = "DuckDB file to import into; created if missing.")
    private Path database = Path.of("");

    @Option(names = "--name", required = true, description = "Name of the run.")
    private String name = "";

    @Option(names = "--model", paramLabel = "NAME", description = "Name of the model that was run; default: unknown.")
    private String model = "unknown";

    @Option(
            names = "--answers",
            paramLabel = "FILE",
            description = "Samples file of lm-evaluation-harness, which says what was answered correctly.")
    private Optional<Path> answers = Optional.empty();

    @Option(
            names = "--experts",
            paramLabel = "N",
            description = "Experts per layer; default: the largest expert id in the files plus one.")
    private Optional<Integer> experts = Optional.empty();

    @Option(names = "--top-k", paramLabel = "K", description = "Experts per token, for files that do not say.")
    private Optional<Integer> topK = Optional.empty();

    @Option(
            names = "--layers",
            paramLabel = "N",
            description = "Number of layers with experts, for files that do not say.")
    private Optional<Integer> layers = Optional.empty();

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files of that kind.")
    private List<Path> files = List.of();

    @Mixin
    private ReportOutput output = new ReportOutput();

    @Override
    public Integer call() {
        TraceImport traces = new TraceImport(TraceKind.of(kind), new TraceShape(number(layers), number(topK)));
        files.forEach(traces::read);
        answers.ifPresent(traces::readAnswers);
        ImportedRun run = traces.run(name, model, number(experts));
        new SharedFile(database, output.err()).own("import", () -> {
            try (Store store = Store.create(database)) {
                return store.importRun(run, GatehouseVersion.current());
            }
        });
        new Report()
                .figure("Run", run.name())
                .figure("Sequences", run.questions().size())
                .figure("Layers", run.layers())
                .figure("Experts", run.experts())
                .figure("Weights recorded", isRecorded(run, "weights"))
                .figure("Gates recorded", isRecorded(run, "gates"))
                .figure("Ranks recorded", isRecorded(run, "ranks"))
                .print(output);
        return 0;
    }

    private static boolean isRecorded(ImportedRun run, String what) {
        return "recorded".equals(run.provenance().get(what));
    }

    private static OptionalInt number(Optional<Integer> option) {
        return option.map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }
}
