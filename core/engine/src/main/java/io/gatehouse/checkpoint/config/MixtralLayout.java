package io.gatehouse.checkpoint.config;

import java.util.Collections;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Mixtral (Jiang et al., arXiv 2401.04088): every layer is a mixture whose chosen weights always sum to one, and all
 * layers slide over the same window if there is one.
 */
final class MixtralLayout {
    private static final DecoderKeys.Defaults DEFAULTS =
            new DecoderKeys.Defaults(1e-5, 131_072, 1_000_000, OptionalInt.of(8));

    private MixtralLayout() {}

    static ModelConfig read(ConfigFile file) {
        DecoderKeys keys = new DecoderKeys(file, DEFAULTS);
        FeedForward mixture = keys.mixture("intermediate_size", true, OptionalInt.empty());
        return keys.config(
                Architecture.MIXTRAL,
                new DecoderKeys.Attention(AttentionBias.NONE, QkNorm.NONE, Optional.empty()),
                ExpertNames.BLOCK_SPARSE_MOE,
                Collections.nCopies(keys.layers(), new Layer(mixture, keys.slidingWindow())));
    }
}
