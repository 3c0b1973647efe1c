package io.gatehouse.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.transfer.TracedAnswer;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.SavedTensors.Tensor;
import io.gatehouse.trace.reader.TraceShape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rollouts of slime and verl. */
final class TestRollouts {
    /** Python's None. */
    static final Object NONE = new Object();

    /** Three tokens in a layer without experts and in two others. */
    private static final Tensor ROUTED =
            SavedTensors.ints(List.of(3, 3, 2), 0, 0, 3, 1, 2, 0, 0, 0, 1, 2, 0, 3, 0, 0, 0, 3, 1, 2);

    @TempDir
    private Path directory = Path.of("");

    /**
     * As {@code save_debug_rollout_data} of THUDM/slime, slime/observability/rollout_data_utils.py at
     * 624b824a898ab0ec1fcb4d373004c7f3852bf515, writes samples; docs/samples/import/slime.pt was written by it.
     */
    @Test
    void slimeHasPromptsResponsesAndRewards() throws IOException {
        Path file = slime(sample(Map.of()), sample(Map.of("reward", 0)));
        Found found = Found.in(TraceKind.SLIME, file, TraceShape.unknown());
        assertThat(found.sequences)
                .extracting(TracedSequence::name)
                .containsExactly("rollout 7, sample 0", "rollout 7, sample 1");
        TracedSequence first = found.sequences.get(0);
        assertThat(first.tokens()).containsExactly(11, 12, 13, 14);
        assertThat(first.length()).isEqualTo(2);
        assertThat(first.text()).isEqualTo("2+2?");
        assertThat(first.layers()).extracting(TracedLayer::layer).containsExactly(1, 2);
        assertThat(first.layers()).noneMatch(TracedLayer::ranked);
        assertThat(first.layers().get(0).positions()).containsExactly(0, 1, 2);
        assertThat(found.experts(0, 0)).containsExactly(3, 1, 1, 2, 0, 3);
        assertThat(found.experts(0, 1)).containsExactly(2, 0, 0, 3, 1, 2);
        assertThat(found.answers).extracting(TracedAnswer::correct).containsExactly(true, false);
        assertThat(found.answers.get(0).answer()).isEqualTo("4");
        assertThat(found.answers.get(0).name()).isEqualTo(first.name());
    }

    /** Half a reward is neither right nor wrong, unless the user says where right begins. */
    @Test
    void rewardsThatAreNoVerdictsAreNoAnswers() throws IOException {
        Path file = slime(sample(Map.of()), sample(Map.of("reward", 0.5)));
        assertThat(Found.in(TraceKind.SLIME, file, TraceShape.unknown()).answers)
                .isEmpty();
        assertThat(Found.in(TraceKind.SLIME, file, TraceShape.unknown().withCorrectFrom(OptionalDouble.of(0.5)))
                        .answers)
                .extracting(TracedAnswer::correct)
                .containsExactly(true, true);
        Path none = slime(sample(Map.of()), sample(Map.of("reward", NONE)));
        assertThat(Found.in(TraceKind.SLIME, none, TraceShape.unknown()).answers)
                .isEmpty();
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() ->
                        Found.in(TraceKind.SLIME, none, TraceShape.unknown().withCorrectFrom(OptionalDouble.of(1))))
                .withMessage(
                        "%s, sample 1 has no reward that is a number. If it is a dictionary, choose one of its fields with --metric.",
                        none);
    }

    @Test
    void aRewardOfSeveralNumbersIsChosenFrom() throws IOException {
        Path file = slime(
                sample(Map.of("reward", Map.of("score", -1.0, "acc", false))),
                sample(Map.of("reward", Map.of("score", 1.0, "acc", true))));
        assertThat(Found.in(TraceKind.SLIME, file, TraceShape.unknown()).answers)
                .isEmpty();
        for (String metric : List.of("acc", "score")) {
            TraceShape shape = TraceShape.unknown().withAnswers(Optional.of(metric), Optional.empty());
            assertThat(Found.in(TraceKind.SLIME, file, shape).answers)
                    .extracting(TracedAnswer::correct)
                    .containsExactly(false, true);
        }
    }

    @Test
    void damagedSamplesOfSlime() throws IOException {
        fails(TraceKind.SLIME, Map.of("rollout_id", 7), " has no list 'samples'");
        fails(TraceKind.SLIME, Map.of("samples", List.of(1)), ", samples[0] is not a dictionary");
        String place = ", samples[0]";
        fails(place + " has no list 'tokens'", Map.of("tokens", NONE));
        fails(place + " has a in tokens", Map.of("tokens", List.of("a")));
        fails(place + " has -3 in tokens", Map.of("tokens", List.of(-3)));
        fails(place + " has the response_length 5 of 4 tokens", Map.of("response_length", 5));
        fails(
                place
                        + " has no tensor 'rollout_routed_experts', but None; slime keeps it with --use-rollout-routing-replay",
                Map.of("rollout_routed_experts", NONE));
        fails(
                place + " has rollout_routed_experts of shape [3, 6]",
                Map.of("rollout_routed_experts", new Tensor("Int", List.of(3, 6), ROUTED.values())));
        fails(
                place
                        + " has rollout_routed_experts of 3 tokens, but 3 tokens, of which the prompt has 1 and the last one is not routed",
                Map.of("tokens", List.of(1, 2, 3)));
        fails(
                place + ", rollout_routed_experts holds -2, which is not an expert",
                Map.of("rollout_routed_experts", SavedTensors.ints(List.of(3, 1, 2), 0, 1, 2, -2, 1, 0)));
        fails(
                place
                        + ", rollout_routed_experts has only expert 0 for 1 of 3 tokens of layer 0: the engine filled in what it did not compute",
                Map.of("rollout_routed_experts", SavedTensors.ints(List.of(3, 1, 2), 0, 1, 0, 0, 1, 0)));
        fails(
                place + ", rollout_routed_experts holds 2.5, which is not an expert",
                Map.of("rollout_routed_experts", new Tensor("Float", List.of(3, 1, 2), 0, 1, 2.5, 1, 1, 0)));
    }

    /**
     * As {@code AgentLoopWorker._postprocess} of verl-project/verl, verl/experimental/agent_loop/agent_loop.py at
     * 1dda039b9c6311889a9c9a26040677e1254814f9, pads a batch. The second sample ends with a result of a tool.
     */
    @Test
    void verlHasNeitherPaddingNorFiller() throws IOException {
        Found found = Found.in(TraceKind.VERL, SavedTensors.write(file(), verl()), TraceShape.unknown());
        assertThat(found.sequences)
                .extracting(TracedSequence::name)
                .containsExactly("rollout, sample 0", "rollout, sample 1");
        TracedSequence first = found.sequences.get(0);
        assertThat(first.length()).isEqualTo(1);
        assertThat(first.tokens()).containsExactly(11, 12, 13);
        assertThat(first.layers()).extracting(TracedLayer::layer).containsExactly(1);
        assertThat(first.layers().get(0).positions()).containsExactly(0, 1);
        assertThat(found.experts(0, 0)).containsExactly(3, 1, 1, 2);
        TracedSequence second = found.sequences.get(1);
        assertThat(second.length()).isEqualTo(2);
        assertThat(second.tokens()).hasSize(5);
        assertThat(found.experts(1, 0)).containsExactly(2, 0, 0, 3, 0, 1);
        assertThat(found.answers).extracting(TracedAnswer::correct).containsExactly(true, false);
    }

    @Test
    void damagedBatchesOfVerl() throws IOException {
        fails(TraceKind.VERL, List.of(), " is not a dictionary of tensors");
        fails(TraceKind.VERL, Map.of(), " has no tensor 'routed_experts'");
        fails(
                TraceKind.VERL,
                verl("attention_mask", SavedTensors.ints(List.of(2, 2), 1, 1, 1, 1)),
                " has attention_mask of shape [2, 2] instead of [2, 5]");
        fails(
                TraceKind.VERL,
                verl("attention_mask", SavedTensors.ints(List.of(2, 5), 0, 1, 1, 0, 1, 1, 1, 1, 1, 1)),
                ", sample 0 has the attention_mask 1.0 at token 4, after the padding begins");
        fails(
                TraceKind.VERL,
                verl("attention_mask", SavedTensors.ints(List.of(2, 5), 0, 0, 1, 1, 0, 1, 1, 1, 1, 1)),
                ", sample 0 has an attention_mask of the tokens from 2 to 4, but its prompt ends before token 2");
        fails(
                TraceKind.VERL,
                verl("input_ids", SavedTensors.ints(List.of(2, 5), 0, -7, 12, 13, 0, 14, 15, 16, 17, 18)),
                ", sample 0 has -7.0 in input_ids");
        fails(
                TraceKind.VERL,
                verl("response_mask", SavedTensors.ints(List.of(2, 6), 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0)),
                " has response_mask of shape [2, 6] instead of [2, 5]");
    }

    /** Counts are those of verl's {@code _compute_rollout_moe_load_counts}, metric_utils.py at the same commit. */
    @Test
    void filesOfTorchItself() {
        Path samples = Path.of(System.getProperty("gatehouse.root"), "docs", "samples", "import");
        Found verl = Found.in(TraceKind.VERL, samples.resolve("verl.pt"), TraceShape.unknown());
        assertThat(generated(verl, 1)).containsExactly(2, 1, 1, 2);
        assertThat(generated(verl, 2)).containsExactly(1, 2, 2, 1);
        assertThat(verl.answers).extracting(TracedAnswer::correct).containsExactly(true, false);
        Found slime = Found.in(TraceKind.SLIME, samples.resolve("slime.pt"), TraceShape.unknown());
        assertThat(slime.sequences).extracting(TracedSequence::length).containsExactly(2, 2);
        assertThat(slime.experts(0, 0)).containsExactly(3, 1, 1, 2, 0, 3);
        assertThat(slime.answers).extracting(TracedAnswer::correct).containsExactly(true, false);
    }

    /** How often each of four experts of a layer was chosen by generated tokens. */
    private static int[] generated(Found found, int layer) {
        int[] counts = new int[4];
        for (TracedSequence sequence : found.sequences) {
            for (TracedLayer traced : sequence.layers()) {
                for (int i = 0; i < traced.experts().length; i++) {
                    boolean counted =
                            traced.layer() == layer && traced.positions()[i / traced.topK()] >= sequence.length();
                    counts[traced.experts()[i]] += counted ? 1 : 0;
                }
            }
        }
        return counts;
    }

    private static Map<String, Object> verl(String name, Tensor tensor) {
        Map<String, Object> batch = verl();
        batch.put(name, tensor);
        return batch;
    }

    /** Prompts of 2 tokens and responses of 3. */
    private static Map<String, Object> verl() {
        Map<String, Object> batch = new TreeMap<>();
        batch.put(
                "routed_experts",
                new Tensor(
                        "Short",
                        List.of(2, 5, 2, 2),
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        3,
                        1,
                        0,
                        0,
                        1,
                        2,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0, //
                        0,
                        0,
                        2,
                        0,
                        0,
                        0,
                        0,
                        3,
                        0,
                        0,
                        0,
                        1,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0));
        batch.put("input_ids", new Tensor("Long", List.of(2, 5), 0, 11, 12, 13, 0, 14, 15, 16, 17, 18));
        batch.put("attention_mask", new Tensor("Long", List.of(2, 5), 0, 1, 1, 1, 0, 1, 1, 1, 1, 1));
        batch.put("response_mask", new Tensor("Long", List.of(2, 3), 1, 1, 0, 1, 1, 0));
        batch.put("rm_scores", new Tensor("Float", List.of(2, 3), 0, 1, 0, 0, 0, 0));
        return batch;
    }

    private static Map<String, Object> sample(Map<String, Object> other) {
        Map<String, Object> sample = new TreeMap<>(Map.of(
                "index",
                0,
                "prompt",
                "2+2?",
                "tokens",
                List.of(11, 12, 13, 14),
                "response_length",
                2,
                "label",
                "4",
                "reward",
                1,
                "status",
                "completed",
                "rollout_routed_experts",
                ROUTED));
        sample.putAll(other);
        return sample;
    }

    private Path slime(Object... samples) throws IOException {
        return SavedTensors.write(file(), Map.of("rollout_id", 7, "samples", List.of(samples)));
    }

    private Path file() {
        return directory.resolve("rollout.pt");
    }

    private void fails(String what, Map<String, Object> other) throws IOException {
        fails(TraceKind.SLIME, Map.of("samples", List.of(sample(other))), what);
    }

    private void fails(TraceKind kind, Object content, String what) throws IOException {
        Path file = SavedTensors.write(file(), content);
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> Found.in(kind, file, TraceShape.unknown()))
                .withMessage("%s%s.".formatted(file, what))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_DATASET));
    }
}
