package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;

/**
 * Kolibri 1: norms before and after each block, logits with a bias choose experts whose weights are the sigmoids of the
 * logits alone, and rotary embedding is in the layers with windows.
 */
public final class Kolibri1 implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-6, 262_144, 10_000, 4);

    @Override
    public String title() {
        return "Kolibri 1";
    }

    @Override
    public List<String> architectures() {
        return List.of("Kolibri1ForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        Router router = new Router.Scored(
                        Router.Score.LOGIT,
                        Router.Weight.SIGMOID,
                        file.flag("norm_topk_prob", false)
                                ? new Router.Normalisation.Sum(0)
                                : new Router.Normalisation.None())
                .withSelectionBias(true);
        FeedForward mixture = keys.mixture("moe_intermediate_size", router)
                .with(SharedExpert.added(Mlp.swiGlu(keys.width("shared_expert_intermediate_size"))));
        List<String> types = keys.layerTypes(
                layer -> (layer + 1) % 5 == 0 ? FamilyKeys.FULL_ATTENTION : FamilyKeys.SLIDING_ATTENTION);
        Residual residual = Residual.of(keys.norm(), Residual.Norms.BOTH);
        return keys.config(keys.layers(layer -> new Layer(
                keys.attention()
                        .qkNorm(QkNorm.ofHead(keys.epsilon()))
                        .mask(keys.mask(types.get(layer)))
                        .rope(
                                types.get(layer).equals(FamilyKeys.SLIDING_ATTENTION)
                                        ? Optional.of(keys.rope())
                                        : Optional.empty())
                        .build(),
                mixture,
                residual)));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.DEEPSEEK
                .rename("mixer_output_norm", "post_attn_norm")
                .rename("mlp_output_norm", "post_ffn_norm")
                .rename("mlp.gate.e_score_correction_bias", "moe.router.expert_bias");
    }
}
