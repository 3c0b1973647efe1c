package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;

/**
 * GLM-4.5 to 4.7 (Zeng et al., arXiv 2508.06471) and the text model of GLM-4.5V: half of each head is rotated, and the router
 * is DeepSeek-V3's. Files have one layer more, which predicts further tokens and is not read.
 */
public final class Glm4Moe implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-5, 131_072, 10_000, 8);

    @Override
    public String title() {
        return "GLM-4.5 to 4.7";
    }

    @Override
    public List<String> architectures() {
        return List.of("Glm4MoeForCausalLM", "Glm4vMoeForConditionalGeneration");
    }

    @Override
    public List<String> textConfig() {
        return List.of("text_config");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        boolean readsImages = file.architecture().startsWith("Glm4v");
        Attention.Builder attention = keys.attention()
                .rope(keys.partialRope(0.5))
                .bias(file.flag("attention_bias", readsImages) ? AttentionBias.QUERY_KEY_VALUE : AttentionBias.NONE);
        if (file.flag("use_qk_norm", false)) {
            attention.qkNorm(QkNorm.ofHead(keys.epsilon()));
        }
        FeedForward.Sparse mixture = keys.deepSeekV3Mixture("n_routed_experts", "n_shared_experts", 1);
        Residual residual = Residual.before(keys.norm());
        Attention built = attention.build();
        return keys.config(keys.denseFirst("first_k_dense_replace", 1, mixture).stream()
                .map(feedForward -> new Layer(built, feedForward, residual))
                .toList());
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.DEEPSEEK;
    }
}
