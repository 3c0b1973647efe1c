package io.gatehouse.handover;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.client.Query;
import io.gatehouse.client.Rows;
import io.gatehouse.client.Session;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.sql.EngineSession;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.store.transfer.ImportedRun;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.testing.PythonProgram;
import io.gatehouse.trace.TraceImport;
import io.gatehouse.trace.TraceKind;
import io.gatehouse.trace.reader.TraceShape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run in the formats of other programs, as these read it. Of three layers the first has no experts, the others have four,
 * of which two are chosen. Question "a" has a prompt of two tokens and one generated token, "b" a prompt of one.
 */
final class TestFormats {
    private static final Pattern INDEX = Pattern.compile(
            "\\{\"file\": \"(\\d+\\.npy)\", \"name\": \"(\\w+)\", \"prompt_tokens\": (\\d+), \"rows\": (\\d+)}");

    @TempDir
    private Path directory = Path.of("");

    private Path database = Path.of("");

    @BeforeEach
    void importRun() {
        database = database(
                "first",
                ImportedRun.of(
                        "r",
                        "test",
                        "the \"model\"",
                        3,
                        4,
                        2,
                        Map.of(),
                        List.of(
                                sequence("a", 2, layer(1, 0, 1, 0, 2, 3, 0), layer(2, 1, 2, 1, 2, 2, 1)),
                                sequence("b", 1, layer(1, 0, 3), layer(2, 3, 2))),
                        List.of()));
    }

    /** Loads of layer 1: 3, 1, 1, 1; of layer 2: 0, 2, 3, 1. The maps are those of EPLB's global policy with a stable sort. */
    @Test
    void placesExpertsOnRanks() throws IOException {
        assertThat(written("vllm-map", placed(2, Optional.empty()))).isEqualTo("""
                [
                  [0, 3, 1, 2],
                  [2, 0, 1, 3]
                ]
                """);
        assertThat(written("vllm-map", placed(2, Optional.of(6)))).isEqualTo("""
                [
                  [0, 2, 0, 1, 3, 0],
                  [2, 1, 1, 2, 3, 0]
                ]
                """);
        assertThat(written("ascend-map", placed(2, Optional.of(6)))).isEqualTo("""
                {"moe_layer_count": 2, "layer_list": [
                  {"layer_id": 0, "device_count": 2, "device_list": [
                    {"device_id": 0, "device_expert": [0, 2, 0]},
                    {"device_id": 1, "device_expert": [1, 3, 0]}]},
                  {"layer_id": 1, "device_count": 2, "device_list": [
                    {"device_id": 0, "device_expert": [2, 1, 1]},
                    {"device_id": 1, "device_expert": [2, 3, 0]}]}]}
                """);
        assertThat(written("sglang-map", placed(2, Optional.of(6)))).isEqualTo("""
                {"physical_to_logical_map": [
                  [0, 1, 2, 3, 0, 1],
                  [0, 2, 0, 1, 3, 0],
                  [2, 1, 1, 2, 3, 0]
                ]}
                """);
    }

    @Test
    void refusesMapsThatNoEngineReads() {
        assertRefused(() -> written("vllm-map"), ErrorCode.INVALID_ARGUMENT, "--as vllm-map needs --ranks N.");
        assertRefused(
                () -> written("ascend-map", placed(2, Optional.of(3))),
                ErrorCode.INVALID_ARGUMENT,
                "--replicas is 3; it must be at least 4, the number of experts of a layer.");
        assertRefused(
                () -> written("sglang-map", placed(3, Optional.of(4))),
                ErrorCode.INVALID_ARGUMENT,
                "--replicas is 4; it must be a multiple of --ranks, which is 3.");
        assertRefused(
                () -> placed(0, Optional.empty()), ErrorCode.INVALID_ARGUMENT, "--ranks is 0; it must be 1 or more.");
        assertRefused(
                () -> written("eplb", placed(2, Optional.empty())),
                ErrorCode.INVALID_ARGUMENT,
                "--ranks 2 is only for --as vllm-map, ascend-map or sglang-map.");
    }

    @Test
    void listsTheHottestExperts() throws IOException {
        assertThat(written("hot")).isEqualTo("""
                layer,expert,rank,count
                1,0,1,3
                1,1,2,1
                1,2,3,1
                1,3,4,1
                2,2,1,3
                2,1,2,2
                2,3,3,1
                """);
        assertThat(written("pins")).isEqualTo("""
                # EXPERT_CACHE_PIN_LIST v1
                n_layer 3
                n_expert 4
                layer 1: 0 1 2 3
                layer 2: 2 1 3
                """);
        assertThat(written("pins", choices(Optional.of("generated"), Optional.of(1))))
                .isEqualTo("""
                        # EXPERT_CACHE_PIN_LIST v1
                        n_layer 3
                        n_expert 4
                        layer 1: 0
                        layer 2: 1
                        """);
        assertRefused(
                () -> choices(Optional.empty(), Optional.of(0)),
                ErrorCode.INVALID_ARGUMENT,
                "--hottest is 0; it must be 1 or more.");
        assertRefused(
                () -> choices(Optional.of("all"), Optional.empty()),
                ErrorCode.INVALID_ARGUMENT,
                "There is no scope 'all'; the scopes are prompt, last_prompt and generated.");
    }

    /**
     * As mbolt 0.1.0 orders them. In layer 1 expert 0 is with each other expert once, and the unions gain until one group is
     * left. In layer 2 expert 2 is with 1 twice and with 3 once, and 0 is never used.
     */
    @Test
    void laysOutExpertsThatFireTogether() throws IOException {
        assertThat(written("mbolt").replaceAll("(\\.\\d{4})\\d+", "$1")).isEqualTo("""
                {"n_layers": 2, "n_expert": 4, "n_tokens": 3, "layers": [
                 {"layer": 1, "clique_perm": [0, 1, 2, 3], "chain_perm": [0, 1, 2, 3], "heat_perm": [0, 1, 2, 3], \
                "heat": [3, 1, 1, 1], "heat_entropy_bits": 1.7924, "max_entropy_bits": 2.0, "lift": {}, \
                "n_clusters": 1, "cluster_sizes": [4], "top_cliques": [[0, 1, 2, 3]]},
                 {"layer": 2, "clique_perm": [2, 1, 3, 0], "chain_perm": [2, 1, 3, 0], "heat_perm": [2, 1, 3, 0], \
                "heat": [0, 2, 3, 1], "heat_entropy_bits": 1.4591, "max_entropy_bits": 2.0, "lift": {}, \
                "n_clusters": 2, "cluster_sizes": [3, 1], "top_cliques": [[2, 1, 3], [0]]}
                ]}
                """);
    }

    /** Objects are 4 × layer + expert + 1. */
    @Test
    void writesTheRequestsOfACache() throws IOException {
        assertThat(written("libcachesim")).isEqualTo("""
                time,obj_id,obj_size
                0,5,1
                0,6,1
                0,10,1
                0,11,1
                1,5,1
                1,7,1
                1,10,1
                1,11,1
                2,5,1
                2,8,1
                2,12,1
                2,11,1
                """);
    }

    /**
     * Layer 1 has 3, 1, 1 and 1 uses of prompt tokens and layer 2 none of expert 0: its mean is 1.5, as that of layer 1. The
     * import has no entropies.
     */
    @Test
    void metricsAreAFewFigures() throws IOException {
        assertThat(written("metrics")).matches("""
                \\{"run": "r", "n": 3, "max_violation": 1.0, "mean_violation": 1.0, "min_violation": -1.0, \
                "dead_share": 0.125, "effective_share": 0\\.\\d+, "divergence": 0\\.\\d+}
                """);
    }

    @Test
    void saysWhatAFileIsOf() throws IOException {
        written("hot");
        assertThat(Files.readString(directory.resolve("file.txt.meta.json"))
                        .replaceFirst("\"gatehouse\": \"[^\"]+\"", "\"gatehouse\": \"V\""))
                .isEqualTo("""
                        {"format": "hot", "gatehouse": "V", "run": "r",
                         "fingerprint": {"model": "the \\\"model\\\"", "layers": 3, "moe_layers": [1, 2], "experts": 4, "top_k": 2, "scope": "prompt", "n": 3}}
                        """);
    }

    /** What goes out for replay comes in as a response of vLLM, as the same routing. */
    @Test
    void replayComesBackAsItWent() throws IOException {
        Path folder = directory.resolve("replay");
        write("r3", Choices.of("r"), folder);
        List<String> responses = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("index.jsonl"))) {
            Matcher index = INDEX.matcher(line);
            assertThat(index.matches()).as(line).isTrue();
            int rows = Integer.parseInt(index.group(4));
            int prompt = Integer.parseInt(index.group(3));
            responses.add("""
                    {"id": "%s", "choices": [{"routed_experts": "%s"}], "usage": {"prompt_tokens": %d, "completion_tokens": %d}}
                    """.formatted(
                            index.group(2),
                            Base64.getEncoder().encodeToString(Files.readAllBytes(folder.resolve(index.group(1)))),
                            prompt,
                            rows + 1 - prompt));
        }
        Path file = Files.writeString(directory.resolve("responses.jsonl"), String.join("", responses));
        TraceImport traces = new TraceImport(TraceKind.VLLM, TraceShape.unknown());
        traces.read(file);
        Path again = database("again", traces.run("r", "m", OptionalInt.empty()));
        String routing = """
                SELECT q."value", a.layer, a."position", a.phase, a.expert
                FROM activations AS a JOIN question_attributes AS q ON q.question_id = a.question_id AND q.name = 'name'
                ORDER BY ALL""";
        assertThat(rows(again, routing)).isEqualTo(rows(database, routing)).hasSize(16);
        // A second time, the directory is not empty.
        assertRefused(
                () -> write("r3", Choices.of("r"), folder),
                ErrorCode.INVALID_ARGUMENT,
                "replay is a directory that is not empty.");
    }

    @Test
    void replayNeedsAllTokens() throws IOException {
        Path lacking = database(
                "lacking",
                ImportedRun.of(
                        "r",
                        "test",
                        "m",
                        3,
                        4,
                        2,
                        Map.of(),
                        List.of(sequence("a", 2, layer(1, 0, 1, 0, 2), layer(2, 1, 2))),
                        List.of()));
        Path folder = directory.resolve("replay");
        assertRefused(
                () -> write(lacking, "r3", Choices.of("r"), folder),
                ErrorCode.INVALID_ARGUMENT,
                "does not know the experts of token 1 of question 1 in all layers, which r3 needs");
        assertThat(folder).doesNotExist();
        assertThat(drafts()).isEmpty();
    }

    /** Files of a user, whatever their names. */
    @Test
    void leavesOtherFilesAlone() throws IOException {
        Path part = Files.createDirectory(directory.resolve("loads.json.part"));
        Path mine = Files.writeString(part.resolve("mine.txt"), "mine");
        Path wal = Files.writeString(directory.resolve("loads.json.part.wal"), "mine");
        write("eplb", Choices.of("r"), directory.resolve("loads.json"));
        write("kt", Choices.of("r"), directory.resolve("loads.pt"));
        assertThat(mine).hasContent("mine");
        assertThat(wal).hasContent("mine");
        assertThat(directory.resolve("loads.json.meta.json")).content().contains("\"format\": \"eplb\"");
        assertThat(directory.resolve("loads.pt.meta.json")).content().contains("\"format\": \"kt\"");
        assertThat(drafts()).isEmpty();
    }

    @Test
    void aDatabaseInUseIsNotReplaced() throws IOException {
        for (String suffix : List.of(".wal", ".server")) {
            Path file = Files.writeString(directory.resolve("used" + suffix.substring(1)), "in use");
            Files.createFile(file.resolveSibling(file.getFileName() + suffix));
            for (HandoverFormat format : HandoverFormats.ALL) {
                Choices choices = format.choices().contains(Choice.RUN) ? Choices.of("r") : Choices.none();
                assertRefused(
                        () -> write(format.id(), choices, file),
                        ErrorCode.INVALID_ARGUMENT,
                        "%1$s may be a database in use, because %2$s%3$s exists; give another --output."
                                .formatted(file, file.getFileName(), suffix));
            }
            assertThat(file).hasContent("in use");
        }
    }

    @Test
    void saysWhereNothingCanBeWritten() throws IOException {
        Path missing = directory.resolve("missing");
        assertRefused(
                () -> write("eplb", Choices.of("r"), missing.resolve("loads.json")),
                ErrorCode.INVALID_ARGUMENT,
                "missing/loads.json cannot be written: there is no " + missing + ".");
        assertThat(drafts()).isEmpty();
    }

    /** Other programs do not read Arabic digits. */
    @Test
    void numbersAreTheSameInEveryLocale() throws IOException {
        Locale before = Locale.getDefault();
        Map<String, String> files = texts();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertThat("%d".formatted(1)).isNotEqualTo("1");
            assertThat(texts()).isEqualTo(files);
        } finally {
            Locale.setDefault(before);
        }
    }

    /** What the formats of text write, by format. */
    private Map<String, String> texts() throws IOException {
        Map<String, String> texts = new TreeMap<>();
        for (String format : List.of("eplb", "hot", "pins", "mbolt", "libcachesim", "committee", "mask", "metrics")) {
            texts.put(format, written(format));
            texts.put(format + " fingerprint", Files.readString(directory.resolve("file.txt.meta.json")));
        }
        Path folder = Files.createTempDirectory(directory, "replay");
        write("r3", Choices.of("r"), folder);
        texts.put("r3", Files.readString(folder.resolve("index.jsonl")));
        assertThat(folder.resolve("1.npy")).exists();
        return texts;
    }

    private List<Path> drafts() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> String.valueOf(file.getFileName()).startsWith(".gatehouse-export"))
                    .toList();
        }
    }

    @Test
    void refusesChoicesThatWouldDoNothing() {
        assertRefused(
                () -> written("r3", choices(Optional.of("prompt"), Optional.empty())),
                ErrorCode.INVALID_ARGUMENT,
                "--scope prompt is only for --as eplb, vllm-map, ascend-map, sglang-map, kt, hot, pins, mbolt, libcachesim, esft, steer, mask or metrics.");
        assertRefused(
                () -> written("eplb", choices(Optional.empty(), Optional.of(3))),
                ErrorCode.INVALID_ARGUMENT,
                "--hottest 3 is only for --as hot or pins.");
        assertRefused(
                () -> written("duckdb"),
                ErrorCode.INVALID_ARGUMENT,
                "--run r is only for --as eplb, vllm-map, ascend-map, sglang-map, kt, exl3, hot, pins");
        assertRefused(
                () -> HandoverFormats.of("onnx"),
                ErrorCode.INVALID_ARGUMENT,
                "There is no format 'onnx'; the formats are duckdb, eplb");
    }

    /** A table for each relation, with the rows and the types that SQL has. */
    @Test
    void aDuckDbFileHasAllRelations() throws Exception {
        Path file = directory.resolve("all.duckdb");
        write("duckdb", Choices.none(), file);
        assertThat(directory.resolve("all.duckdb.meta.json")).doesNotExist();
        assertThat(drafts()).isEmpty();
        ask(database, session -> {
            List<String> names = new ArrayList<>();
            List<String> columns = new ArrayList<>();
            session.relations().forEach(relation -> {
                names.add(relation.name() + " "
                        + rows(session, "SELECT count(*) FROM \"%s\"".formatted(relation.name()))
                                .get(0));
                relation.columns()
                        .forEach(column -> columns.add("%s %s %s %s"
                                .formatted(relation.name(), column.name(), column.type(), column.comment())));
            });
            assertThat(names).hasSizeGreaterThan(50).contains("activations 16", "token_routing 8");
            assertThat(PlainTables.counts(file)).containsExactlyInAnyOrderElementsOf(names);
            assertThat(PlainTables.columns(file)).containsExactlyInAnyOrderElementsOf(columns);
        });
    }

    @Test
    void aDuckDbFileHasTheRelationsThatAreNamed() throws Exception {
        Path file = directory.resolve("some.duckdb");
        write("duckdb", of(List.of("runs", "layer_load")), file);
        assertThat(PlainTables.counts(file)).hasSize(2).contains("runs 1");
        assertRefused(
                () -> write("duckdb", of(List.of("runs", "nowhere")), file),
                ErrorCode.INVALID_ARGUMENT,
                "There is no relation 'nowhere'; the relations are ");
        // What was there stays.
        assertThat(PlainTables.counts(file)).hasSize(2);
    }

    @Test
    void numpyReadsCensusAndReplay() throws IOException {
        write("exl3", Choices.of("r"), directory.resolve("census.npz"));
        // Where exllamav3 looks for it.
        assertThat(directory.resolve("census.meta.json")).content().contains("\"format\": \"exl3\"");
        write("r3", Choices.of("r"), directory.resolve("replay"));
        assertThat(python("numpy")).isEqualTo("""
                counts_decode int64 (2, 2, 4) [[[1, 0, 0, 1], [0, 1, 1, 0]], [[0, 0, 0, 0], [0, 0, 0, 0]]]
                counts_prefill int64 (2, 2, 4) [[[2, 1, 1, 0], [0, 2, 2, 0]], [[1, 0, 0, 1], [0, 0, 1, 1]]]
                a uint8 (3, 3, 2) [[[0, 0], [0, 1], [1, 2]], [[0, 0], [0, 2], [1, 2]], [[0, 0], [3, 0], [2, 1]]]
                b uint8 (1, 3, 2) [[[0, 0], [0, 3], [3, 2]]]
                """);
    }

    /** A census comes back with the counts of prompts, by layer. */
    @Test
    void censusComesBackAsItWent() {
        Path file = directory.resolve("census.npz");
        write("exl3", Choices.of("r"), file);
        TraceImport traces = new TraceImport(TraceKind.EXL3, new TraceShape(OptionalInt.empty(), OptionalInt.of(2)));
        traces.read(file);
        ImportedRun back = traces.run("back", "m", OptionalInt.empty());
        assertThat(back.layers()).isEqualTo(3);
        assertThat(back.provenance()).containsEntry("left_out", "counts_decode");
        assertThat(back.counts())
                .extracting(counts -> "%s, layer %d: %s"
                        .formatted(counts.domain().orElse(""), counts.layer(), Arrays.toString(counts.counts())))
                .containsExactly(
                        "census, prompt 1, layer 1: [2, 1, 1, 0]",
                        "census, prompt 1, layer 2: [0, 2, 2, 0]",
                        "census, prompt 2, layer 1: [1, 0, 0, 1]",
                        "census, prompt 2, layer 2: [0, 0, 1, 1]");
    }

    @Test
    void torchReadsCounts() throws IOException {
        write("kt", Choices.of("r"), directory.resolve("counts.pt"));
        assertThat(python("torch"))
                .isEqualTo("['logical_count'] torch.int64 [[0, 0, 0, 0], [3, 1, 1, 1], [0, 2, 3, 1]]\n");
    }

    /**
     * The prompt of "a" has two tokens: layer 1 chooses 0 and 1, then 0 and 2, layer 2 chooses 1 and 2 twice. That of "b" has
     * one: 0 and 3, 3 and 2.
     */
    @Test
    void pandasReadsTheTableOfSteerMoE() throws IOException {
        write("steer", contrasted("name=a", "name=b"), directory.resolve("steer.pkl"));
        assertThat(directory.resolve("steer.pkl.meta.json")).content().contains("\"scope\": \"prompt\", \"n\": 3");
        assertThat(python("pandas")).isEqualTo("""
                layer int64, expert int64, a1 float64, a2 float64, d1 float64, d2 float64, a1_n float64, a2_n float64, risk_diff float64
                L01E03 0.0 1.0 2.0 0.0 0.0 1.0 -1.0 1.0
                L02E01 2.0 0.0 0.0 1.0 1.0 0.0 1.0 1.0
                L02E03 0.0 1.0 2.0 0.0 0.0 1.0 -1.0 1.0
                L01E01 1.0 0.0 1.0 1.0 0.5 0.0 0.5 0.5
                L01E02 1.0 0.0 1.0 1.0 0.5 0.0 0.5 0.5
                L00E00 0.0 0.0 2.0 1.0 0.0 0.0 0.0 0.0
                L01E00 2.0 1.0 0.0 0.0 1.0 1.0 0.0 0.0
                L02E00 0.0 0.0 2.0 1.0 0.0 0.0 0.0 0.0
                L02E02 2.0 1.0 0.0 0.0 1.0 1.0 0.0 0.0
                3 layers, 4 experts
                """);
    }

    @Test
    void refusesContrastsOfNothing() {
        assertRefused(
                () -> written("steer"),
                ErrorCode.INVALID_ARGUMENT,
                "--as steer needs --questions SET: right, wrong, a subject, or an attribute as name=value.");
        assertRefused(
                () -> written("steer", contrasted("right", "wrong")),
                ErrorCode.INVALID_ARGUMENT,
                "Run \"r\" has no tokens of both \"right\" and \"wrong\" at scope prompt, which steer needs.");
    }

    @Test
    void policylangReadsItsTrace() throws IOException {
        write("policylang", Choices.of("r"), directory.resolve("trace.parquet"));
        assertThat(python("moe_policylang", "pyarrow")).isEqualTo("""
                int32 int32 int32 list<element: int32> list<element: float> string
                8 entries, 3 layers, 4 experts, top 2
                1 0 1 [0, 1] [0.5, 0.25] prefill
                1 0 2 [1, 2] [0.5, 0.25] prefill
                1 1 1 [0, 2] [0.5, 0.25] prefill
                1 1 2 [1, 2] [0.5, 0.25] prefill
                1 2 1 [3, 0] [0.5, 0.25] decode
                1 2 2 [2, 1] [0.5, 0.25] decode
                2 0 1 [0, 3] [0.5, 0.25] prefill
                2 0 2 [3, 2] [0.5, 0.25] prefill
                """);
    }

    /** Of a run without and of one with the whole gates. */
    @Test
    void policylangsTraceComesBackAsItWent() {
        Path gated = database(
                "gated",
                policylang(Path.of(System.getProperty("gatehouse.root"))
                        .resolve("docs/samples/import/policylang.parquet")));
        for (Path run : List.of(database, gated)) {
            Path trace = directory.resolve("trace.parquet");
            write(run, "policylang", Choices.of("r"), trace);
            Path again = database("again-" + run.getFileName(), policylang(trace));
            for (String routing : List.of(
                    "SELECT question_id, layer, \"position\", phase, expert, weight, \"rank\" FROM activations ORDER BY ALL",
                    "SELECT question_id, layer, \"position\", probabilities FROM router_probabilities ORDER BY ALL")) {
                assertThat(rows(again, routing)).isEqualTo(rows(run, routing));
            }
            assertThat(rows(again, "SELECT count(*) FROM router_probabilities"))
                    .containsExactly(run.equals(gated) ? "6" : "0");
        }
    }

    private static ImportedRun policylang(Path trace) {
        TraceImport traces = new TraceImport(TraceKind.POLICYLANG, TraceShape.unknown());
        traces.read(trace);
        return traces.run("r", "m", OptionalInt.empty());
    }

    /** With one expert for each decision, a cache of the model has the hits that libCacheSim counts. */
    @Test
    void libCacheSimReplaysItsTrace() throws IOException {
        Random random = new Random(20_261_128);
        List<TracedSequence> sequences = new ArrayList<>();
        for (int number = 0; number < 5; number++) {
            List<TracedLayer> layers = new ArrayList<>();
            for (int layer = 0; layer < 3; layer++) {
                int[] experts = IntStream.generate(() -> (int) (16 * random.nextDouble() * random.nextDouble()))
                        .limit(200)
                        .toArray();
                layers.add(new TracedLayer(
                        layer, 1, IntStream.range(0, 200).toArray(), experts, true, new float[0], new float[0]));
            }
            sequences.add(new TracedSequence("s" + number, Optional.empty(), "", new int[0], 200, layers));
        }
        Path other = database("top1", ImportedRun.of("r", "test", "m", 3, 16, 1, Map.of(), sequences, List.of()));
        write(other, "libcachesim", Choices.of("r"), directory.resolve("trace.csv"));
        List<String> hits =
                rows(other, "SELECT slots, hits FROM expert_cache(1, 'prompt', 'model', 'lru', 1) ORDER BY slots");
        assertThat(hits).hasSize(48);
        assertThat(python("libcachesim").lines()).containsExactlyElementsOf(hits);
    }

    /** With ties, with more experts than mbolt takes all pairs of, and with a layer whose tokens go to one expert each. */
    @Test
    void mboltOrdersExpertsAlike() throws IOException {
        Random random = new Random(20_261_203);
        for (int[] size : new int[][] {{8, 2, 40}, {16, 4, 400}, {64, 8, 600}, {300, 6, 500}, {16, 1, 50}}) {
            int experts = size[0];
            int topK = size[1];
            int tokens = size[2];
            List<TracedLayer> layers = new ArrayList<>();
            for (int layer = 0; layer < 3; layer++) {
                int[] chosen = IntStream.range(0, tokens)
                        .flatMap(token -> drawn(random, experts, topK, token % 3))
                        .toArray();
                layers.add(new TracedLayer(
                        layer, topK, IntStream.range(0, tokens).toArray(), chosen, true, new float[0], new float[0]));
            }
            String name = "layout" + experts + "of" + topK;
            Path other = database(
                    name,
                    ImportedRun.of(
                            "r",
                            "test",
                            "m",
                            3,
                            experts,
                            topK,
                            Map.of(),
                            List.of(new TracedSequence("s", Optional.empty(), "", new int[0], tokens, layers)),
                            List.of()));
            Path folder = Files.createDirectory(directory.resolve(name));
            write(other, "mbolt", Choices.of("r"), folder.resolve("perms.json"));
            write(other, "r3", Choices.of("r"), folder.resolve("replay"));
        }
        assertThat(python("mbolt")).isEqualTo("""
                layout16of1: 3 layers of 16 experts, 50 tokens
                layout16of4: 3 layers of 16 experts, 400 tokens
                layout300of6: 3 layers of 300 experts, 500 tokens
                layout64of8: 3 layers of 64 experts, 600 tokens
                layout8of2: 3 layers of 8 experts, 40 tokens
                """);
    }

    /** Different experts, those of a group more often than others. */
    private static IntStream drawn(Random random, int experts, int topK, int group) {
        return IntStream.generate(() -> {
                    int expert = (int) (experts * random.nextDouble() * random.nextDouble());
                    return random.nextInt(4) == 0 ? expert : (expert - expert % 3 + group) % experts;
                })
                .distinct()
                .limit(topK);
    }

    /** What the part of formats.py of a module prints. */
    private String python(String... modules) throws IOException {
        PythonProgram python = PythonProgram.in(directory);
        assumeTrue(python.has(modules), "%s lacks %s".formatted(python.command(), String.join(", ", modules)));
        Path script = directory.resolve("formats.py");
        try (InputStream in = TestFormats.class.getResourceAsStream("formats.py")) {
            Files.writeString(
                    script, new String(Objects.requireNonNull(in, "script").readAllBytes(), StandardCharsets.UTF_8));
        }
        PythonProgram.Output output = python.run(Map.of(), script.toString(), modules[0], directory.toString());
        assertThat(output.exit()).as(output.text()).isZero();
        return output.text();
    }

    private String written(String format) throws IOException {
        return written(format, Choices.of("r"));
    }

    private String written(String format, Choices choices) {
        Path file = directory.resolve("file.txt");
        write(format, choices, file);
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void write(String format, Choices choices, Path file) {
        write(database, format, choices, file);
    }

    private static void write(Path database, String format, Choices choices, Path file) {
        ask(database, session -> new Handover(session, choices).write(HandoverFormats.of(format), file));
    }

    private static Choices choices(Optional<String> scope, Optional<Integer> hottest) {
        return new Choices(
                Optional.of("r"),
                scope,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                hottest,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static Choices contrasted(String questions, String others) {
        return new Choices(
                Optional.of("r"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(questions),
                Optional.of(others),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static Choices placed(int ranks, Optional<Integer> replicas) {
        return new Choices(
                Optional.of("r"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(ranks),
                replicas,
                Optional.empty());
    }

    private static Choices of(List<String> relations) {
        return new Choices(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(relations));
    }

    private interface Question {
        void ask(Session session) throws Exception;
    }

    private static void ask(Path database, Question question) {
        try (Store store = Store.open(database);
                QueryEngine engine = new QueryEngine(store);
                Session session = new EngineSession(engine, () -> {})) {
            question.ask(session);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> rows(Path database, String sql) {
        List<String> found = new ArrayList<>();
        ask(database, session -> found.addAll(rows(session, sql)));
        return found;
    }

    private static List<String> rows(Session session, String sql) {
        List<String> found = new ArrayList<>();
        try (Rows rows = session.query(new Query(sql, 0))) {
            rows.start();
            while (rows.next()) {
                List<String> values = new ArrayList<>();
                for (int column = 0; column < rows.columns().size(); column++) {
                    values.add(String.valueOf(rows.value(column)));
                }
                found.add(String.join(" ", values));
            }
        }
        return found;
    }

    private Path database(String name, ImportedRun run) {
        Path file = directory.resolve(name + ".duckdb");
        try (Store store = Store.create(file)) {
            store.importRun(run, "test");
        }
        return file;
    }

    private static TracedSequence sequence(String name, int prompt, TracedLayer... layers) {
        return new TracedSequence(name, Optional.empty(), "", new int[0], prompt, List.of(layers));
    }

    /** Two experts of each token, of weights 1/2 and 1/4. */
    private static TracedLayer layer(int layer, int... experts) {
        int tokens = experts.length / 2;
        float[] weights = new float[experts.length];
        for (int i = 0; i < experts.length; i++) {
            weights[i] = i % 2 == 0 ? 0.5f : 0.25f;
        }
        return new TracedLayer(layer, 2, IntStream.range(0, tokens).toArray(), experts, true, weights, new float[0]);
    }
}
