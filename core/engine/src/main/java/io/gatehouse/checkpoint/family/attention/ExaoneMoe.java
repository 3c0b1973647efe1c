package io.gatehouse.checkpoint.family.attention;

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
import java.util.Optional;

/**
 * K-EXAONE (LG AI Research): windows in three of four layers, and rotary embedding in these alone; DeepSeek-V3's router.
 */
public final class ExaoneMoe implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-5, 2048, 10_000, 32);

    @Override
    public String title() {
        return "K-EXAONE";
    }

    @Override
    public List<String> architectures() {
        return List.of("ExaoneMoeForCausalLM");
    }

    @Override
    public List<String> deviations() {
        return List.of(
                "transformers 5.24 cannot read a sliding_window_pattern of letters without layer_types; Gatehouse does.");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        FeedForward.Sparse mixture = keys.deepSeekV3Mixture("num_experts", "num_shared_experts", 1);
        List<FeedForward> feedForwards = keys.denseFirst("first_k_dense_replace", 1, mixture);
        List<String> types = keys.layerTypes(layer -> kind(file, layer));
        Residual residual = Residual.before(keys.norm());
        return keys.config(keys.layers(layer -> new Layer(
                keys.attention()
                        .qkNorm(QkNorm.ofHead(keys.epsilon()))
                        .mask(keys.mask(types.get(layer)))
                        .rope(
                                types.get(layer).equals(FamilyKeys.SLIDING_ATTENTION)
                                        ? Optional.of(keys.rope())
                                        : Optional.empty())
                        .build(),
                feedForwards.get(layer),
                residual)));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.DEEPSEEK.rename("mlp.gate.e_score_correction_bias", "mlp.e_score_correction_bias");
    }

    /** A layer of the pattern at "sliding_window_pattern": letters L and G, or after how many layers one is full. */
    private static String kind(ConfigFile file, int layer) {
        if (file.isText("sliding_window_pattern")) {
            String pattern = file.findText("sliding_window_pattern").orElseThrow();
            if (!pattern.matches("[LG]+")) {
                throw file.unsupported("sliding_window_pattern", pattern, "letters L and G");
            }
            return pattern.charAt(layer % pattern.length()) == 'L'
                    ? FamilyKeys.SLIDING_ATTENTION
                    : FamilyKeys.FULL_ATTENTION;
        }
        int every = file.findSize("sliding_window_pattern", Integer.MAX_VALUE).orElse(4);
        return (layer + 1) % every == 0 ? FamilyKeys.FULL_ATTENTION : FamilyKeys.SLIDING_ATTENTION;
    }
}
