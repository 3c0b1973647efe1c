package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.server.SeededFile;
import io.gatehouse.testing.SharedData;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestModelCommand {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root", ".."));

    @TempDir
    private Path directory = Path.of("");

    @Test
    void saysWhatTheSampleModelIs() throws Exception {
        JsonNode model = json(ROOT.resolve("core/sample/model"));
        assertThat(model.path("Architecture").textValue()).isEqualTo("OlmoeForCausalLM");
        assertThat(model.path("Layers").intValue()).isEqualTo(4);
        assertThat(model.path("Experts").intValue()).isEqualTo(16);
        assertThat(model.path("Experts per token").intValue()).isEqualTo(4);
        // Two embeddings of 640 x 128 and a norm; layers of four projections, four norms, a router, and experts.
        long outside = 2 * 640 * 128 + 128;
        long always = 4 * 128 * 128 + 4 * 128 + 16 * 128;
        long expert = 3 * 128 * 32;
        assertThat(model.path("Parameters").longValue()).isEqualTo(outside + 4 * (always + 16 * expert));
        assertThat(model.path("Parameters per token").longValue()).isEqualTo(outside + 4 * (always + 4 * expert));
        assertThat(model.path("Bytes in BF16").longValue())
                .isEqualTo(2 * model.path("Parameters").longValue())
                .isLessThan(Files.size(ROOT.resolve("core/sample/model/model.safetensors")));
        long twoLayers = outside + 2 * (always + 16 * expert);
        assertThat(model.path("Memory, resident, exact").longValue()
                        - model.path("Memory at least, exact").longValue())
                .as("weights that do not stay, and larger micro-batches")
                .isGreaterThan(2 * (model.path("Parameters").longValue() - twoLayers));
        assertThat(model.path("Memory at least, fast").longValue()).isBetween(1L << 30, 2L << 30);
        assertThat(model.path("Context length").intValue()).isEqualTo(384);
        assertThat(model.path("Rotary embedding").textValue()).isEqualTo("default");
        assertThat(model.path("Vocabulary").intValue()).isEqualTo(640);
        assertThat(model.path("Chat template").booleanValue()).isFalse();
    }

    @Test
    void saysWhatTheRelativesDoDifferently() throws Exception {
        assertThat(json(SharedData.path("reference/olmoe_a"))
                        .path("Bytes in F32")
                        .longValue())
                .isPositive();
        assertThat(json(SharedData.path("reference/mixtral_a"))
                        .path("Key-value heads")
                        .intValue())
                .isEqualTo(2);
        assertThat(json(SharedData.path("reference/mixtral_a"))
                        .path("Weights sum to one")
                        .booleanValue())
                .isTrue();
        JsonNode qwen2 = json(SharedData.path("reference/qwen2_moe_a"));
        assertThat(qwen2.path("Mixture layers").intValue()).isEqualTo(2);
        assertThat(qwen2.path("Dense layers").intValue()).isEqualTo(2);
        assertThat(qwen2.path("Shared expert size").intValue()).isEqualTo(48);
        assertThat(qwen2.path("Sliding layers").intValue()).isZero();
        assertThat(json(SharedData.path("reference/qwen3_moe_a"))
                        .path("Head size")
                        .intValue())
                .isEqualTo(24);
    }

    @Test
    void printsTheSameLabelsForPeople() throws Exception {
        Path sample = ROOT.resolve("core/sample/model");
        CommandOutcome outcome = CommandOutcome.of("model", sample.toString());
        assertThat(outcome.exitCode()).isZero();
        json(sample)
                .fieldNames()
                .forEachRemaining(label -> assertThat(outcome.out()).contains(label + " "));
        assertThat(outcome.out()).containsPattern("Parameters +1,");
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
