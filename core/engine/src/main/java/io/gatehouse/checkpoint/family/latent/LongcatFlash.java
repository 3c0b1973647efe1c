package io.gatehouse.checkpoint.family.latent;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.LatentKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * LongCat-Flash (Meituan, arXiv 2509.01322): layers of two halves with latent attention and a dense block each, a mixture
 * that runs beside the second half, and experts that return what they read.
 */
public final class LongcatFlash implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-5, 131_072, 10_000_000, OptionalInt.empty());

    @Override
    public String title() {
        return "LongCat-Flash";
    }

    @Override
    public List<String> architectures() {
        return List.of("LongcatFlashForCausalLM");
    }

    @Override
    public List<String> deviations() {
        return List.of(LatentKeys.EPSILON_NOTE);
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        LatentKeys keys = new LatentKeys(file, DEFAULTS);
        FamilyKeys shared = keys.shared();
        shared.requireText("zero_expert_type", "identity");
        shared.requireText("attention_method", "MLA");
        shared.requireFlag("router_bias", false);
        shared.requireFlag("mla_scale_q_lora", true);
        shared.requireFlag("mla_scale_kv_lora", true);
        shared.requireSwiGlu();
        LatentAttention attention = keys.attention(Optional.of(keys.rope(Rope.Layout.INTERLEAVED)))
                .with(new LatentAttention.Latents(true, false, LatentAttention.Source.OWN));
        int networks = shared.experts("n_routed_experts");
        int identities =
                file.findWhole("zero_expert_num", 0, Short.MAX_VALUE - networks).orElse(0);
        Router router = new Router.Scored(Router.Score.SOFTMAX, Router.Weight.SCORE, new Router.Normalisation.None())
                .withSelectionBias(true)
                .withScale(file.findPositive("routed_scaling_factor").orElse(6.0), false);
        FeedForward mixture = new FeedForward.Sparse(
                        networks + identities,
                        file.size("moe_topk", networks + identities),
                        Mlp.swiGlu(shared.width("expert_ffn_hidden_size")),
                        router)
                .withIdentities(identities);
        Mlp dense = Mlp.swiGlu(shared.width("ffn_hidden_size"));
        Layer layer = new Layer(
                attention,
                mixture,
                Residual.before(shared.norm()),
                Optional.of(new Layer.Shortcut(dense, attention, dense)));
        return shared.config(
                1, Collections.nCopies(file.size("num_layers", FamilyKeys.MAX_LAYERS), layer), shared.head());
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA
                .rename("input_layernorm", "input_layernorm.0")
                .rename("second.input_layernorm", "input_layernorm.1")
                .rename("self_attn", "self_attn.0")
                .rename("second.self_attn", "self_attn.1")
                .rename("post_attention_layernorm", "post_attention_layernorm.0")
                .rename("second.post_attention_layernorm", "post_attention_layernorm.1")
                .rename("first_mlp", "mlps.0")
                .rename("second.mlp", "mlps.1")
                .rename("mlp.gate", "mlp.router.classifier")
                .rename("mlp.gate.e_score_correction_bias", "mlp.router.e_score_correction_bias");
    }
}
