package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.Collections;
import java.util.List;

/**
 * Laguna (Poolside): a number of heads and a softplus gate for each layer, a part of each head rotated in full layers, and a
 * soft-cap on the router's logits.
 */
public final class Laguna implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-6, 131_072, 500_000, 8);

    @Override
    public String title() {
        return "Laguna";
    }

    @Override
    public List<String> architectures() {
        return List.of("LagunaForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        int layers = keys.layers();
        keys.requireFlag("moe_apply_router_weight_on_input", false);
        List<Integer> heads = file.has("num_attention_heads_per_layer")
                ? file.perLayer("num_attention_heads_per_layer", layers, FamilyKeys.MAX_HEADS)
                : Collections.nCopies(layers, keys.heads());
        Router router = Router.sigmoid(new Router.Normalisation.Sum(0))
                .withSoftCap(file.findNumber("moe_router_logit_softcapping")
                        .filter(cap -> cap != 0)
                        .map(Double::floatValue))
                .withScale(file.findPositive("moe_routed_scaling_factor").orElse(1.0), true);
        FeedForward.Sparse mixture = keys.mixture("moe_intermediate_size", router)
                .with(SharedExpert.added(Mlp.swiGlu(keys.width("shared_expert_intermediate_size"))));
        List<FeedForward> feedForwards = keys.denseFirst("first_k_dense_replace", 1, mixture);
        List<String> types = keys.layerTypes(layer -> FamilyKeys.FULL_ATTENTION);
        OutputGate gate = gate(file);
        Residual residual = Residual.before(keys.norm());
        return keys.config(keys.layers(layer -> {
            boolean full = types.get(layer).equals(FamilyKeys.FULL_ATTENTION);
            return new Layer(
                    Attention.builder(
                                    heads.get(layer),
                                    keys.keyValueHeads("num_key_value_heads", heads.get(layer)),
                                    keys.headDim())
                            .bias(keys.bias(false))
                            .qkNorm(QkNorm.ofHead(keys.epsilon()))
                            .gate(gate)
                            .mask(keys.mask(types.get(layer)))
                            .rope(keys.rope(types.get(layer), full ? 500_000 : 10_000, full ? 0.5 : 1))
                            .build(),
                    feedForwards.get(layer),
                    residual);
        }));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA
                .rename("self_attn.output_gate", "self_attn.g_proj")
                .rename("mlp.gate.e_score_correction_bias", "mlp.experts.e_score_correction_bias");
    }

    private static OutputGate gate(ConfigFile file) {
        if (!file.isText("gating")) {
            if (!file.flag("gating", true)) {
                throw file.unsupported("gating", "false", "per-head and per-element");
            }
            return OutputGate.SOFTPLUS_HEAD;
        }
        String gating = file.findText("gating").orElseThrow();
        return switch (gating) {
            case "per-head" -> OutputGate.SOFTPLUS_HEAD;
            case "per-element" -> OutputGate.SOFTPLUS;
            default -> throw file.unsupported("gating", gating, "per-head and per-element");
        };
    }
}
