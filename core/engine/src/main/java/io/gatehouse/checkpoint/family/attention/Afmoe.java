package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * AFMoE, the Trinity models of Arcee: norms before and after each block, a sigmoid gate on the attention's output, rotary
 * embedding in the layers with windows alone.
 */
public final class Afmoe implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-5, 16_384, 10_000, OptionalInt.empty());

    @Override
    public String title() {
        return "AFMoE (Trinity)";
    }

    @Override
    public List<String> architectures() {
        return List.of("AfmoeForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        Router router = Router.sigmoid(new Router.Normalisation.Sum(1e-20f))
                .withScale(file.findPositive("route_scale").orElse(1.0), false);
        FeedForward.Sparse mixture =
                keys.shared(keys.mixture("moe_intermediate_size", router), "num_shared_experts", 2);
        List<FeedForward> feedForwards = keys.denseFirst("num_dense_layers", 1, mixture);
        int every =
                file.findSize("global_attn_every_n_layers", Integer.MAX_VALUE).orElse(4);
        List<String> types = keys.layerTypes(
                layer -> (layer + 1) % every == 0 ? FamilyKeys.FULL_ATTENTION : FamilyKeys.SLIDING_ATTENTION);
        Residual residual = Residual.of(keys.norm(), Residual.Norms.BOTH);
        float factor = file.flag("mup_enabled", false) ? (float) Math.sqrt(keys.hidden()) : 1;
        return keys.config(
                factor,
                keys.layers(layer -> new Layer(
                        keys.attention()
                                .bias(keys.bias(false))
                                .qkNorm(QkNorm.ofHead(keys.epsilon()))
                                .gate(OutputGate.SIGMOID)
                                .mask(keys.mask(types.get(layer)))
                                .rope(
                                        types.get(layer).equals(FamilyKeys.SLIDING_ATTENTION)
                                                ? Optional.of(keys.rope())
                                                : Optional.empty())
                                .build(),
                        feedForwards.get(layer),
                        residual)),
                keys.head());
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.DEEPSEEK
                .rename("mixer_output_norm", "post_attention_layernorm")
                .rename("post_attention_layernorm", "pre_mlp_layernorm")
                .rename("mlp_output_norm", "post_mlp_layernorm")
                .rename("self_attn.output_gate", "self_attn.gate_proj")
                .rename("mlp.gate", "mlp.router.gate")
                .rename("mlp.gate.e_score_correction_bias", "mlp.expert_bias");
    }
}
