package io.gatehouse.checkpoint.config;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Qwen3-MoE (Yang et al., arXiv 2505.09388): each head of queries and keys is normed separately; no shared expert. All
 * layers slide over the same window where it is used.
 */
final class Qwen3MoeLayout {
    private static final DecoderKeys.Defaults DEFAULTS =
            new DecoderKeys.Defaults(1e-6, 32_768, 10_000, OptionalInt.of(4));
    private static final int DEFAULT_WINDOW = 4096;

    private Qwen3MoeLayout() {}

    static ModelConfig read(ConfigFile file) {
        DecoderKeys keys = new DecoderKeys(file, DEFAULTS);
        DecoderKeys.Attention attention = new DecoderKeys.Attention(
                file.flag("attention_bias", false) ? AttentionBias.ALL : AttentionBias.NONE,
                QkNorm.HEAD,
                Optional.empty());
        FeedForward.Sparse mixture =
                keys.mixture("moe_intermediate_size", file.flag("norm_topk_prob", false), OptionalInt.empty());
        Optional<Integer> window = window(file, keys);
        List<Layer> layers = keys.sparseSteps(mixture).stream()
                .map(feedForward -> new Layer(feedForward, window))
                .toList();
        return keys.config(Architecture.QWEN3_MOE, attention, ExpertNames.MLP, layers);
    }

    /** Hugging Face's code uses neither "max_window_layers" nor "layer_types". */
    private static Optional<Integer> window(ConfigFile file, DecoderKeys keys) {
        if (!file.flag("use_sliding_window", false)) {
            return Optional.empty();
        }
        return file.has("sliding_window") ? keys.slidingWindow() : Optional.of(DEFAULT_WINDOW);
    }
}
