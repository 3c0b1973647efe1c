package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Attention;
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
import java.util.OptionalInt;

/**
 * Hunyuan-A13B (Tencent): queries and keys are normed after the rotation, theta is raised by alpha, and layers may send a
 * token to different numbers of experts.
 */
public final class HunyuanMoe implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-5, 2048, 10_000, OptionalInt.empty());

    @Override
    public String title() {
        return "Hunyuan-A13B";
    }

    @Override
    public List<String> architectures() {
        return List.of("HunYuanMoEV1ForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        Attention attention = keys.attention()
                .rope(keys.rope())
                .bias(keys.bias(false))
                .qkNorm(new QkNorm(QkNorm.Span.HEAD, keys.norm(), true))
                .build();
        keys.requireSwiGlu();
        keys.requireFlag("use_qk_norm", true);
        int experts = keys.experts();
        int layers = keys.layers();
        List<Integer> topK = file.perLayer("moe_topk", layers, experts);
        // Hugging Face's code gives every expert and the shared one this width.
        Mlp expert = Mlp.swiGlu(keys.width("intermediate_size"));
        Residual residual = Residual.before(keys.norm());
        return keys.config(keys.layers(layer -> new Layer(
                attention,
                new FeedForward.Sparse(experts, topK.get(layer), expert, Router.softmax(true))
                        .with(SharedExpert.added(expert)),
                residual)));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA
                .rename("mlp.gate", "mlp.gate.wg")
                .rename("mlp.shared_expert", "mlp.shared_mlp")
                .rename("self_attn.q_norm", "self_attn.query_layernorm")
                .rename("self_attn.k_norm", "self_attn.key_layernorm");
    }
}
