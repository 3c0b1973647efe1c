package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.OptionalInt;

/**
 * FlexOlmo (Shi et al., arXiv 2507.07024): OLMo 2's norms after attention and experts instead of before, in every layer a
 * mixture.
 */
public final class FlexOlmo implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-6, 4096, 500_000, OptionalInt.empty());

    @Override
    public String title() {
        return "FlexOlmo";
    }

    @Override
    public List<String> architectures() {
        return List.of("FlexOlmoForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        Attention attention = keys.attention()
                .rope(keys.rope())
                .bias(keys.bias(false))
                .qkNorm(QkNorm.ofProjection(keys.epsilon()))
                .build();
        Router router = Router.softmax(file.flag("norm_topk_prob", false));
        return keys.config(keys.alike(new Layer(
                attention, keys.mixture("intermediate_size", router), Residual.of(keys.norm(), Residual.Norms.AFTER))));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA
                .rename("mixer_output_norm", "post_attention_layernorm")
                .rename("mlp_output_norm", "post_feedforward_layernorm");
    }
}
