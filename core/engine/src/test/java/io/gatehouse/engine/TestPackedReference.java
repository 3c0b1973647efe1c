package io.gatehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.PrefillTrace;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.testing.SharedData;
import io.gatehouse.testing.checkpoint.ReferenceFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * Compares packed checkpoints with the outputs that Hugging Face's model code gives for their weights dequantised in fp32:
 * the experts that every router chooses, their weights, and the logits.
 */
final class TestPackedReference {
    private static final double TOLERANCE = 2e-4;

    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "/io/gatehouse/engine/packed.csv")
    void givesTheSameAsTheDequantisedModel(String name, String architecture, @TempDir Path directory)
            throws IOException {
        Path fixture = SharedData.path("reference/quantised/" + name);
        List<int[]> prompts = prompts(fixture);
        PrefillTrace trace = new PrefillTrace(prompts);
        try (Checkpoint checkpoint = Checkpoint.open(fixture);
                Engine engine = Engine.load(checkpoint)) {
            assertThat(checkpoint.config().architecture()).isEqualTo(architecture);
            engine.prefill(prompts.stream().map(Prompt::new).toList(), Capture.TRACE, trace);
        }
        Path file = directory.resolve("actual.safetensors");
        SafetensorsWriter.write(file, trace.tensors(), Map.of());
        ReferenceFile actual = new ReferenceFile(file);
        ReferenceFile expected = new ReferenceFile(fixture.resolve("expected.safetensors"));
        List<Integer> layers = new ArrayList<>();
        JsonNode told =
                new ObjectMapper().readTree(fixture.resolve("expected.json").toFile());
        told.path("layers_with_experts").forEach(layer -> layers.add(layer.intValue()));
        int k = told.path("top_k").path(layers.get(0).toString()).intValue();
        for (int prompt = 0; prompt < prompts.size(); prompt++) {
            String of = "p" + prompt + ".";
            assertNear(of + "last_logits", actual.values(of + "last_logits"), expected.values(of + "last_logits"));
            for (int number : layers) {
                String layer = of + "layer" + number + ".";
                assertSameChoices(
                        layer,
                        k,
                        actual.values(layer + "topk_ids"),
                        actual.values(layer + "topk_weights"),
                        expected.values(layer + "topk_ids"),
                        expected.values(layer + "topk_weights"));
            }
        }
    }

    /** The choices of a token are a set; each expert has its weight. */
    private static void assertSameChoices(
            String layer, int k, double[] ids, double[] weights, double[] expectedIds, double[] expectedWeights) {
        assertThat(ids).as(layer).hasSameSizeAs(expectedIds);
        for (int token = 0; token < ids.length / k; token++) {
            Map<Double, Double> chosen = new HashMap<>();
            for (int i = token * k; i < (token + 1) * k; i++) {
                chosen.put(ids[i], weights[i]);
            }
            for (int i = token * k; i < (token + 1) * k; i++) {
                assertThat(chosen).as("%stoken %d", layer, token).containsKey(expectedIds[i]);
                assertThat(Math.abs(chosen.getOrDefault(expectedIds[i], Double.NaN) - expectedWeights[i]))
                        .as("%stoken %d, expert %s", layer, token, expectedIds[i])
                        .isLessThanOrEqualTo(TOLERANCE);
            }
        }
    }

    private static void assertNear(String name, double[] actual, double[] expected) {
        assertThat(actual).as(name).hasSameSizeAs(expected);
        double scale = Math.max(
                1,
                Math.sqrt(Arrays.stream(expected)
                        .map(value -> value * value)
                        .average()
                        .orElse(0)));
        for (int i = 0; i < expected.length; i++) {
            assertThat(Math.abs(actual[i] - expected[i]))
                    .as("%s[%d]: %s instead of %s", name, i, actual[i], expected[i])
                    .isLessThanOrEqualTo(TOLERANCE * scale);
        }
    }

    private static List<int[]> prompts(Path fixture) throws IOException {
        List<int[]> prompts = new ArrayList<>();
        for (JsonNode prompt : new ObjectMapper()
                .readTree(fixture.resolve("inputs.json").toFile())
                .path("prompts")) {
            int[] ids = new int[prompt.size()];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = prompt.get(i).intValue();
            }
            prompts.add(ids);
        }
        return prompts;
    }
}
