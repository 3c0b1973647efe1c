package io.gatehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.PrefillTrace;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares the engine with the outputs of Hugging Face's code for tiny random checkpoints of every family: all of them
 * where ../shared is on this machine, and else those of the project, which together use every block.
 */
final class TestFamilies {
    /** Fixtures whose family is not implemented yet, with the part that each lacks. */
    private static final Map<String, String> LACKING = lacking();

    private record Inputs(List<int[]> prompts) {}

    @TempDir
    private Path directory = Path.of("");

    @TestFactory
    Stream<DynamicTest> givesTheSameAsHuggingFace() throws IOException {
        return FamilyFixtures.whole().stream()
                .filter(fixture -> !LACKING.containsKey(FamilyFixtures.name(fixture)))
                .map(fixture -> DynamicTest.dynamicTest(FamilyFixtures.name(fixture), () -> compare(fixture)));
    }

    @Test
    void refusesByNameTheFamiliesThatAreNotImplemented() throws IOException {
        for (Path fixture : FamilyFixtures.described()) {
            if (LACKING.containsKey(FamilyFixtures.name(fixture))) {
                assertThatExceptionOfType(GatehouseException.class)
                        .as("%s lacks %s", fixture, LACKING.get(FamilyFixtures.name(fixture)))
                        .isThrownBy(() -> Checkpoint.open(fixture).close())
                        .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNSUPPORTED_MODEL));
            }
        }
    }

    private void compare(Path fixture) throws IOException {
        List<int[]> prompts = new ObjectMapper()
                .readValue(fixture.resolve("inputs.json").toFile(), Inputs.class)
                .prompts();
        PrefillTrace trace = new PrefillTrace(prompts);
        try (Checkpoint checkpoint = Checkpoint.open(fixture);
                Engine engine = Engine.load(checkpoint)) {
            engine.prefill(prompts.stream().map(Prompt::new).toList(), Capture.TRACE, trace);
        }
        Path file = directory.resolve(FamilyFixtures.name(fixture) + ".safetensors");
        SafetensorsWriter.write(file, trace.tensors(), Map.of());
        ReferenceComparison comparison = ReferenceComparison.of(file, fixture.resolve("expected.safetensors"));
        assertThat(comparison.wrong())
                .as("of %d tensors", comparison.compared())
                .isEmpty();
        assertThat(comparison.compared()).isGreaterThan(prompts.size());
    }

    /** Fixtures whose family is refused, with the part that each lacks. */
    static Map<String, String> lacking() {
        Map<String, String> lacking = new TreeMap<>();
        put(lacking, "latent attention of other sizes in layers with a window", "dots3_note_a");
        put(lacking, "an indexer over pools of tokens", "glm5_next_a");
        put(lacking, "queries scaled for each head by position", "mistral_large4_a");
        put(lacking, "hyper-connections", "deepseek_v4_a", "hy_v4_a", "hy_v4_vl_a", "qwen4_exp_a");
        put(lacking, "compressed convolutional attention", "zaya_a");
        put(lacking, "relative positions", "inkling2_a", "inkling_a");
        put(lacking, "block-sparse attention", "minimax_m3_vl_a");
        put(lacking, "experts of the attention", "jetmoe_a");
        put(lacking, "two sub-layers with a shortcut mixture", "longcat_flash_a");
        put(lacking, "residuals whose factors depend on the depth", "beam_a");
        put(lacking, "residuals weighed by a learned number", "muse_spark_a");
        put(lacking, "product keys", "doge_a");
        return lacking;
    }

    private static void put(Map<String, String> lacking, String part, String... fixtures) {
        lacking.putAll(Stream.of(fixtures).collect(Collectors.toMap(fixture -> fixture, fixture -> part)));
    }
}
