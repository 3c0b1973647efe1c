package io.gatehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the engine with the outputs that Hugging Face's own model code gives for tiny random checkpoints. */
final class TestReference {
    private static final double TOLERANCE = 2e-4;

    /**
     * The values of a tensor of these older fixtures, which hold what comes layer by layer in one tensor [R, T, ...]
     * over the layers with experts; the engine writes a tensor for each layer.
     */
    private static double[] values(ReferenceFile actual, String name) {
        String prompt = name.substring(0, name.indexOf('.') + 1);
        String kind = name.substring(prompt.length());
        List<String> layers = StreamSupport.stream(actual.names().spliterator(), false)
                .filter(key -> key.matches(Pattern.quote(prompt) + "layer\\d+\\." + kind))
                .sorted()
                .toList();
        return layers.isEmpty()
                ? actual.values(name)
                : layers.stream()
                        .flatMapToDouble(key -> Arrays.stream(actual.values(key)))
                        .toArray();
    }

    private record Inputs(List<int[]> prompts) {}

    @ParameterizedTest
    @ValueSource(strings = {"olmoe_a", "mixtral_a", "qwen2_moe_a", "qwen3_moe_a"})
    void givesTheSameAsHuggingFace(String model, @TempDir Path directory) throws IOException {
        Path fixture = SharedData.path("reference/" + model);
        List<int[]> prompts = new ObjectMapper()
                .readValue(fixture.resolve("inputs.json").toFile(), Inputs.class)
                .prompts();
        PrefillTrace trace = new PrefillTrace(prompts);
        try (Checkpoint checkpoint = Checkpoint.open(fixture);
                Engine engine = Engine.load(checkpoint)) {
            engine.prefill(prompts.stream().map(Prompt::new).toList(), Capture.TRACE, trace);
        }
        Path file = directory.resolve("actual.safetensors");
        SafetensorsWriter.write(file, trace.tensors(), Map.of());

        ReferenceFile actual = new ReferenceFile(file);
        ReferenceFile expected = new ReferenceFile(fixture.resolve("expected.safetensors"));
        for (String name : expected.names()) {
            double tolerance = name.endsWith("_ids") ? 0 : TOLERANCE;
            double[] actualValues = values(actual, name);
            double[] expectedValues = expected.values(name);
            assertThat(actualValues).as(name).hasSameSizeAs(expectedValues);
            for (int i = 0; i < expectedValues.length; i++) {
                assertThat(Math.abs(actualValues[i] - expectedValues[i]))
                        .as("%s[%d]: %s instead of %s", name, i, actualValues[i], expectedValues[i])
                        .isLessThanOrEqualTo(tolerance);
            }
        }
    }
}
