package io.gatehouse.sample.random;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.sample.random.DecoderWeights.Weight;
import io.gatehouse.testing.SharedData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

final class TestDecoderWeights {
    /** The totals of the published safetensors, from their model cards. */
    @Test
    void addUpToThePublishedModels() {
        assertThat(parameters(Blueprint.OLMOE_1B_7B)).isEqualTo(6_919_161_856L);
        assertThat(parameters(Blueprint.MIXTRAL_8X7B)).isEqualTo(46_702_792_704L);
        assertThat(parameters(Blueprint.QWEN1_5_MOE_A2_7B)).isEqualTo(14_315_784_192L);
        assertThat(parameters(Blueprint.QWEN3_30B_A3B)).isEqualTo(30_532_122_624L);
    }

    @Test
    void areThoseThatHuggingFaceWrites() throws IOException {
        hasTheWeightsOf("olmoe_a", Blueprint.TINY_OLMOE);
        hasTheWeightsOf("mixtral_a", Blueprint.TINY_MIXTRAL);
        hasTheWeightsOf("qwen2_moe_a", Blueprint.TINY_QWEN2_MOE);
        hasTheWeightsOf("qwen3_moe_a", Blueprint.TINY_QWEN3_MOE);
    }

    @Test
    void followWhatTheConfigSays() {
        ObjectNode config = Blueprint.TINY_QWEN3_MOE.config();
        config.put("attention_bias", true).put("tie_word_embeddings", true);
        config.putArray("mlp_only_layers").add(1);
        List<String> names =
                DecoderWeights.of(config).stream().map(Weight::name).toList();
        assertThat(names)
                .contains("model.layers.0.self_attn.o_proj.bias", "model.layers.1.mlp.down_proj.weight")
                .doesNotContain("lm_head.weight", "model.layers.1.mlp.gate.weight");
    }

    @Test
    void everyBlueprintIsFoundByItsTitle() {
        assertThat(Arrays.stream(Blueprint.values()).map(Blueprint::title).map(Blueprint::titled))
                .containsExactly(Blueprint.values());
    }

    private static long parameters(Blueprint blueprint) {
        return DecoderWeights.of(blueprint.config()).stream()
                .mapToLong(Weight::elements)
                .sum();
    }

    private static void hasTheWeightsOf(String fixture, Blueprint blueprint) throws IOException {
        Path file = SharedData.path("reference/" + fixture + "/model.safetensors");
        ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] json = new byte[Math.toIntExact(content.getLong())];
        content.get(json);
        Map<String, List<Long>> expected = new ObjectMapper()
                .readTree(json).properties().stream()
                        .filter(entry -> entry.getValue().has("shape"))
                        .collect(toMap(
                                Map.Entry::getKey,
                                entry -> elements(entry.getValue().path("shape"))
                                        .map(JsonNode::asLong)
                                        .toList()));
        assertThat(DecoderWeights.of(blueprint.config()).stream().collect(toMap(Weight::name, Weight::shape)))
                .as(fixture)
                .isEqualTo(expected);
    }

    private static Stream<JsonNode> elements(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }
}
