package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;

/**
 * Solar Open (Upstage): Llama's attention with DeepSeek-V3's router in every layer.
 */
public final class SolarOpen implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-5, 131_072, 1_000_000, 8);

    @Override
    public String title() {
        return "Solar Open";
    }

    @Override
    public List<String> architectures() {
        return List.of("SolarOpenForCausalLM");
    }

    @Override
    public List<String> deviations() {
        return List.of("transformers 5.24 cannot run a partial_rotary_factor below 1; Gatehouse does.");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        Attention attention = keys.attention()
                .rope(keys.partialRope(1))
                .bias(file.flag("attention_bias", false) ? AttentionBias.QUERY_KEY_VALUE : AttentionBias.NONE)
                .build();
        FeedForward mixture = keys.deepSeekV3Mixture("n_routed_experts", "n_shared_experts", 1);
        return keys.config(keys.alike(new Layer(attention, mixture, Residual.before(keys.norm()))));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.DEEPSEEK;
    }
}
