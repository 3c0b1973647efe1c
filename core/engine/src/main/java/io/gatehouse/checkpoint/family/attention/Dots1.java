package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Attention;
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
 * dots.llm1 (Huo et al., arXiv 2506.05767): Qwen3's attention with DeepSeek-V3's router.
 */
public final class Dots1 implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-6, 2048, 10_000, 32);

    @Override
    public String title() {
        return "dots.llm1";
    }

    @Override
    public List<String> architectures() {
        return List.of("Dots1ForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        Attention attention = keys.attention()
                .rope(keys.rope())
                .bias(keys.bias(false))
                .qkNorm(QkNorm.ofHead(keys.epsilon()))
                .build();
        FeedForward.Sparse mixture = keys.deepSeekV3Mixture("n_routed_experts", "n_shared_experts", 0, false);
        int first = file.findWhole("max_window_layers", 0, Integer.MAX_VALUE).orElse(62);
        boolean window = file.findSize("sliding_window", Integer.MAX_VALUE).isPresent();
        List<String> types = keys.layerTypes(
                layer -> window && layer >= first ? FamilyKeys.SLIDING_ATTENTION : FamilyKeys.FULL_ATTENTION);
        List<FeedForward> feedForwards = keys.denseFirst("first_k_dense_replace", 0, mixture);
        Residual residual = Residual.before(keys.norm());
        return keys.config(keys.layers(
                layer -> new Layer(attention.with(keys.mask(types.get(layer))), feedForwards.get(layer), residual)));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.DEEPSEEK;
    }
}
