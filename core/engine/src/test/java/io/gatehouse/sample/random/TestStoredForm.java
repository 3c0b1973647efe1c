package io.gatehouse.sample.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.sample.random.StoredForm.Coding;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random checkpoints in packed forms, as the reader of packed checkpoints decodes them. */
final class TestStoredForm {
    @TempDir
    private Path folder = Path.of("");

    private static final class Silent implements WritingListener {
        @Override
        public void written(String file, long bytes) {}

        @Override
        public boolean cancelled() {
            return false;
        }
    }

    @Test
    void fp8HasAScaleForEachBlock() {
        Path model = write(Blueprint.QWEN3_30B_A3B, "fp8", Map.of("hidden_size", 200, "moe_intermediate_size", 144));
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            assertThat(checkpoint.footprint().bytes()).containsKeys("FP8", "BF16");
            assertThat(checkpoint.tensor("model.layers.0.mlp.gate.weight").format())
                    .isEqualTo("BF16");
            isNormal(checkpoint, "model.layers.0.mlp.experts.3.up_proj.weight", 200, 0.02);
            isNormal(checkpoint, "model.layers.0.self_attn.k_proj.weight", 200, 0.02);
        }
    }

    @Test
    void int4HasAScaleForEachGroup() {
        Path model = write(Blueprint.QWEN3_30B_A3B, "int4", Map.of("hidden_size", 256, "moe_intermediate_size", 128));
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            assertThat(checkpoint.tensor("model.layers.1.mlp.gate.weight").format())
                    .isEqualTo("BF16");
            assertThat(checkpoint.tensor("lm_head.weight").format()).isEqualTo("BF16");
            isNormal(checkpoint, "model.layers.1.mlp.experts.127.gate_proj.weight", 256, 0.03);
            isNormal(checkpoint, "model.layers.0.self_attn.q_proj.weight", 256, 0.03);
        }
    }

    @Test
    void mxfp4HasTheExpertsOfALayerTogether() {
        Path model = write(
                Blueprint.GPT_OSS_20B,
                "mxfp4",
                Map.of("hidden_size", 96, "intermediate_size", 64, "num_local_experts", 4));
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            assertThat(checkpoint.footprint().bytes()).containsKeys("MXFP4", "BF16");
            assertThat(checkpoint.tensors())
                    .extracting(tensor -> tensor.name() + " " + tensor.shape())
                    .contains(
                            "model.layers.1.mlp.experts.gate_up_proj_blocks [4, 128, 3, 16]",
                            "model.layers.1.mlp.experts.gate_up_proj_scales [4, 128, 3]",
                            "model.layers.1.mlp.experts.gate_up_proj_bias [4, 128]",
                            "model.layers.1.mlp.experts.down_proj_blocks [4, 96, 2, 16]",
                            "model.layers.1.mlp.experts.down_proj_bias [4, 96]");
            isNormal(checkpoint, "model.layers.0.mlp.experts.3.up_proj.weight", 96, 0.1);
            isNormal(checkpoint, "model.layers.1.mlp.experts.0.down_proj.weight", 64, 0.1);
        }
    }

    @Test
    void codesAreTheNearest() {
        Coding fp8 = new Coding.E4m3(1);
        assertThat(fp8.bits(0)).isZero();
        assertThat(fp8.bits(1)).isEqualTo(0x38);
        assertThat(fp8.bits(-1.0625f)).isEqualTo(0xb9);
        assertThat(fp8.bits(1e6f)).isEqualTo(0x7e);
        assertThat(fp8.bits(0x1p-9f)).isEqualTo(1);
        Coding fp4 = new Coding.E2m1(2);
        assertThat(fp4.bits(1)).isEqualTo(1);
        assertThat(fp4.bits(-12)).isEqualTo(15);
        assertThat(fp4.bits(5.2f)).isEqualTo(5);
        Coding int4 = new Coding.Int4(0.5f);
        assertThat(int4.bits(0)).isEqualTo(8);
        assertThat(int4.bits(-100)).isZero();
        assertThat(int4.bits(0.8f)).isEqualTo(10);
    }

    /** The deviation is that of the weight before it was packed, but for the error of the codes. */
    private static void isNormal(Checkpoint checkpoint, String name, int inputs, double tolerance) {
        float[] decoded = checkpoint.tensor(name).values(checkpoint);
        double[] values =
                IntStream.range(0, decoded.length).mapToDouble(i -> decoded[i]).toArray();
        double mean = Arrays.stream(values).average().orElseThrow();
        double square =
                Arrays.stream(values).map(value -> value * value).average().orElseThrow();
        assertThat(mean * Math.sqrt(inputs)).as("mean of %s", name).isCloseTo(0, within(0.05));
        assertThat(Math.sqrt(square * inputs)).as("deviation of %s", name).isCloseTo(1, within(tolerance));
        assertThat(Arrays.stream(values).distinct().count()).isGreaterThan(10);
    }

    private Path write(Blueprint blueprint, String storage, Map<String, Integer> sizes) {
        ObjectNode config = blueprint.config(storage);
        blueprint.setLayers(config, 2);
        config.put("num_attention_heads", 4)
                .put("num_key_value_heads", 2)
                .put("head_dim", 32)
                .put("vocab_size", 400);
        sizes.forEach(config::put);
        Path model = folder.resolve("model");
        new RandomCheckpoint(config, StoredType.BF16, 1, RandomCheckpoint.FILE_BYTES)
                .write(model, TokenizerSource.bytes(), new Silent());
        return model;
    }
}
