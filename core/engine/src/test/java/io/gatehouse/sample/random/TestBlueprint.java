package io.gatehouse.sample.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.family.Families;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class TestBlueprint {
    private static final double BILLION = 1e9;

    /** Parameters as the model cards have them, in thousand millions. */
    private static final Map<Blueprint, Double> CARDS = Map.ofEntries(
            Map.entry(Blueprint.QWEN3_NEXT_80B_A3B, 80.0),
            Map.entry(Blueprint.DEEPSEEK_V2_LITE, 15.7),
            Map.entry(Blueprint.DEEPSEEK_V3, 671.0),
            Map.entry(Blueprint.MOONLIGHT_16B_A3B, 16.0),
            Map.entry(Blueprint.KIMI_K2_THINKING, 1_030.0),
            Map.entry(Blueprint.KIMI_LINEAR_48B_A3B, 49.0),
            Map.entry(Blueprint.GLM_4_5_AIR, 107.0),
            Map.entry(Blueprint.GLM_4_7_FLASH, 30.0),
            Map.entry(Blueprint.GPT_OSS_20B, 20.9),
            Map.entry(Blueprint.GPT_OSS_120B, 116.8),
            Map.entry(Blueprint.MINIMAX_M2, 229.0),
            Map.entry(Blueprint.MINIMAX_TEXT_01, 456.0),
            Map.entry(Blueprint.GRANITE_3_0_3B_A800M, 3.3),
            Map.entry(Blueprint.GRANITE_4_0_H_TINY, 7.0),
            Map.entry(Blueprint.LFM2_8B_A1B, 8.3),
            Map.entry(Blueprint.ERNIE_4_5_21B_A3B, 21.9),
            Map.entry(Blueprint.HUNYUAN_A13B, 80.4),
            Map.entry(Blueprint.LLAMA_4_SCOUT, 107.8),
            Map.entry(Blueprint.PHI_3_5_MOE, 41.9),
            Map.entry(Blueprint.DBRX, 132.0),
            Map.entry(Blueprint.JAMBA_V0_1, 51.6),
            Map.entry(Blueprint.NEMOTRON_3_NANO_30B_A3B, 31.6),
            Map.entry(Blueprint.DOTS_LLM1, 142.8),
            Map.entry(Blueprint.FLEXOLMO_7X7B, 33.3),
            Map.entry(Blueprint.TRINITY_MINI, 26.1));

    @Test
    void addsUpToTheModelCard() {
        CARDS.forEach((blueprint, billions) -> {
            double parameters = DecoderWeights.of(blueprint.config()).stream()
                            .mapToLong(DecoderWeights.Weight::elements)
                            .sum()
                    / BILLION;
            assertThat(parameters).as(blueprint.title()).isCloseTo(billions, within(0.025 * billions));
        });
    }

    @Test
    void areOfAtLeastTwentyFamilies() {
        List<String> architectures = Arrays.stream(Blueprint.values())
                .map(blueprint ->
                        blueprint.config().path("architectures").path(0).asText())
                .toList();
        assertThat(Families.all().stream()
                        .map(Family::architectures)
                        .filter(names -> names.stream().anyMatch(architectures::contains))
                        .collect(Collectors.toList()))
                .hasSizeGreaterThanOrEqualTo(20);
    }

    /** Lists that have an entry for each layer are cut with them. */
    @Test
    void takesFewerAndMoreLayers() {
        for (Blueprint blueprint : Blueprint.values()) {
            for (int layers : new int[] {8, 100}) {
                ObjectNode config = blueprint.config();
                blueprint.setLayers(config, layers);
                ModelConfig model = DecoderWeights.described(config).config();
                assertThat(model.layers()).as(blueprint.title()).hasSize(layers);
                assertThat(model.feedForwards()).as(blueprint.title()).anyMatch(FeedForward.Sparse.class::isInstance);
            }
        }
    }

    @Test
    void knowsInWhichFormsItIsPublished() {
        assertThat(Blueprint.GPT_OSS_20B.storages()).containsExactly("mxfp4");
        assertThat(Blueprint.QWEN3_30B_A3B.storages()).containsExactly("fp8", "int4");
        assertThat(Blueprint.KIMI_K2_THINKING
                        .config("int4")
                        .path("quantization_config")
                        .path("quant_method"))
                .hasToString("\"compressed-tensors\"");
        assertThat(Blueprint.DEEPSEEK_V3.config().has("_published")).isFalse();
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> Blueprint.OLMOE_1B_7B.config("fp8"))
                .withMessage("olmoe-1b-7b is not published in 'fp8'; it is in no packed form.")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> Blueprint.QWEN3_30B_A3B.config("mxfp4"))
                .withMessage("qwen3-30b-a3b is not published in 'mxfp4'; it is in fp8, int4.");
    }
}
