package io.gatehouse.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.RoutingRows.Place;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.GenerationOptions;
import io.gatehouse.engine.prefill.PrefillListener;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.engine.prefill.RoutingBatch;
import io.gatehouse.sample.random.Blueprint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What routers choose from states of earlier layers. That the fresh gate chooses its own experts, {@link TestFamilies} tests, too. */
final class TestLookahead {
    private static final long SEED = 7;
    private static final Capture AHEAD = Capture.ROUTING.lookingAhead(List.of(0, 1, 2));

    @TempDir
    private Path folder = Path.of("");

    /** All routers are that of layer 0, so each chooses from an earlier state what the router there chose. */
    @Test
    void isTheChoiceOfTheRouterFromTheEarlierState() throws IOException {
        Path model = write(Blueprint.TINY_OLMOE);
        for (int layer = 1; layer < 4; layer++) {
            copy(model, "mlp.gate.weight", layer);
            copy(model, "post_attention_layernorm.weight", layer);
        }
        Map<Integer, Map<Integer, short[]>> lookahead = new HashMap<>();
        Map<Integer, short[]> chosen = new HashMap<>();
        try (Checkpoint checkpoint = Checkpoint.open(model);
                Engine engine = Engine.load(checkpoint)) {
            engine.prefill(List.of(prompt(40)), AHEAD, new PrefillListener() {
                @Override
                public void routed(RoutingBatch batch) {
                    chosen.put(batch.layer(), batch.experts());
                    lookahead.put(batch.layer(), batch.lookahead());
                }

                @Override
                public void lastLogits(int prompt, float[] logits) {}
            });
        }
        assertThat(requireNonNull(lookahead.get(0)).keySet()).containsExactly(0);
        assertThat(requireNonNull(lookahead.get(1)).keySet()).containsExactlyInAnyOrder(0, 1);
        for (int layer = 1; layer < 4; layer++) {
            for (int distance = 0; distance <= Math.min(2, layer); distance++) {
                assertThat(requireNonNull(lookahead.get(layer)).get(distance))
                        .as("layer %d, %d before", layer, distance)
                        .isEqualTo(chosen.get(layer - distance));
            }
        }
        assertThat(chosen.get(1)).isNotEqualTo(chosen.get(0));
    }

    @Test
    void obeysMasksAndTopK() {
        Path model = write(Blueprint.TINY_QWEN3_MOE);
        Interventions changed =
                new Interventions(Set.of(new ExpertPlace(1, 0), new ExpertPlace(1, 3)), Map.of(), OptionalInt.of(3));
        FreshGate gate = new FreshGate();
        try (Checkpoint checkpoint = Checkpoint.open(model);
                Engine engine = Engine.load(checkpoint, EngineOptions.EXACT.with(changed))) {
            engine.prefill(List.of(prompt(30)), AHEAD, gate);
        }
        assertThat(gate.stale().values())
                .isNotEmpty()
                .allSatisfy(experts -> assertThat(experts).hasSize(3));
        assertThat(gate.stale().entrySet().stream()
                        .filter(entry -> entry.getKey().layer() == 1)
                        .flatMapToInt(entry -> Arrays.stream(entry.getValue())))
                .doesNotContain(0, 3);
    }

    /** A text is generated token by token, and read as one prompt. */
    @Test
    void isTheSameForGeneratedTokens() {
        Path model = write(Blueprint.TINY_MIXTRAL);
        FreshGate generated = new FreshGate();
        FreshGate read = new FreshGate();
        Prompt prompt = prompt(9);
        try (Checkpoint checkpoint = Checkpoint.open(model);
                Engine engine = Engine.load(checkpoint)) {
            int[] fed = GenerationRows.fed(
                    prompt.tokens(),
                    engine.generate(
                                    List.of(prompt),
                                    GenerationOptions.upTo(6, Set.of()),
                                    AHEAD,
                                    generated.ofGeneration())
                            .get(0));
            engine.prefill(List.of(new Prompt(fed)), AHEAD, read);
        }
        assertThat(generated.stale().keySet()).isEqualTo(read.stale().keySet());
        assertThat(generated.stale().keySet().stream().mapToInt(Place::position).max())
                .hasValue(13);
        read.stale()
                .forEach((place, experts) ->
                        assertThat(generated.stale().get(place)).isEqualTo(experts));
    }

    @Test
    void isOfTheRecordedTokensOnly() {
        Path model = write(Blueprint.TINY_OLMOE);
        FreshGate all = new FreshGate();
        FreshGate last = new FreshGate();
        try (Checkpoint checkpoint = Checkpoint.open(model);
                Engine engine = Engine.load(checkpoint)) {
            List<Prompt> prompts = List.of(prompt(20), new Prompt(prompt(31).tokens(), 12));
            engine.prefill(prompts, AHEAD, all);
            engine.prefill(
                    prompts,
                    new Capture(Capture.Tokens.LAST, Capture.Tokens.NONE, Capture.Tokens.NONE)
                            .lookingAhead(List.of(0, 1)),
                    last);
        }
        assertThat(last.stale()).hasSize(2 * 3);
        last.stale()
                .forEach((place, experts) -> assertThat(all.stale().get(place)).isEqualTo(experts));
    }

    private Path write(Blueprint architecture) {
        return Variant.plain(architecture)
                .with("four layers of 8 experts", config -> {
                    config.put("num_hidden_layers", 4);
                    Feature.experts(config, 8);
                })
                .write(folder.resolve("model"), SEED);
    }

    private static Prompt prompt(int tokens) {
        return new Prompt(
                new SplittableRandom(SEED).ints(tokens, 0, Variant.VOCABULARY).toArray());
    }

    /** Copies a tensor of layer 0 to another layer, in the file. */
    private static void copy(Path model, String tensor, int layer) throws IOException {
        Path file = model.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        int header = Math.toIntExact(
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0));
        JsonNode names = new ObjectMapper().readTree(new String(bytes, Long.BYTES, header, StandardCharsets.UTF_8));
        int[] from = offsets(names, 0, tensor);
        int[] to = offsets(names, layer, tensor);
        assertThat(to[1] - to[0]).isEqualTo(from[1] - from[0]).isPositive();
        System.arraycopy(bytes, Long.BYTES + header + from[0], bytes, Long.BYTES + header + to[0], from[1] - from[0]);
        Files.write(file, bytes);
    }

    private static int[] offsets(JsonNode names, int layer, String tensor) {
        JsonNode offsets =
                names.path("model.layers.%d.%s".formatted(layer, tensor)).path("data_offsets");
        return IntStream.range(0, 2).map(i -> offsets.path(i).asInt()).toArray();
    }
}
