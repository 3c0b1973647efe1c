package io.gatehouse.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.store.transfer.TracedAnswer;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.Gate;
import io.gatehouse.trace.reader.TraceShape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each kind of source in a small file of its format. */
final class TestTraceKinds {
    private static final TraceShape TOP_2 = new TraceShape(OptionalInt.of(2), OptionalInt.of(2));

    @TempDir
    private Path directory = Path.of("");

    @Test
    void sglangNeedsToBeToldTheShape() throws IOException {
        String response =
                "{\"meta_info\": {\"id\": \"a\", \"prompt_tokens\": 3, \"routed_experts\": \"AwAAAAEAAAAAAAAAAgAAAP////////////////////8CAAAAAAAAAAEAAAADAAAA\"}}";
        Found found = found(TraceKind.SGLANG, "r.jsonl", response);
        assertThat(found.sequences.get(0).length()).isEqualTo(3);
        assertThat(found.sequences.get(0).layers().get(1).positions()).containsExactly(0, 2);
        assertThat(found.experts(0, 1)).containsExactly(0, 2, 1, 3);
        Path file = directory.resolve("r.jsonl");
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> Found.in(TraceKind.SGLANG, file, TraceShape.unknown()))
                .withMessage(
                        "%s, line 1, field 'meta_info.routed_experts' does not say how many layers it has; give it with --layers.",
                        file);
        fails(
                TraceKind.SGLANG,
                "{\"meta_info\": {\"routed_experts\": \"AwAAAA==\"}}",
                "which is not a multiple of 2 layers of 2 experts");
        fails(TraceKind.SGLANG, "{\"meta_info\": {\"routed_experts\": \"!\"}}", "is not base64");
        // 3 1 | -1 2
        fails(
                TraceKind.SGLANG,
                "{\"meta_info\": {\"prompt_tokens\": 1, \"routed_experts\": \"AwAAAAEAAAD/////AgAAAA==\"}}",
                "field 'meta_info.routed_experts' has 1 of 2 experts of token 0 in layer 1");
    }

    @Test
    void aShapeHasAtLeastOneOfEach() {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> new TraceShape(OptionalInt.of(0), OptionalInt.of(2)))
                .withMessage("The number of layers is 0; it must be at least 1.");
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> new TraceShape(OptionalInt.of(2), OptionalInt.of(-1)))
                .withMessage("The number of experts per token is -1; it must be at least 1.");
    }

    @Test
    void sglangRecordsOfStatistics() throws IOException {
        Found stat = Found.in(TraceKind.SGLANG_RECORDS, resource("stat.pt"), TraceShape.unknown());
        assertThat(stat.counts).extracting(ExpertCounts::layer).containsExactly(0, 1);
        assertThat(stat.counts.get(0).counts()).containsExactly(2, 1, 3);
        assertThat(stat.counts.get(1).counts()).containsExactly(0, 3, 3);
    }

    /**
     * The structure is that of {@code _DetailAccumulator.dump} (sgl-project/sglang,
     * python/sglang/srt/eplb/expert_distribution.py at 02295fe5ac5ccff3e8829800d50450351c56fb53): a pass over two prompts,
     * of which the second one goes on in the next pass, and a pass that generated two tokens. Expert 4 is a copy of expert
     * 3 in layer 0 and of expert 0 in layer 1; layer 2 has no experts.
     */
    @Test
    void sglangRecordsByToken() throws IOException {
        Found found = Found.in(TraceKind.SGLANG_RECORDS, resource("per_token.pt"), TraceShape.unknown());
        assertThat(found.sequences)
                .extracting(TracedSequence::name)
                .containsExactly(
                        "rank 0, pass 7, request 0",
                        "rank 0, pass 7, request 1",
                        "rank 0, pass 8, request 0",
                        "rank 0, pass 9, request 0",
                        "rank 0, pass 9, request 1");
        TracedSequence whole = found.sequences.get(0);
        assertThat(whole.tokens()).containsExactly(11, 12);
        assertThat(whole.length()).isEqualTo(2);
        assertThat(whole.layers()).extracting(TracedLayer::layer).containsExactly(0, 1);
        assertThat(whole.layers().get(0).positions()).containsExactly(0);
        assertThat(found.experts(0, 0)).containsExactly(3, 1);
        assertThat(found.experts(0, 1)).containsExactly(0, 2, 2, 1);
        // Its last token is not the last of the prompt.
        TracedSequence begun = found.sequences.get(1);
        assertThat(begun.tokens()).isEmpty();
        assertThat(begun.length()).isEqualTo(2);
        assertThat(found.experts(1, 0)).containsExactly(3, 0);
        assertThat(found.experts(1, 1)).containsExactly(0, 3);
        TracedSequence rest = found.sequences.get(2);
        assertThat(rest.length()).isEqualTo(3);
        assertThat(rest.layers().get(0).positions()).containsExactly(1, 2);
        TracedSequence generated = found.sequences.get(3);
        assertThat(generated.length()).isEqualTo(2);
        assertThat(generated.layers().get(0).positions()).containsExactly(2);
    }

    /** The sums of both passes over logical experts. */
    @Test
    void sglangRecordsByPass() throws IOException {
        Found found = Found.in(TraceKind.SGLANG_RECORDS, resource("per_pass.pt"), TraceShape.unknown());
        assertThat(found.counts).extracting(ExpertCounts::layer).containsExactly(0, 1);
        assertThat(found.counts.get(0).counts()).containsExactly(3, 2, 0, 5);
        assertThat(found.counts.get(1).counts()).containsExactly(7, 0, 2, 1);
    }

    @Test
    void sglangRecordsThatDoNotSayWhoIsWho() throws IOException {
        for (String name : List.of("per_token", "per_pass")) {
            Path file = resource(name + "_unmapped.pt");
            assertThatExceptionOfType(GatehouseException.class)
                    .isThrownBy(() -> Found.in(TraceKind.SGLANG_RECORDS, file, TraceShape.unknown()))
                    .withMessageStartingWith("%s has no last_physical_to_logical_map", file);
        }
        Path mixed = resource("per_token_mixed.pt");
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> Found.in(TraceKind.SGLANG_RECORDS, mixed, TraceShape.unknown()))
                .withMessageStartingWith("%s, records[0] is of a pass that mixed prompts and generated tokens", mixed);
    }

    @Test
    void olmoesOwnTokens() throws IOException {
        Found found = found(
                TraceKind.OLMOE,
                "c4_results.jsonl",
                "{\"input_ids\": [5, 6], \"predicted_token_ids\": [6, 7], \"exp_ids\": [[[1, 4], [3, 0]], [[2, 5], [0, 1]]]}");
        assertThat(found.sequences.get(0).tokens()).containsExactly(5, 6);
        assertThat(found.experts(0, 0)).containsExactly(1, 3, 2, 0);
        assertThat(found.experts(0, 1)).containsExactly(4, 0, 5, 1);
        assertThat(found.sequences.get(0).layers()).allMatch(TracedLayer::ranked);
        fails(
                TraceKind.OLMOE,
                "{\"input_ids\": [5], \"exp_ids\": [[[1], [1]]]}",
                "field 'exp_ids' names an expert twice for token 0 of layer 0");
        fails(
                TraceKind.OLMOE,
                "{\"input_ids\": [5, 6], \"exp_ids\": [[[1]]]}",
                "field 'exp_ids' has 1 tokens, but input_ids has 2");
    }

    @Test
    void olmoesCountersOfAnyProtocolButNothingElse() throws IOException {
        for (int protocol : new int[] {2, 4}) {
            Path file = resource("wikipedia-protocol-%d.pkl".formatted(protocol));
            Found found = Found.in(TraceKind.OLMOE_COUNTS, file, TraceShape.unknown());
            assertThat(found.counts).extracting(ExpertCounts::layer).containsExactly(0, 7, 15);
            assertThat(found.counts.get(0).domain()).contains("wikipedia-protocol-%d".formatted(protocol));
            assertThat(found.counts.get(0).counts()).containsExactly(5, 0, 0, 2);
            assertThat(found.counts.get(1).counts()).containsExactly(0, 7, 0, 0);
            assertThat(found.counts.get(2).counts()).containsExactly(6, 0, 1, 0);
        }
        Path evil = resource("evil.pkl");
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> Found.in(TraceKind.OLMOE_COUNTS, evil, TraceShape.unknown()))
                .withMessage("%s wants posix.system built, which is not plain data.", evil);
    }

    @Test
    void megatronHasNoRank() throws IOException {
        Found found = found(TraceKind.MEGATRON, "router_trace_rank0.jsonl", """
                {"step": 3, "stage": "x", "block": 0, "layer": 0, "rank": 0, "num_tokens": 2, "topk": 2, "top_indices": [[0, 3], [1, 2]]}
                {"step": 3, "stage": "x", "block": 1, "layer": 1, "rank": 0, "num_tokens": 2, "topk": 2, "top_indices": [[1, 3], [0, 2]]}
                """);
        assertThat(found.sequences).extracting(TracedSequence::name).containsExactly("step 3");
        assertThat(found.experts(0, 1)).containsExactly(1, 3, 0, 2);
        assertThat(found.sequences.get(0).layers()).noneMatch(TracedLayer::ranked);
        fails(
                TraceKind.MEGATRON,
                "{\"step\": 0, \"layer\": 0, \"num_tokens\": 2, \"topk\": 2, \"top_indices\": [[0, 1]]}",
                "field 'top_indices' has 1 tokens, but num_tokens is 2");
    }

    /** As NVIDIA/Megatron-LM, router_trace.py at 059f0f5c78cddcfa10e34842607d68b745631aeb, writes a training step. */
    @Test
    void megatronHasMicrobatchesRanksAndHeads() throws IOException {
        String line =
                "{\"step\": %d, \"stage\": \"pre_dispatch\", \"block\": \"%s\", \"layer\": %d, \"rank\": %d, \"num_tokens\": 1, \"topk\": 2%s, \"top_indices\": [[%d, 7]]}%n";
        Found found = found(
                TraceKind.MEGATRON,
                "router_trace_rank1.jsonl",
                line.formatted(0, "decoder", 3, 1, "", 0)
                        + line.formatted(0, "decoder", 4, 1, "", 1)
                        + line.formatted(0, "mtp", 3, 1, ", \"mtp_idx\": 0", 2)
                        + line.formatted(0, "decoder", 3, 1, "", 3)
                        + line.formatted(0, "decoder", 4, 1, "", 4)
                        + line.formatted(1, "decoder", 3, 0, "", 5));
        assertThat(found.sequences)
                .extracting(TracedSequence::name)
                .containsExactly("step 0, rank 1", "step 0, rank 1, microbatch 1", "step 1");
        assertThat(found.sequences.get(0).layers())
                .extracting(TracedLayer::layer)
                .containsExactly(3, 4);
        assertThat(found.experts(0, 1)).containsExactly(1, 7);
        assertThat(found.experts(1, 0)).containsExactly(3, 7);
        assertThat(found.experts(2, 0)).containsExactly(5, 7);
    }

    @Test
    void llamaCppCountsTokensOfExpertsOnly() throws IOException {
        Path file = resource("imatrix.gguf");
        Found found = Found.in(TraceKind.IMATRIX, file, TraceShape.unknown());
        assertThat(found.counts).extracting(ExpertCounts::layer).containsExactly(0, 1);
        assertThat(found.counts.get(0).counts()).containsExactly(4, 0, 4);
        assertThat(found.counts.get(1).counts()).containsExactly(4, 4, 0);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatExceptionOfType(GatehouseException.class)
                    .isThrownBy(() -> Found.in(TraceKind.IMATRIX, file, TraceShape.unknown()))
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_DATASET));
        }
    }

    /** Models whose gate and up projections are one tensor have counts of another name. */
    @Test
    void llamaCppCountsTokensOfFusedProjections() throws IOException {
        Path file = resource("imatrix.gguf");
        String whole = Files.readString(file, StandardCharsets.ISO_8859_1);
        Files.writeString(file, whole.replace("ffn_gate_exps", "ffn_down_exps"), StandardCharsets.ISO_8859_1);
        Found found = Found.in(TraceKind.IMATRIX, file, TraceShape.unknown());
        assertThat(found.counts).extracting(ExpertCounts::layer).containsExactly(0, 1);
        assertThat(found.counts.get(0).counts()).containsExactly(4, 0, 4);
    }

    @Test
    void routerLogitsBecomeProbabilitiesUnlessTheyAre() throws IOException {
        Found found = Found.in(TraceKind.ROUTER_LOGITS, resource("router_logits.npz"), TOP_2);
        TracedSequence sequence = found.sequences.get(0);
        assertThat(sequence.name()).isEqualTo("q1");
        assertThat(found.experts(0, 0)).containsExactly(2, 1, 0, 1);
        double sum = 1 + Math.E + Math.exp(2);
        assertThat(sequence.layers().get(0).weights()[0]).isCloseTo((float) (Math.exp(2) / sum), within(1e-6f));
        assertThat(sequence.layers().get(0).probabilities()[0]).isCloseTo((float) (1 / sum), within(1e-6f));
        assertThat(sequence.layers().get(1).weights()).containsExactly(0.5f, 0.25f, 0.75f, 0.125f);
    }

    /** Of equally probable experts the first ones are chosen. */
    @Test
    void theMostProbableExpertsAreChosen() {
        float[] gates = {0.125f, 0.25f, 0.25f, 0.125f, 0.25f, 0.25f, 0.25f, 0.125f, 0.0625f, 0.3125f};
        assertThat(Gate.decisions(0, 3, 5, gates, "x").experts()).containsExactly(1, 2, 4, 4, 0, 1);
        assertThat(Gate.decisions(0, 5, 5, gates, "x").experts()).containsExactly(1, 2, 4, 0, 3, 4, 0, 1, 2, 3);
        assertThat(Gate.decisions(0, 1, 5, gates, "x").weights()).containsExactly(0.25f, 0.3125f);
    }

    @Test
    void committeeTellsPromptsApartByTheirLayers() throws IOException {
        Found found = found(TraceKind.COMMITTEE, "c.csv", """
                layer,domain,expert_idx,expert_weight
                0,law,4,0.2
                0,law,1,0.5
                1,law,2,0.9
                1,law,0,0.1
                0,math,3,0.6
                0,math,2,0.4
                """);
        assertThat(found.sequences)
                .extracting(TracedSequence::domain)
                .containsExactly(Optional.of("law"), Optional.of("math"));
        assertThat(found.experts(0, 0)).containsExactly(1, 4);
        assertThat(found.sequences.get(0).layers().get(0).weights()).containsExactly(0.5f, 0.2f);
        fails(TraceKind.COMMITTEE, "c.csv", "layer,domain,expert_idx\n0,law,1\n", "row 1 has no field 'expert_weight'");
        fails(
                TraceKind.COMMITTEE,
                "c.csv",
                "layer,domain,expert_idx,expert_weight\n0,law,x,1\n",
                "row 1, field 'expert_idx' is 'x' instead of a whole number");
        fails(
                TraceKind.COMMITTEE,
                "c.csv",
                "layer,domain,expert_idx,expert_weight\n0,law,4294967295,1\n",
                "row 1, field 'expert_idx' is '4294967295' instead of a whole number");
    }

    /** In a model of one layer with experts no layer begins anew. */
    @Test
    void committeeTellsPromptsApartByTheirRanksAndDomains() throws IOException {
        Found found = found(TraceKind.COMMITTEE, "c.csv", """
                layer,domain,expert_idx,expert_weight,topk_rank
                3,law,1,0.5,1
                3,law,4,0.25,2
                3,law,0,0.5,1
                3,law,2,0.25,2
                4,math,2,0.5,1
                4,math,3,0.25,2
                """);
        assertThat(found.sequences)
                .extracting(TracedSequence::domain)
                .containsExactly(Optional.of("law"), Optional.of("law"), Optional.of("math"));
        assertThat(found.experts(0, 0)).containsExactly(1, 4);
        assertThat(found.experts(1, 0)).containsExactly(0, 2);
        assertThat(found.experts(2, 0)).containsExactly(2, 3);
    }

    @Test
    void c3poHasTheWholeGateAndTheAnswer() throws IOException {
        Found found = found(TraceKind.C3PO, "cases.json", """
                [{"input_text": "Why?", "correct_answer": "A", "model_answer": "B", "is_correct": false,
                  "last_token_routing": {"layers": [{"layer": 0, "routing_weights": {"expert_0": 0.2, "expert_1": 0.7, "expert_2": 0.1}}]}}]
                """);
        assertThat(found.experts(0, 0)).containsExactly(1, 0);
        assertThat(found.sequences.get(0).layers().get(0).probabilities()).containsExactly(0.2f, 0.7f, 0.1f);
        assertThat(found.answers.get(0).correct()).isFalse();
        assertThat(found.answers.get(0).predicted()).contains("B");
        assertThat(found.answers.get(0).name()).isEqualTo(found.sequences.get(0).name());
        String withGate = """
                {"input_text": "Why?", "last_token_routing": {"layers": [{"layer": 0, "routing_weights": %s}]}}""";
        fails(
                TraceKind.C3PO,
                "cases.json",
                withGate.formatted("[0.2, 0.7, 0.1]"),
                "field 'last_token_routing.layers[0].routing_weights' is [0.2,0.7,0.1] instead of an object");
        fails(
                TraceKind.C3PO,
                "cases.json",
                withGate.formatted("{\"expert_4294967295\": 0.2, \"expert_1\": 0.8}"),
                "field 'last_token_routing.layers[0].routing_weights.expert_4294967295' is not an expert: ");
    }

    @Test
    void jsonIsReadToItsEndAndSaysNothingTwice() throws IOException {
        String whole = "[{\"prompt_routed_experts\": [[[3, 1]]]}]";
        assertThat(found(TraceKind.VLLM, "r.json", whole).sequences).hasSize(1);
        fails(TraceKind.VLLM, "r.json", whole + " [{}]", " is not valid JSON: ");
        fails(
                TraceKind.VLLM,
                "r.json",
                "[{\"prompt_routed_experts\": [], \"prompt_routed_experts\": [[[3, 1]]]}]",
                " is not valid JSON: Duplicate field 'prompt_routed_experts'");
    }

    @Test
    void flameTakesTheLayerFromTheName() throws IOException, SQLException {
        Path file = directory.resolve("layer_02.parquet");
        try (Connection database = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = database.createStatement()) {
            statement.execute(
                    "COPY (SELECT unnest([[4, 1], [0, 2]]) AS indices, unnest([[0.5, 0.25], [0.75, 0.125]]) AS scores) TO '%s' (FORMAT parquet)"
                            .formatted(file));
        }
        Found found = Found.in(TraceKind.FLAME, file, TraceShape.unknown());
        TracedLayer layer = found.sequences.get(0).layers().get(0);
        assertThat(layer.layer()).isEqualTo(2);
        assertThat(layer.experts()).containsExactly(4, 1, 0, 2);
        assertThat(layer.weights()).containsExactly(0.5f, 0.25f, 0.75f, 0.125f);
        for (String name :
                new String[] {"Layer12_rank0.parquet", "rank3-layer.12.step70000.parquet", "trace12.parquet"}) {
            Path other = Files.copy(file, directory.resolve(name));
            assertThat(Found.in(TraceKind.FLAME, other, TraceShape.unknown())
                            .sequences
                            .get(0)
                            .layers()
                            .get(0)
                            .layer())
                    .as(name)
                    .isEqualTo(12);
        }
        Path none = Files.copy(file, directory.resolve("trace20261124103000.parquet"));
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> Found.in(TraceKind.FLAME, none, TraceShape.unknown()))
                .withMessage("The file name of %s contains no layer number.", none);
    }

    /** As deepseek-ai/ESFT has them at 579a771: a folder of a task, a file of a layer, a line of a sequence. */
    @Test
    void esftHasAFileOfALayerAndALineOfASequence() throws IOException {
        Path task = Files.createDirectory(directory.resolve("law"));
        Path first = Files.writeString(
                task.resolve("expert_weights_1.txt"), "8\t26\t3\t8\t\t0.25\t0.125\t0.5\t0.0625\n5\t0\t\t0.75\t0.25\n");
        Found found = Found.in(TraceKind.ESFT, first, TOP_2);
        assertThat(found.sequences).extracting(TracedSequence::name).containsExactly("law, line 1", "law, line 2");
        assertThat(found.sequences).extracting(TracedSequence::length).containsExactly(2, 1);
        assertThat(found.sequences.get(0).domain()).contains("law");
        TracedLayer layer = found.sequences.get(0).layers().get(0);
        assertThat(layer.layer()).isEqualTo(1);
        assertThat(layer.experts()).containsExactly(8, 26, 3, 8);
        assertThat(layer.weights()).containsExactly(0.25f, 0.125f, 0.5f, 0.0625f);
        assertThat(layer.ranked()).isFalse();
        // Files of other layers go on with the same sequences.
        Path second = Files.copy(first, task.resolve("expert_weights_2.txt"));
        TraceImport traces = new TraceImport(TraceKind.ESFT, TOP_2);
        traces.read(first);
        traces.read(second);
        assertThat(traces.run("r", "m", OptionalInt.empty()).questions()).hasSize(2);
        String file = "expert_weights_3.txt";
        fails(TraceKind.ESFT, file, "8\t26\t0.25\t0.125\n", ", line 1 has no two tabs between experts and weights");
        fails(TraceKind.ESFT, file, "8\t26\t\t0.25\n", ", line 1 has 1 weights for 2 experts");
        fails(TraceKind.ESFT, file, "8\t\t0.25\n", ", line 1 has 1 experts, which are not those of tokens with 2 each");
        fails(
                TraceKind.ESFT,
                file,
                "8\tx\t\t0.25\t0.5\n",
                ", line 1 has the expert 'x'; experts have numbers from 0 to 32766");
        fails(
                TraceKind.ESFT,
                file,
                "8\t1\t\t0.25\tInfinity\n",
                ", line 1 has the weight 'Infinity', which is not a number");
        Path other = Files.copy(first, task.resolve("weights.txt"));
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> Found.in(TraceKind.ESFT, other, TOP_2))
                .withMessage("%s is not named expert_weights_LAYER.txt.", other);
    }

    /** The fields that doramirdor/mbolt's glm_overlay.py (at e7e9dbf) reads of such an export. */
    @Test
    void colibriHasTheScoresThatChose() throws IOException {
        String export = """
                {"schema": "glm52-routing-trace-export/v2",
                 "routing": {"k": 2, "n_expert_per_layer": 8},
                 "tokens": {"total_rows": 4, "decode_step_rows": 1},
                 "layer_map": {"traced_layers": [{"abs_layer": 3, "moe_order": 0, "gid_base": 0}]},
                 "conditional": {"prompts": [
                   {"category": "math", "start_row": 0, "end_row": 3, "prefill_rows": 2, "decode_step_rows": 1},
                   {"start_row": 3, "end_row": 4, "prefill_rows": 1, "decode_step_rows": 0}]},
                 "layers": {"3": {
                   "executed_topk": [[5, 1], [0, 7], [5, 2], [4, 6]],
                   "executed_scores": [[9.5, 9.25], [9.125, 9], [8.5, 8], [7, 6.5]],
                   "runners_up_scores": [[9], [8], [7], [6]]}}}
                """;
        Found found = found(TraceKind.COLIBRI, "export.json", export);
        assertThat(found.sequences).extracting(TracedSequence::length).containsExactly(2, 1);
        assertThat(found.sequences)
                .extracting(TracedSequence::domain)
                .containsExactly(Optional.of("math"), Optional.empty());
        TracedLayer layer = found.sequences.get(0).layers().get(0);
        assertThat(layer.layer()).isEqualTo(3);
        assertThat(layer.positions()).containsExactly(0, 1, 2);
        assertThat(layer.experts()).containsExactly(5, 1, 0, 7, 5, 2);
        assertThat(layer.scores()).containsExactly(9.5f, 9.25f, 9.125f, 9, 8.5f, 8);
        assertThat(layer.weights()).isEmpty();
        assertThat(layer.ranked()).isTrue();
        assertThat(found.experts(1, 0)).containsExactly(4, 6);
        assertThat(found.leftOut).containsExactly("runners_up_scores");
        assertThat(found(
                                TraceKind.COLIBRI,
                                "export.json",
                                export.replace("\"end_row\": 3", "\"end_row\": 2")
                                        .replace("\"prefill_rows\": 2", "\"prefill_rows\": 1"))
                        .leftOut)
                .containsExactly("runners_up_scores", "1 rows of no prompt");
        for (String[] wrong : new String[][] {
            {"export/v2", "export/v3", "field 'schema' is \"glm52-routing-trace-export/v3\" instead of glm52"},
            {"\"end_row\": 3", "\"end_row\": 4", "prompts[0].end_row' is 4, but the prompt has 2 and 1 rows from row 0"
            },
            {
                "\"start_row\": 3",
                "\"start_row\": 2",
                "prompts[1].start_row' is 2, but the prompt before it ends at row 3"
            },
            {"[4, 6]]", "[4, 8]]", "field 'layers.3.executed_topk[3][1]' is 8 instead of a number from 0 to 7"},
            {"[4, 6]]", "[4]]", "field 'layers.3.executed_topk[3]' has 1 values, but routing.k is 2"},
            {", [7, 6.5]]", "]", "field 'layers.3.executed_scores' has 3 rows, but tokens.total_rows is 4"},
            {"{\"3\":", "{\"x\":", "field 'layers' has the layer 'x'; layers have numbers from 0 to 32766"}
        }) {
            fails(TraceKind.COLIBRI, "export.json", export.replace(wrong[0], wrong[1]), wrong[2]);
        }
    }

    @Test
    void onnxGenaiHasPromptsAndStepsOfAllLayers() throws IOException {
        String trace = """
                {"prompts": {"code": {"prompt_len": 2,
                  "prefill": [[[3, 1], [0, 2]], [[2, 0], [1, 3]]], "decode": [[[3, 2], [1, 0]]]}}}
                """;
        Found found = found(TraceKind.ONNX_GENAI, "trace.json", trace);
        assertThat(found.sequences).extracting(TracedSequence::name).containsExactly("code");
        assertThat(found.sequences.get(0).length()).isEqualTo(2);
        assertThat(found.experts(0, 1)).containsExactly(0, 2, 1, 3, 1, 0);
        assertThat(found.sequences.get(0).layers().get(0).ranked()).isTrue();
        fails(
                TraceKind.ONNX_GENAI,
                "trace.json",
                trace.replace("\"prompt_len\": 2", "\"prompt_len\": 3"),
                "field 'prompts.code.prefill' has 2 tokens, but prompt_len is 3");
        fails(
                TraceKind.ONNX_GENAI,
                "trace.json",
                trace.replace("[[3, 2]", "[[3, -2]"),
                "field 'prompts.code.decode[0][0][1]' is -2 instead of a number from 0 to 32,766");
    }

    @Test
    void lmEvalSaysWhatWasRight() throws IOException {
        Found found = found(TraceKind.LM_EVAL, "samples_mmlu.jsonl", """
                {"doc_id": 0, "doc": {"question": "Q?"}, "target": "2", "acc": 1.0}
                {"doc_id": 1, "doc": {}, "target": 3, "acc": 0.0}
                """);
        assertThat(found.answers).extracting(TracedAnswer::name).containsExactly("0", "1");
        assertThat(found.answers).extracting(TracedAnswer::correct).containsExactly(true, false);
        assertThat(found.answers.get(0).question()).isEqualTo("Q?");
        fails(
                TraceKind.LM_EVAL,
                "{\"doc_id\": 0, \"doc\": {}, \"target\": 1, \"acc\": 0.5}",
                "field 'acc' is 0.5 instead of 0 or 1");
    }

    /** GSM8K has two filters, and a line of each for a question (lm_eval/evaluator.py). */
    @Test
    void lmEvalHasMetricsAndFilters() throws IOException {
        String line =
                "{\"doc_id\": %d, \"doc\": {\"question\": \"Q?\"}, \"target\": \"#### 18\", \"filtered_resps\": [\"%s\"], \"filter\": \"%s\", \"metrics\": [\"exact_match\"], \"exact_match\": %s}%n";
        String both = line.formatted(0, "[invalid]", "strict-match", "0.0")
                + line.formatted(1, "4", "strict-match", "1.0")
                + line.formatted(0, "18", "flexible-extract", "1.0")
                + line.formatted(1, "4", "flexible-extract", "true");
        Path file = Files.writeString(directory.resolve("samples_gsm8k.jsonl"), both);
        Found strict = Found.in(
                TraceKind.LM_EVAL,
                file,
                TraceShape.unknown().withAnswers(Optional.of("exact_match"), Optional.of("strict-match")));
        assertThat(strict.answers).extracting(TracedAnswer::correct).containsExactly(false, true);
        assertThat(strict.answers.get(0).predicted()).contains("[invalid]");
        Found flexible = Found.in(
                TraceKind.LM_EVAL,
                file,
                TraceShape.unknown().withAnswers(Optional.empty(), Optional.of("flexible-extract")));
        assertThat(flexible.answers).extracting(TracedAnswer::correct).containsExactly(true, true);
        refuses(
                file,
                TraceShape.unknown(),
                ", line 3 has answers of the filters 'strict-match' and 'flexible-extract'; choose one with --filter");
        refuses(
                file,
                TraceShape.unknown().withAnswers(Optional.empty(), Optional.of("none")),
                " has no answers of the filter 'none'");
        Files.writeString(file, both.replace("[\"exact_match\"]", "[\"exact_match\", \"f1\"]"));
        refuses(
                file,
                TraceShape.unknown(),
                ", line 1 has the metrics [\"exact_match\",\"f1\"]; choose one with --metric");
    }

    private static void refuses(Path samples, TraceShape shape, String what) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> Found.in(TraceKind.LM_EVAL, samples, shape))
                .withMessage("%s%s.", samples, what)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }

    @Test
    void namesWhatThereIs() {
        assertThat(TraceKind.of("megatron")).isEqualTo(TraceKind.MEGATRON);
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> TraceKind.of("vlm"))
                .withMessageStartingWith(
                        "Unknown kind of import 'vlm'; did you mean vllm? The kinds are vllm, sglang, ")
                .satisfies(e -> assertThat(e).hasMessageNotContaining("lm-eval"));
    }

    private Found found(TraceKind kind, String name, String content) throws IOException {
        return Found.in(kind, Files.writeString(directory.resolve(name), content), TOP_2);
    }

    private void fails(TraceKind kind, String content, String what) throws IOException {
        fails(kind, "bad.jsonl", content, what);
    }

    private void fails(TraceKind kind, String name, String content, String what) throws IOException {
        Path file = Files.writeString(directory.resolve(name), content);
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> Found.in(kind, file, TOP_2))
                .withMessageStartingWith(file.toString())
                .withMessageContaining(what)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_DATASET));
    }

    private Path resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(TestTraceKinds.class.getResourceAsStream(name), name)) {
            Path file = directory.resolve(name);
            Files.write(file, in.readAllBytes());
            return file;
        }
    }
}
