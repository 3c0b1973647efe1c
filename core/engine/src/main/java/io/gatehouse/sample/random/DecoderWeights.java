package io.gatehouse.sample.random;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.checkpoint.DecoderTensors;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.family.Families;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The weights of a decoder that a config.json describes, in the order of the layers.
 *
 * <p>A matrix is N(0, 1 / inputs), so that it keeps the size of what it multiplies; at a width of 2,048 that is the
 * usual deviation of 0.02. Three are not. The attention's output is divided by sqrt(2 x layers) (Radford et al., 2019):
 * it mixes tokens, and at full size all tokens of a prompt would be alike after some layers and would choose the same
 * experts. Embeddings are N(0, 1), so that tokens differ. Routers are N(0, 4 / inputs): logits of deviation 2 give gates
 * that prefer some experts clearly, as trained ones do. Norms are N(1, 0.1^2) and biases N(0, 0.1^2).
 */
final class DecoderWeights {
    private static final Pattern PROJECTION = Pattern.compile(
            "model\\.layers\\..*(?<!\\bindexer)\\.(?:\\w+_proj|kv_a_proj_with_mqa|in_proj_\\w+)\\.weight");

    /** A normal distribution. */
    record Spread(double mean, double deviation) {}

    /**
     * A weight and the distribution of its entries.
     *
     * @param projection whether it is one of the matrices that packed checkpoints pack: a projection of a layer
     */
    record Weight(String name, List<Long> shape, Spread spread, boolean projection) {
        Weight {
            requireNonNull(name, "name is null");
            shape = List.copyOf(shape);
            requireNonNull(spread, "spread is null");
        }

        long elements() {
            return shape.stream().reduce(1L, Math::multiplyExact);
        }
    }

    private DecoderWeights() {}

    /** The model of a config. */
    static Families.Described described(JsonNode config) {
        byte[] content = config.toString().getBytes(StandardCharsets.UTF_8);
        return Families.read(ConfigFile.parse(Path.of("config.json"), content));
    }

    static List<Weight> of(JsonNode config) {
        Families.Described described = described(config);
        return DecoderTensors.of(described.config()).stream()
                .map(tensor -> new Weight(
                        described.names().published(tensor.name()),
                        tensor.shape(),
                        spread(tensor, described.config()),
                        tensor.shape().size() == 2
                                && PROJECTION.matcher(tensor.name()).matches()))
                .toList();
    }

    private static Spread spread(DecoderTensors.Tensor tensor, ModelConfig model) {
        String name = tensor.name();
        if (tensor.shape().size() == 1) {
            return new Spread(name.endsWith(".bias") ? 0 : 1, 0.1);
        }
        double inputs = tensor.shape().get(1);
        if (name.equals("model.embed_tokens.weight")) {
            return new Spread(0, model.tieWordEmbeddings() ? 1 / Math.sqrt(inputs) : 1);
        }
        double gain = name.endsWith("gate.weight")
                ? 2
                : name.endsWith("o_proj.weight")
                        ? 1 / Math.sqrt(2.0 * model.layers().size())
                        : 1;
        return new Spread(0, gain / Math.sqrt(inputs));
    }
}
