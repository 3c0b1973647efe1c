package io.gatehouse.checkpoint.config;

import java.util.Collections;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * OLMoE (Muennighoff et al., arXiv 2409.02060): every layer is a mixture of experts; queries and keys are normed over
 * the whole projection, then clipped.
 */
final class OlmoeLayout {
    private static final DecoderKeys.Defaults DEFAULTS =
            new DecoderKeys.Defaults(1e-5, 4096, 10_000, OptionalInt.empty());

    private OlmoeLayout() {}

    static ModelConfig read(ConfigFile file) {
        DecoderKeys keys = new DecoderKeys(file, DEFAULTS);
        DecoderKeys.Attention attention = new DecoderKeys.Attention(
                file.flag("attention_bias", false) ? AttentionBias.ALL : AttentionBias.NONE,
                QkNorm.PROJECTION,
                file.findPositive("clip_qkv").map(Double::floatValue));
        FeedForward mixture =
                keys.mixture("intermediate_size", file.flag("norm_topk_prob", false), OptionalInt.empty());
        return keys.config(
                Architecture.OLMOE,
                attention,
                ExpertNames.MLP,
                Collections.nCopies(keys.layers(), new Layer(mixture, Optional.empty())));
    }
}
