package io.gatehouse.checkpoint.family.keys;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.GatedDelta;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The keys that families with recurrences share. */
public final class HybridKeys {
    public static final String LINEAR_ATTENTION = "linear_attention";

    private HybridKeys() {}

    /** The key "layer_types" with these kinds, or what an absent one stands for, layer by layer. */
    public static List<String> layerTypes(FamilyKeys keys, IntFunction<String> absent, String... known) {
        int layers = keys.layers();
        return keys.kinds("layer_types", layers, List.of(known))
                .orElseGet(() -> IntStream.range(0, layers).mapToObj(absent).toList());
    }

    /** The gated DeltaNet of Qwen's keys. */
    public static GatedDelta gatedDelta(ConfigFile file, float epsilon, GatedDelta.Projections projections) {
        int keyHeads = file.size("linear_num_key_heads", FamilyKeys.MAX_HEADS);
        int valueHeads = file.size("linear_num_value_heads", FamilyKeys.MAX_HEADS);
        if (valueHeads % keyHeads != 0) {
            throw file.wrong(
                    "linear_num_value_heads", valueHeads, "a multiple of the %d key heads".formatted(keyHeads));
        }
        return new GatedDelta(
                keyHeads,
                valueHeads,
                file.size("linear_key_head_dim", FamilyKeys.MAX_WIDTH),
                file.size("linear_value_head_dim", FamilyKeys.MAX_WIDTH),
                kernel(file, "linear_conv_kernel_dim"),
                epsilon,
                projections);
    }

    /** Tokens that a convolution sees. */
    public static int kernel(ConfigFile file, String key) {
        return file.size(key, 1 << 10);
    }

    /** Bounds of the steps of a state space. */
    public record Limits(float least, float greatest) {}

    /** Two numbers, of which the second may be infinite; none if the key is absent. */
    public static Limits limits(ConfigFile file, String key) {
        List<Double> numbers = file.numbersToInfinity(key);
        if (numbers.isEmpty()) {
            return new Limits(0, Float.POSITIVE_INFINITY);
        }
        if (numbers.size() != 2 || numbers.get(0) > numbers.get(1)) {
            throw file.wrong(key, numbers, "two bounds");
        }
        return new Limits(numbers.get(0).floatValue(), numbers.get(1).floatValue());
    }
}
