package io.gatehouse.checkpoint.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Qwen2-MoE (Yang et al., arXiv 2407.10671): a gated shared expert beside each mixture, biased queries, keys and
 * values, and windows over some of the layers.
 */
final class Qwen2MoeLayout {
    private static final DecoderKeys.Defaults DEFAULTS =
            new DecoderKeys.Defaults(1e-6, 32_768, 10_000, OptionalInt.of(16));
    private static final int DEFAULT_WINDOW = 4096;
    private static final int DEFAULT_WINDOW_LAYERS = 28;

    private Qwen2MoeLayout() {}

    static ModelConfig read(ConfigFile file) {
        DecoderKeys keys = new DecoderKeys(file, DEFAULTS);
        DecoderKeys.Attention attention = new DecoderKeys.Attention(
                file.flag("qkv_bias", true) ? AttentionBias.QUERY_KEY_VALUE : AttentionBias.NONE,
                QkNorm.NONE,
                Optional.empty());
        FeedForward.Sparse mixture = keys.mixture(
                "moe_intermediate_size",
                file.flag("norm_topk_prob", false),
                OptionalInt.of(file.size("shared_expert_intermediate_size", DecoderKeys.MAX_WIDTH)));
        List<FeedForward> feedForwards = keys.sparseSteps(mixture);
        List<Optional<Integer>> windows = windows(file, keys);
        List<Layer> layers = new ArrayList<>();
        for (int layer = 0; layer < feedForwards.size(); layer++) {
            layers.add(new Layer(feedForwards.get(layer), windows.get(layer)));
        }
        return keys.config(Architecture.QWEN2_MOE, attention, ExpertNames.MLP, layers);
    }

    /**
     * Layers slide that "layer_types" says; without it, those of even number below "max_window_layers". Hugging Face
     * read the keys otherwise before it had "layer_types": its eager code then slid over all layers.
     */
    private static List<Optional<Integer>> windows(ConfigFile file, DecoderKeys keys) {
        int layers = keys.layers();
        boolean used = file.flag("use_sliding_window", false);
        int limit = file.findWhole("max_window_layers", 0, Integer.MAX_VALUE).orElse(DEFAULT_WINDOW_LAYERS);
        List<String> types = keys.layerTypes(layers)
                .orElseGet(() -> IntStream.range(0, layers)
                        .mapToObj(layer -> used && layer % 2 == 0 && layer < limit
                                ? DecoderKeys.SLIDING_ATTENTION
                                : DecoderKeys.FULL_ATTENTION)
                        .toList());
        if (!types.contains(DecoderKeys.SLIDING_ATTENTION)) {
            return Collections.nCopies(layers, Optional.empty());
        }
        if (!used) {
            throw file.wrong("use_sliding_window", false, "true, which its layer_types need");
        }
        int window = file.has("sliding_window") ? file.size("sliding_window", Integer.MAX_VALUE) : DEFAULT_WINDOW;
        return types.stream()
                .map(type ->
                        type.equals(DecoderKeys.SLIDING_ATTENTION) ? Optional.of(window) : Optional.<Integer>empty())
                .toList();
    }
}
