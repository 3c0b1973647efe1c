package io.gatehouse.trace;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.Store;
import io.gatehouse.trace.reader.TraceShape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of imported routing in SQL: what a source does not say is NULL, in the facts and in the rollups. */
final class TestTraceImport {
    private static final TraceShape TOP_2 = new TraceShape(OptionalInt.of(2), OptionalInt.of(2));

    @TempDir
    private Path directory = Path.of("");

    @Test
    void idsWithoutWeightsHaveNone() throws IOException, SQLException {
        TraceImport traces = new TraceImport(TraceKind.VLLM, TraceShape.unknown());
        traces.read(file("r.jsonl", """
                {"id": "first", "prompt_routed_experts": [[[-1, -1], [-1, -1]], [[3, 1], [0, 2]], [[3, 0], [0, 1]]]}
                {"id": "second", "prompt_routed_experts": [[[3, 2], [1, 2]]]}
                """));
        traces.readAnswers(file("samples.jsonl", """
                {"doc_id": 0, "doc": {}, "target": "B", "acc": 1.0}
                {"doc_id": 1, "doc": {}, "target": "A", "acc": 0.0}
                """));
        try (Store store = Store.create(directory.resolve("ids.duckdb"))) {
            store.importRun(traces.run("served", "m", OptionalInt.of(5)), "test");
            assertThat(
                            rows(
                                    store,
                                    "SELECT name, source, model, layers, experts, top_k, recorded, probabilities, status FROM runs"))
                    .containsExactly("served|vllm|m|2|5|2|prompt|none|complete");
            assertThat(rows(store, "SELECT * EXCLUDE (run_id) FROM layers ORDER BY layer"))
                    .containsExactly("0|moe|5|2|null|null|null|null", "1|moe|5|2|null|null|null|null");
            assertThat(
                            rows(
                                    store,
                                    "SELECT question_id, \"position\", layer, phase, is_last_prompt, \"rank\", expert, weight FROM activations WHERE layer = 0 ORDER BY ALL"))
                    .containsExactly(
                            "1|1|0|prompt|false|null|1|null",
                            "1|1|0|prompt|false|null|3|null",
                            "1|2|0|prompt|true|null|0|null",
                            "1|2|0|prompt|true|null|3|null",
                            "2|0|0|prompt|true|null|2|null",
                            "2|0|0|prompt|true|null|3|null");
            assertThat(rows(store, "SELECT DISTINCT weights, entropy, top_k_entropy, mass, margin FROM token_routing"))
                    .containsExactly("null|null|null|null|null");
            assertThat(
                            rows(
                                    store,
                                    "SELECT expert, activations, weight_sum FROM experts WHERE layer = 0 AND scope = 'prompt' ORDER BY ALL"))
                    .containsExactly("0|1|null", "1|1|null", "2|1|null", "3|3|null", "4|0|null");
            assertThat(rows(store, "SELECT question_id, predicted, correct, prompt_tokens FROM answers ORDER BY ALL"))
                    .containsExactly("1|null|true|3", "2|null|false|1");
            assertThat(
                            rows(
                                    store,
                                    "SELECT property, value FROM run_definitions WHERE property IN ('weights', 'gates', 'ranks', 'files') ORDER BY ALL"))
                    .containsExactly(
                            "files|r.jsonl, samples.jsonl", "gates|unknown", "ranks|unknown", "weights|unknown");
            assertThat(store.verify().problems()).isEmpty();
        }
    }

    @Test
    void wholeGatesGiveAllThatOurOwnRunsHave() throws IOException, SQLException {
        TraceImport traces = new TraceImport(TraceKind.C3PO, TOP_2);
        traces.read(file("cases.json", """
                [{"input_text": "Why?", "correct_answer": "A", "model_answer": "B", "is_correct": false,
                  "last_token_routing": {"layers": [{"layer": 0, "routing_weights":
                      {"expert_0": 0.25, "expert_1": 0.5, "expert_2": 0.125, "expert_3": 0.125}}]}}]
                """));
        try (Store store = Store.create(directory.resolve("gates.duckdb"))) {
            store.importRun(traces.run("cases", "m", OptionalInt.empty()), "test");
            assertThat(rows(store, "SELECT experts, weights, round(entropy, 3), mass, margin FROM token_routing"))
                    .containsExactly("[1, 0]|[0.5, 0.25]|1.213|0.75|0.125");
            assertThat(rows(store, "SELECT probabilities FROM router_probabilities"))
                    .containsExactly("[0.25, 0.5, 0.125, 0.125]");
            assertThat(rows(store, "SELECT recorded, probabilities FROM runs"))
                    .containsExactly("last_prompt|last_prompt");
            assertThat(rows(store, "SELECT expert, activations, weight_sum FROM experts ORDER BY ALL"))
                    .containsExactly("0|1|0.25", "1|1|0.5", "2|0|0.0", "3|0|0.0");
            assertThat(rows(store, "SELECT question, answer, choices FROM questions"))
                    .containsExactly("Why?|A|[]");
            assertThat(rows(store, "SELECT predicted, correct FROM answers")).containsExactly("B|false");
            assertThat(store.verify().problems()).isEmpty();
        }
    }

    @Test
    void countsBecomeNoActivations() throws IOException, SQLException {
        Path file = resource("imatrix.gguf");
        TraceImport traces = new TraceImport(TraceKind.IMATRIX, TOP_2);
        traces.read(file);
        try (Store store = Store.create(directory.resolve("counts.duckdb"))) {
            store.importRun(traces.run("quantised", "m", OptionalInt.empty()), "test");
            assertThat(rows(store, "SELECT count(*) FROM activations")).containsExactly("0");
            assertThat(rows(store, "SELECT scope, layer, expert, activations, weight_sum FROM experts ORDER BY ALL"))
                    .containsExactly(
                            "prompt|0|0|4|null",
                            "prompt|0|1|0|null",
                            "prompt|0|2|4|null",
                            "prompt|1|0|4|null",
                            "prompt|1|1|4|null",
                            "prompt|1|2|0|null");
            assertThat(store.verify().problems()).isEmpty();
            store.deleteRun("quantised");
            assertThat(rows(store, "SELECT count(*) FROM experts")).containsExactly("0");
        }
    }

    /** A token is sent to an expert once. */
    @Test
    void refusesCountsThatTopKDoesNotFit() throws IOException {
        TraceImport traces = new TraceImport(TraceKind.IMATRIX, new TraceShape(OptionalInt.empty(), OptionalInt.of(3)));
        traces.read(resource("imatrix.gguf"));
        assertRefused(
                () -> traces.run("quantised", "m", OptionalInt.empty()),
                ErrorCode.INVALID_ARGUMENT,
                "Expert 0 of layer 0 has 4 of 8 activations; with top-k 3 it can have at most 2");
    }

    @Test
    void refusesWhatDoesNotFitTogether() throws IOException {
        TraceImport nothing = new TraceImport(TraceKind.LM_EVAL, TraceShape.unknown());
        Path samples = file("s.jsonl", "{\"doc_id\": 0, \"doc\": {}, \"target\": \"B\", \"acc\": 1.0}");
        nothing.read(samples);
        assertRefused(
                () -> nothing.run("r", "m", OptionalInt.empty()),
                ErrorCode.CORRUPT_DATASET,
                samples + " contains no routing");
        TraceImport traces = new TraceImport(TraceKind.VLLM, TraceShape.unknown());
        traces.read(file("r.jsonl", """
                {"id": "a", "prompt_routed_experts": [[[3, 1]]]}
                {"id": "b", "prompt_routed_experts": [[[3, 1]]]}
                """));
        assertRefused(
                () -> traces.run("r", "m", OptionalInt.of(3)),
                ErrorCode.INVALID_ARGUMENT,
                "--experts is 3, but the files have at least 4 experts in a layer");
        traces.readAnswers(samples);
        assertRefused(
                () -> traces.run("r", "m", OptionalInt.empty()),
                ErrorCode.INVALID_ARGUMENT,
                "There are 1 answers for 2 sequences, and their names differ: they match neither by name nor by order");
        TraceImport twice = new TraceImport(TraceKind.VLLM, TraceShape.unknown());
        twice.read(directory.resolve("r.jsonl"));
        assertRefused(
                () -> twice.read(directory.resolve("r.jsonl")),
                ErrorCode.CORRUPT_DATASET,
                "There are two sequences with the name a");
    }

    @Test
    void refusesNumbersThatNoExpertHas() throws IOException {
        for (String cube : List.of("[[[3, 32767]]]", "[[[3, 3]]]")) {
            Path file = file("r.jsonl", "{\"id\": \"a\", \"prompt_routed_experts\": %s}".formatted(cube));
            assertRefused(
                    () -> new TraceImport(TraceKind.VLLM, TraceShape.unknown()).read(file),
                    ErrorCode.CORRUPT_DATASET,
                    "%s, sequence a %s"
                            .formatted(
                                    file,
                                    cube.contains("32767")
                                            ? "has an expert 32767 in layer 0"
                                            : "names expert 3 twice for token 0 of layer 0"));
        }
        Path layer = file("router_trace_rank0.jsonl", """
                {"step": 3, "layer": 32767, "num_tokens": 1, "topk": 2, "top_indices": [[0, 3]]}
                """);
        assertRefused(
                () -> new TraceImport(TraceKind.MEGATRON, TraceShape.unknown()).read(layer),
                ErrorCode.CORRUPT_DATASET,
                layer + ", sequence step 3 has a layer 32767");
    }

    @Test
    void refusesASecondAnswerToAQuestion() throws IOException {
        TraceImport traces = new TraceImport(TraceKind.VLLM, TraceShape.unknown());
        Path samples = file("samples.jsonl", """
                {"doc_id": 0, "doc": {}, "target": "B", "acc": 1.0}
                {"doc_id": 0, "doc": {}, "target": "A", "acc": 0.0}
                """);
        assertRefused(
                () -> traces.readAnswers(samples),
                ErrorCode.CORRUPT_DATASET,
                samples + " has two answers with the name 0");
    }

    @Test
    void refusesWhatSaysNothingOrTwoKindsOfThings() throws IOException {
        TraceImport unrouted = new TraceImport(TraceKind.VLLM, TOP_2);
        Path file = file("r.jsonl", "{\"id\": \"a\", \"prompt_routed_experts\": [[[-1, -1]]]}");
        unrouted.read(file);
        assertRefused(
                () -> unrouted.run("r", "m", OptionalInt.empty()),
                ErrorCode.CORRUPT_DATASET,
                file + " contains no routing");
        TraceImport both = new TraceImport(TraceKind.SGLANG_RECORDS, TOP_2);
        Path counts = resource("stat.pt");
        Path tokens = resource("per_token.pt");
        both.read(counts);
        both.read(tokens);
        assertRefused(
                () -> both.run("r", "m", OptionalInt.empty()),
                ErrorCode.CORRUPT_DATASET,
                "%s, %s contain both counts and sequences: import them as two runs".formatted(counts, tokens));
    }

    @Test
    void refusesWhatNoRunCanBe() throws IOException {
        TraceImport traces = new TraceImport(TraceKind.VLLM, TraceShape.unknown());
        traces.read(file("r.jsonl", "{\"id\": \"a\", \"prompt_routed_experts\": [[[3, 1]]]}"));
        assertRefused(
                () -> traces.run(" ", "m", OptionalInt.empty()),
                ErrorCode.INVALID_ARGUMENT,
                "The name of a run must not be blank.");
        assertRefused(
                () -> traces.run("r", "m", OptionalInt.of(40_000)),
                ErrorCode.INVALID_ARGUMENT,
                "A token cannot be sent to 2 of 40000 experts; there are at most 32767");
        TraceImport counts =
                new TraceImport(TraceKind.SGLANG_RECORDS, new TraceShape(OptionalInt.empty(), OptionalInt.of(4)));
        counts.read(resource("stat.pt"));
        assertRefused(
                () -> counts.run("r", "m", OptionalInt.empty()),
                ErrorCode.INVALID_ARGUMENT,
                "A token cannot be sent to 4 of 3 experts; there are at most 32767");
    }

    @Test
    void keepsTheFirstRunOfAName() throws IOException, SQLException {
        TraceImport traces = new TraceImport(TraceKind.VLLM, TraceShape.unknown());
        traces.read(file("r.jsonl", "{\"id\": \"a\", \"prompt_routed_experts\": [[[3, 1]]]}"));
        try (Store store = Store.create(directory.resolve("twice.duckdb"))) {
            store.importRun(traces.run("r", "m", OptionalInt.empty()), "test");
            assertRefused(
                    () -> store.importRun(traces.run("r", "m", OptionalInt.empty()), "test"),
                    ErrorCode.RUN_EXISTS,
                    "%s holds questions of a quiz named \"r\": give the run another name.".formatted(store.file()));
            assertThat(rows(store, "SELECT count(*) FROM runs")).containsExactly("1");
        }
    }

    /** What is held is the names of sequences and one shard of them, however long the file is. */
    @Test
    void importsMoreThanFitsIntoItsMemory() throws IOException, SQLException {
        int sequences = 500;
        Path file = file("r.jsonl", responses(sequences, 100));
        long memory = 500_000;
        assertThat(sequences * routingBytes(100)).isGreaterThan(2 * memory);
        TraceImport traces =
                new TraceImport(TraceKind.VLLM, TraceShape.unknown(), FileMemory.of("The import", memory), memory / 2);
        traces.read(file);
        TraceImport whole = new TraceImport(TraceKind.VLLM, TraceShape.unknown());
        whole.read(file);
        try (Store store = Store.create(directory.resolve("parts.duckdb"));
                Store other = Store.create(directory.resolve("whole.duckdb"))) {
            store.importRun(traces.run("r", "m", OptionalInt.empty()), "test");
            other.importRun(whole.run("r", "m", OptionalInt.empty()), "test");
            assertThat(rows(store, "SELECT count(*) > 5 FROM run_shards")).containsExactly("true");
            assertThat(rows(other, "SELECT count(*) FROM run_shards")).containsExactly("1");
            assertThat(store.verify()).isEqualTo(other.verify());
            assertThat(store.verify().problems()).isEmpty();
            assertThat(rows(store, "SELECT count(*), count(DISTINCT question_id) FROM token_routing"))
                    .containsExactly(sequences * 200 + "|" + sequences);
        }
    }

    /** Sequences that are held from the first reading give way to names, and their file is read again. */
    @Test
    void holdsWhatFitsAndReadsTheRestAgain() throws IOException, SQLException {
        Path first = file("first.jsonl", responses(10, 100));
        Path second = file("second.jsonl", responses(40, 1).replace("\"q", "\"s"));
        // The routing of the first file takes 32,000 bytes, and the names of both 40,000.
        TraceImport some =
                new TraceImport(TraceKind.VLLM, TraceShape.unknown(), FileMemory.of("The import", 60_000), 40_000);
        TraceImport all = new TraceImport(TraceKind.VLLM, TraceShape.unknown());
        for (TraceImport traces : List.of(some, all)) {
            traces.read(first);
            traces.read(second);
        }
        try (Store store = Store.create(directory.resolve("some.duckdb"));
                Store other = Store.create(directory.resolve("all.duckdb"))) {
            store.importRun(some.run("r", "m", OptionalInt.empty()), "test");
            // All of these sequences are held.
            Files.delete(first);
            Files.delete(second);
            other.importRun(all.run("r", "m", OptionalInt.empty()), "test");
            assertThat(store.verify()).isEqualTo(other.verify());
            assertThat(store.verify().problems()).isEmpty();
        }
    }

    @Test
    void refusesASequenceThatDoesNotFitAndLeavesNothing() throws IOException, SQLException {
        Path file = file("r.jsonl", responses(20, 10) + responses(1, 5_000).replace("q0", "long"));
        TraceImport traces =
                new TraceImport(TraceKind.VLLM, TraceShape.unknown(), FileMemory.of("The import", 60_000), 30_000);
        traces.read(file);
        try (Store store = Store.create(directory.resolve("long.duckdb"))) {
            assertRefused(
                    () -> store.importRun(traces.run("r", "m", OptionalInt.empty()), "test"),
                    ErrorCode.OUT_OF_MEMORY,
                    "The import takes more than 0 MB of memory");
            assertThat(rows(store, "SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM routing)"))
                    .containsExactly("0|0");
        }
    }

    @Test
    void refusesFilesThatChangeBetweenTheirReadings() throws IOException, SQLException {
        Path file = file("r.jsonl", responses(3, 2));
        TraceImport traces = new TraceImport(TraceKind.VLLM, TraceShape.unknown(), FileMemory.of("The import"), 0);
        traces.read(file);
        try (Store store = Store.create(directory.resolve("changed.duckdb"))) {
            for (String content :
                    List.of(responses(2, 2), responses(4, 2), responses(3, 3), responses(3, 2) + responses(1, 2))) {
                Files.writeString(file, content);
                assertRefused(
                        () -> store.importRun(traces.run("r", "m", OptionalInt.empty()), "test"),
                        ErrorCode.CORRUPT_DATASET,
                        file + " was changed while it was imported");
            }
            Files.writeString(file, responses(2, 2) + "{\"id\": \"q2\"}\n");
            assertRefused(
                    () -> store.importRun(traces.run("r", "m", OptionalInt.empty()), "test"),
                    ErrorCode.CORRUPT_DATASET,
                    file + ", line 3 has no field 'prompt_routed_experts'");
            assertThat(rows(store, "SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM questions)"))
                    .containsExactly("0|0");
            Files.writeString(file, responses(3, 2));
            store.importRun(traces.run("r", "m", OptionalInt.empty()), "test");
            assertThat(store.verify().problems()).isEmpty();
        }
    }

    /** Each file has one layer of both steps. */
    @Test
    void joinsTheLayersOfASequenceFromAllFiles() throws IOException, SQLException {
        TraceImport traces = new TraceImport(TraceKind.MEGATRON, TraceShape.unknown());
        for (int layer = 0; layer < 3; layer++) {
            traces.read(file("router_trace_rank%d.jsonl".formatted(layer), """
                    {"step": 1, "layer": %1$d, "num_tokens": 2, "topk": 1, "top_indices": [[%1$d], [0]]}
                    {"step": 2, "layer": %1$d, "num_tokens": 2, "topk": 1, "top_indices": [[%1$d], [3]]}
                    """.formatted(layer)));
        }
        try (Store store = Store.create(directory.resolve("joined.duckdb"))) {
            store.importRun(traces.run("r", "m", OptionalInt.empty()), "test");
            assertThat(
                            rows(
                                    store,
                                    "SELECT a.value, layer, \"position\", experts FROM token_routing JOIN question_attributes AS a USING (question_id) ORDER BY ALL"))
                    .containsExactly(
                            "step 1|0|0|[0]",
                            "step 1|0|1|[0]",
                            "step 1|1|0|[1]",
                            "step 1|1|1|[0]",
                            "step 1|2|0|[2]",
                            "step 1|2|1|[0]",
                            "step 2|0|0|[0]",
                            "step 2|0|1|[3]",
                            "step 2|1|0|[1]",
                            "step 2|1|1|[3]",
                            "step 2|2|0|[2]",
                            "step 2|2|1|[3]");
            assertThat(rows(store, "SELECT count(*) FROM questions")).containsExactly("2");
            assertThat(store.verify().problems()).isEmpty();
        }
    }

    @Test
    void refusesALayerThatIsThereTwice() throws IOException {
        Path file = file("cases.json", """
                [{"input_text": "Why?", "correct_answer": "A", "is_correct": false, "last_token_routing": {"layers": [
                  {"layer": 0, "routing_weights": {"expert_0": 0.5, "expert_1": 0.5}},
                  {"layer": 0, "routing_weights": {"expert_0": 0.5, "expert_1": 0.5}}]}}]
                """);
        assertRefused(
                () -> new TraceImport(TraceKind.C3PO, TOP_2).read(file),
                ErrorCode.CORRUPT_DATASET,
                file + "[0] has layer 0 twice");
    }

    /** Responses of so many tokens each, in two layers of which two experts are chosen. */
    private static String responses(int count, int tokens) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            List<String> cube = new ArrayList<>();
            for (int token = 0; token < tokens; token++) {
                cube.add("[[%d, 7], [%d, 0]]".formatted((token + i) % 7, 1 + token % 7));
            }
            lines.append("{\"id\": \"q%d\", \"prompt_routed_experts\": [%s]}\n".formatted(i, String.join(", ", cube)));
        }
        return lines.toString();
    }

    /** Positions and experts of such a response as numbers of four bytes. */
    private static long routingBytes(int tokens) {
        return 2L * (tokens + 2L * tokens) * Integer.BYTES;
    }

    private Path resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(TestTraceImport.class.getResourceAsStream(name), name)) {
            return Files.write(directory.resolve(name), in.readAllBytes());
        }
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    private static List<String> rows(Store store, String sql) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Connection connection = store.reader();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                List<String> values = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    values.add(String.valueOf(rows.getString(column)));
                }
                found.add(String.join("|", values));
            }
        }
        return found;
    }
}
