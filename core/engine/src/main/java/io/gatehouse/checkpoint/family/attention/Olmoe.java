package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import java.util.List;
import java.util.OptionalInt;

/**
 * OLMoE (Muennighoff et al., arXiv 2409.02060): every layer is a mixture of experts; queries and keys are normed over
 * the whole projection, then clipped.
 */
public final class Olmoe implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-5, 4096, 10_000, OptionalInt.empty());

    @Override
    public String title() {
        return "OLMoE";
    }

    @Override
    public List<String> architectures() {
        return List.of("OlmoeForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        Attention attention = keys.attention()
                .rope(keys.rope())
                .bias(file.flag("attention_bias", false) ? AttentionBias.ALL : AttentionBias.NONE)
                .qkNorm(QkNorm.ofProjection(keys.epsilon()))
                .clip(file.findPositive("clip_qkv").map(Double::floatValue))
                .build();
        Router router = Router.softmax(file.flag("norm_topk_prob", false));
        return keys.config(keys.alike(
                new Layer(attention, keys.mixture("intermediate_size", router), Residual.before(keys.norm()))));
    }
}
