package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.testing.SharedData;
import io.gatehouse.testing.store.SeededFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestModelCommand {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root", ".."));

    @TempDir
    private Path directory = Path.of("");

    @Test
    void saysWhatTheSampleModelIs() throws Exception {
        JsonNode model = json(ROOT.resolve("core/sample/model"));
        assertThat(model.path("architecture").textValue()).isEqualTo("OlmoeForCausalLM");
        assertThat(model.path("layers").intValue()).isEqualTo(4);
        assertThat(model.path("experts").intValue()).isEqualTo(16);
        assertThat(model.path("experts_per_token").intValue()).isEqualTo(4);
        // Two embeddings of 640 x 128 and a norm; layers of four projections, four norms, a router, and experts.
        long outside = 2 * 640 * 128 + 128;
        long always = 4 * 128 * 128 + 4 * 128 + 16 * 128;
        long expert = 3 * 128 * 32;
        assertThat(model.path("parameters").longValue()).isEqualTo(outside + 4 * (always + 16 * expert));
        assertThat(model.path("parameters_per_token").longValue()).isEqualTo(outside + 4 * (always + 4 * expert));
        assertThat(model.path("bytes_in_bf16").longValue())
                .isEqualTo(2 * model.path("parameters").longValue())
                .isLessThan(Files.size(ROOT.resolve("core/sample/model/model.safetensors")));
        long twoLayers = outside + 2 * (always + 16 * expert);
        assertThat(model.path("memory_resident_exact").longValue()
                        - model.path("memory_at_least_exact").longValue())
                .as("weights that do not stay, and larger micro-batches")
                .isGreaterThan(2 * (model.path("parameters").longValue() - twoLayers));
        assertThat(model.path("memory_at_least_fast").longValue()).isBetween(1L << 30, 2L << 30);
        assertThat(model.path("context_length").intValue()).isEqualTo(384);
        assertThat(model.path("rotary_embedding").textValue()).isEqualTo("default");
        assertThat(model.path("vocabulary").intValue()).isEqualTo(640);
        assertThat(model.path("chat_template").booleanValue()).isFalse();
    }

    @Test
    void saysWhatTheRelativesDoDifferently() throws Exception {
        assertThat(json(SharedData.path("reference/olmoe_a"))
                        .path("bytes_in_f32")
                        .longValue())
                .isPositive();
        assertThat(json(SharedData.path("reference/mixtral_a"))
                        .path("key_value_heads")
                        .intValue())
                .isEqualTo(2);
        assertThat(json(SharedData.path("reference/mixtral_a"))
                        .path("weights_sum_to_one")
                        .booleanValue())
                .isTrue();
        JsonNode qwen2 = json(SharedData.path("reference/qwen2_moe_a"));
        assertThat(qwen2.path("mixture_layers").intValue()).isEqualTo(2);
        assertThat(qwen2.path("dense_layers").intValue()).isEqualTo(2);
        assertThat(qwen2.path("shared_expert_size").intValue()).isEqualTo(48);
        assertThat(qwen2.path("sliding_layers").intValue()).isZero();
        assertThat(json(SharedData.path("reference/qwen3_moe_a"))
                        .path("head_size")
                        .intValue())
                .isEqualTo(24);
    }

    @Test
    void printsLabelsForPeople() throws Exception {
        Path sample = ROOT.resolve("core/sample/model");
        CommandOutcome outcome = CommandOutcome.of("model", sample.toString());
        assertThat(outcome.exitCode()).isZero();
        List<String> keys = new ArrayList<>();
        json(sample).fieldNames().forEachRemaining(keys::add);
        assertThat(outcome.out()
                        .lines()
                        .map(line -> line.replaceFirst("  .*", "")
                                .toLowerCase(Locale.ROOT)
                                .replaceAll("[^a-z0-9]+", "_")))
                .containsExactlyElementsOf(keys);
        assertThat(outcome.out())
                .containsPattern("Parameters +1,")
                .containsPattern("Memory at least, exact +[0-9.]+ GB");
    }

    @Test
    void keepsWeightsBesideRunsOfTheirCheckpointOnly() {
        String sample = ROOT.resolve("core/sample/model").toString();
        CommandOutcome none = CommandOutcome.of("model", sample, "--run", "served");
        assertThat(none.exitCode()).isEqualTo(2);
        assertThat(none.err()).startsWith("error: --run needs --db");
        Path file = directory.resolve("a.duckdb");
        CommandOutcome missing = CommandOutcome.of("model", sample, "--db", file.toString());
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.err()).isEqualTo("error: There is no database file %s.%n", file);
        CommandOutcome address = CommandOutcome.of("model", sample, "--db", "http://127.0.0.1:8080");
        assertThat(address.err())
                .startsWith("error: http:/127.0.0.1:8080 is not a file; give the path of the database file.");
        assertThat(address.exitCode()).isEqualTo(1);
        SeededFile.write(file);
        CommandOutcome others = CommandOutcome.of("model", sample, "--db", file.toString());
        assertThat(others.exitCode()).isEqualTo(1);
        assertThat(others.err()).contains("holds no run of " + sample).hasLineCount(1);
        CommandOutcome taken = CommandOutcome.of("model", sample, "--db", file.toString(), "--run", "first");
        assertThat(taken.exitCode()).isEqualTo(1);
        assertThat(taken.err())
                .startsWith("error: Run \"first\" was not recorded with this checkpoint: it ")
                .hasLineCount(1);
    }

    @Test
    void saysInOneLineWhatIsNoModel() throws Exception {
        CommandOutcome missing =
                CommandOutcome.of("model", directory.resolve("none").toString());
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.err()).isEqualTo("error: Model directory %s does not exist.%n", directory.resolve("none"));
        Files.writeString(directory.resolve("config.json"), "{\"architectures\": [\"LlamaForCausalLM\"]}");
        CommandOutcome other = CommandOutcome.of("model", directory.toString());
        assertThat(other.exitCode()).isEqualTo(1);
        assertThat(other.err())
                .contains("asks for architectures 'LlamaForCausalLM'")
                .contains("MixtralForCausalLM")
                .hasLineCount(1);
    }

    private static JsonNode json(Path model) throws Exception {
        CommandOutcome outcome = CommandOutcome.of("model", model.toString(), "--json");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        return new ObjectMapper().readTree(outcome.out());
    }
}
