package io.gatehouse.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.PrefillListener;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.engine.prefill.RoutingBatch;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestEngine {
    private static final List<int[]> PROMPTS =
            List.of(new int[] {3, 1, 4, 1, 5, 9, 2, 6}, new int[] {39}, new int[] {0, 7, 7, 0, 12});
    private static final double TOLERANCE = 2e-4;

    @TempDir
    private Path directory;

    @Test
    void plainOlmoe() throws IOException {
        agreesWithPlainDecoder(new TinyCheckpoint(4, false, false, false, 0, 1));
    }

    @Test
    void groupedQueryAttention() throws IOException {
        agreesWithPlainDecoder(new TinyCheckpoint(2, false, false, false, 0, 2));
    }

    @Test
    void renormalisedWeights() throws IOException {
        agreesWithPlainDecoder(new TinyCheckpoint(4, true, false, false, 0, 3));
    }

    @Test
    void tiedEmbeddings() throws IOException {
        agreesWithPlainDecoder(new TinyCheckpoint(4, false, true, false, 0, 4));
    }

    @Test
    void attentionBias() throws IOException {
        agreesWithPlainDecoder(new TinyCheckpoint(1, false, false, true, 0, 5));
    }

    @Test
    void clippedQueriesKeysAndValues() throws IOException {
        agreesWithPlainDecoder(new TinyCheckpoint(4, false, false, false, 0.5, 6));
    }

    @Test
    void aRepeatGivesTheSameBits() throws IOException {
        new TinyCheckpoint(4, false, false, false, 0, 7).write(directory);
        try (Checkpoint checkpoint = Checkpoint.open(directory);
                Engine engine = Engine.load(checkpoint)) {
            assertThat(lastLogits(engine, PROMPTS)).usingRecursiveComparison().isEqualTo(lastLogits(engine, PROMPTS));
        }
    }

    @Test
    void routingSaysWhatTheGateDid() throws IOException {
        new TinyCheckpoint(4, false, false, false, 0, 8).write(directory);
        List<RoutingBatch> batches = new ArrayList<>();
        try (Checkpoint checkpoint = Checkpoint.open(directory);
                Engine engine = Engine.load(checkpoint)) {
            engine.prefill(PROMPTS.stream().map(Prompt::new).toList(), Capture.TRACE, new PrefillListener() {
                @Override
                public void routed(RoutingBatch batch) {
                    batches.add(batch);
                }

                @Override
                public void lastLogits(int prompt, float[] logits) {}

                @Override
                public void routerLogits(RoutingBatch batch, float[] logits) {
                    describesSoftmaxOf(batch, logits);
                }
            });
        }
        assertThat(batches).hasSize(TinyCheckpoint.LAYERS);
        assertThat(batches.get(0).tokens()).isEqualTo(14);
        assertThat(batches.get(0).prompts()).containsExactly(1, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0);
        assertThat(batches.get(0).positions()).containsExactly(0, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5, 6, 7);
    }

    @Test
    void streamedLayersGiveTheSameBits() throws IOException {
        new TinyCheckpoint(4, false, false, false, 0, 1).write(directory);
        try (Checkpoint checkpoint = Checkpoint.open(directory);
                Engine resident = Engine.load(checkpoint);
                Engine streamed = Engine.load(checkpoint, in(resident.memory().totalBytes() - 1))) {
            assertThat(resident.memory().streamed()).isFalse();
            assertThat(streamed.memory().streamed()).isTrue();
            for (int pass = 0; pass < 3; pass++) {
                assertThat(lastLogits(streamed, PROMPTS))
                        .usingRecursiveComparison()
                        .isEqualTo(lastLogits(resident, PROMPTS));
            }
        }
    }

    @Test
    void refusesAModelThatFitsInNoWay() throws IOException {
        new TinyCheckpoint(4, false, false, false, 0, 1).write(directory);
        EngineOptions little = in(1 << 20);
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThatThrownBy(() -> Engine.load(checkpoint, little))
                    .isInstanceOf(GatehouseException.class)
                    .hasMessageMatching(
                            "The model needs 1\\.\\d GB of memory even when its layers are streamed; it may take 1 MB\\.");
        }
    }

    @Test
    void refusesADeviceThatIsNotThere() throws IOException {
        new TinyCheckpoint(4, false, false, false, 0, 1).write(directory);
        EngineOptions absent =
                new EngineOptions(Precision.EXACT, Device.of("gpu:99"), OptionalLong.empty(), Interventions.NONE);
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThatThrownBy(() -> Engine.load(checkpoint, absent))
                    .isInstanceOf(GatehouseException.class)
                    .hasMessageContaining("no device gpu:99");
        }
    }

    @Test
    void namesTheWeightThatIsNotANumber() throws IOException {
        makeNaN("model.layers.1.mlp.experts.2.up_proj.weight");
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThatThrownBy(() -> Engine.load(checkpoint))
                    .isInstanceOf(GatehouseException.class)
                    .hasMessageStartingWith(
                            "Tensor model.layers.1.mlp.experts.2.up_proj.weight has the value NaN at index 5");
        }
    }

    @Test
    void streamedLayersSayWhatIsWrongWithTheFirstWhenItIsNeeded() throws IOException {
        makeNaN("model.layers.0.self_attn.q_proj.weight");
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            EngineOptions little =
                    in(MemoryPlan.estimate(checkpoint, Precision.EXACT).streamed());
            try (Engine unused = Engine.load(checkpoint, little)) {
                assertThat(unused.memory().streamed()).isTrue();
            }
            try (Engine streamed = Engine.load(checkpoint, little)) {
                for (int pass = 0; pass < 2; pass++) {
                    assertThatThrownBy(() -> lastLogits(streamed, PROMPTS))
                            .isInstanceOf(GatehouseException.class)
                            .hasMessageStartingWith(
                                    "Tensor model.layers.0.self_attn.q_proj.weight has the value NaN at index 5");
                }
            }
        }
    }

    /** Writes a checkpoint with one value of a tensor that is not a number. */
    private void makeNaN(String name) throws IOException {
        new TinyCheckpoint(4, false, false, false, 0, 1).write(directory);
        TensorInfo tensor;
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            tensor = checkpoint.tensor(name).plain().orElseThrow();
        }
        try (FileChannel file = FileChannel.open(tensor.file(), StandardOpenOption.WRITE)) {
            int width = tensor.dtype().bytes();
            ByteBuffer nan = ByteBuffer.allocate(width).order(ByteOrder.LITTLE_ENDIAN);
            nan.putShort(width - 2, (short) 0x7fc0);
            file.write(nan, tensor.offset() + 5L * width);
        }
    }

    @Test
    void refusesWhatTheModelCannotRead() throws IOException {
        new TinyCheckpoint(4, false, false, false, 0, 9).write(directory);
        try (Checkpoint checkpoint = Checkpoint.open(directory);
                Engine engine = Engine.load(checkpoint)) {
            assertThatThrownBy(() -> lastLogits(engine, List.of(new int[] {40})))
                    .isInstanceOf(GatehouseException.class)
                    .hasMessage("Token id 40 is outside the model's vocabulary of 40.");
            assertThatThrownBy(() -> lastLogits(engine, List.of(new int[0])))
                    .isInstanceOf(GatehouseException.class)
                    .hasMessage("A prompt has no tokens.");
        }
    }

    /** As Hugging Face does: the config's 64 positions are what the model was trained on, not what can be computed. */
    @Test
    void readsOnBeyondThePositionsThatTheModelWasMadeFor() throws IOException {
        new TinyCheckpoint(4, false, false, false, 0, 9).write(directory);
        int[] prompt = IntStream.range(0, 90).map(i -> i * 7 % 40).toArray();
        try (Checkpoint checkpoint = Checkpoint.open(directory);
                Engine engine = Engine.load(checkpoint)) {
            double[] expected = new PlainDecoder(checkpoint).run(prompt).lastLogits();
            float[] actual = requireNonNull(lastLogits(engine, List.of(prompt)).get(0));
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) actual[i]).isCloseTo(expected[i], within(2e-4));
            }
        }
    }

    @Test
    void refusesAPromptWhoseAttentionDoesNotFitIntoMemory() throws IOException {
        new TinyCheckpoint(4, false, false, false, 0, 9).write(directory);
        try (Checkpoint checkpoint = Checkpoint.open(directory);
                Engine engine = Engine.load(checkpoint, in(2L << 30))) {
            assertThatThrownBy(() -> lastLogits(engine, List.of(new int[] {1}, new int[20_000])))
                    .isInstanceOfSatisfying(
                            GatehouseException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_MEMORY))
                    .hasMessageMatching("A prompt of 20,000 tokens takes \\d+\\.\\d GB in a layer; beside the weights"
                            + " there is room for 8\\d\\d MB\\.");
        }
    }

    /** What is estimated from headers is enough, and little more than that. */
    @Test
    void estimatesTheMemoryThatIsNeeded() throws IOException {
        new TinyCheckpoint(4, false, false, false, 0, 9).write(directory);
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            for (Precision plan : List.of(Precision.EXACT, Precision.FAST)) {
                MemoryPlan.Estimate estimate = MemoryPlan.estimate(checkpoint, plan);
                EngineOptions options = EngineOptions.of(plan);
                try (Engine resident = Engine.loadExactly(checkpoint, options.in(estimate.resident()));
                        Engine streamed = Engine.loadExactly(checkpoint, options.in(estimate.streamed()))) {
                    assertThat(resident.memory().streamed()).isFalse();
                    assertThat(streamed.memory().streamed()).isTrue();
                    assertThat(resident.memory().totalBytes())
                            .isBetween(estimate.resident() - (2 << 20), estimate.resident());
                }
                assertThatThrownBy(() -> Engine.loadExactly(checkpoint, options.in(estimate.streamed() - (2 << 20))))
                        .hasMessageStartingWith("The model needs");
            }
        }
    }

    private static EngineOptions in(long bytes) {
        return EngineOptions.EXACT.in(bytes);
    }

    private void agreesWithPlainDecoder(TinyCheckpoint shape) throws IOException {
        shape.write(directory);
        try (Checkpoint checkpoint = Checkpoint.open(directory);
                Engine engine = Engine.load(checkpoint)) {
            PlainDecoder plain = new PlainDecoder(checkpoint);
            Map<Integer, float[]> actual = lastLogits(engine, PROMPTS);
            for (int prompt = 0; prompt < PROMPTS.size(); prompt++) {
                double[] expected = plain.run(PROMPTS.get(prompt)).lastLogits();
                float[] logits = actual.getOrDefault(prompt, new float[0]);
                assertThat(logits).hasSameSizeAs(expected);
                for (int i = 0; i < expected.length; i++) {
                    assertThat((double) logits[i])
                            .as("prompt %d, logit %d", prompt, i)
                            .isCloseTo(expected[i], within(TOLERANCE));
                }
            }
        }
    }

    private static Map<Integer, float[]> lastLogits(Engine engine, List<int[]> prompts) {
        Map<Integer, float[]> logits = new TreeMap<>();
        engine.prefill(prompts.stream().map(Prompt::new).toList(), Capture.ROUTING, new PrefillListener() {
            @Override
            public void routed(RoutingBatch batch) {}

            @Override
            public void lastLogits(int prompt, float[] own) {
                logits.put(prompt, own);
            }
        });
        return logits;
    }

    private static void describesSoftmaxOf(RoutingBatch batch, float[] logits) {
        int experts = TinyCheckpoint.EXPERTS;
        for (int row = 0; row < batch.tokens(); row++) {
            double sum = 0;
            for (int e = 0; e < experts; e++) {
                sum += Math.exp(logits[row * experts + e]);
            }
            double entropy = 0;
            double[] descending = new double[experts];
            for (int e = 0; e < experts; e++) {
                descending[e] = -Math.exp(logits[row * experts + e]) / sum;
                entropy += descending[e] * Math.log(-descending[e]);
            }
            Arrays.sort(descending);
            double first = -descending[0];
            double second = -descending[1];
            double mass = first + second;
            double topKEntropy = -(first / mass * Math.log(first / mass) + second / mass * Math.log(second / mass));
            assertThat((double) batch.weights()[row * 2]).isCloseTo(first, within(1e-5));
            assertThat((double) batch.weights()[row * 2 + 1]).isCloseTo(second, within(1e-5));
            assertThat((double) batch.entropy()[row]).isCloseTo(entropy, within(1e-5));
            assertThat((double) batch.mass()[row]).isCloseTo(mass, within(1e-5));
            assertThat((double) batch.margin()[row]).isCloseTo(second + descending[2], within(1e-5));
            assertThat((double) batch.topKEntropy()[row]).isCloseTo(topKEntropy, within(1e-5));
        }
    }
}
