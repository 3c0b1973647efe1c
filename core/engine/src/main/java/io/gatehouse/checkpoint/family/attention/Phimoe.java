package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Head;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;

/**
 * Phi-3.5-MoE (Abdin et al., arXiv 2404.14219): sparsemixer chooses two experts, norms are LayerNorms with biases, and the
 * factors of the rotary frequencies differ for long texts.
 */
public final class Phimoe implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-5, 131_072, 1_000_000, 8);

    @Override
    public String title() {
        return "Phi-3.5-MoE";
    }

    @Override
    public List<String> architectures() {
        return List.of("PhimoeForCausalLM");
    }

    @Override
    public List<String> deviations() {
        return List.of(
                "transformers 5.24 rotates long prompts by short_factor; Gatehouse takes long_factor for them, as the published "
                        + "model does.");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        Attention attention = keys.attention()
                .rope(keys.rope())
                .bias(keys.bias(false))
                .mask(keys.window())
                .build();
        Norm norm = new Norm(Norm.Kind.LAYER_WITH_BIAS, keys.epsilon());
        Router router = new Router.SparseMixer(keys.number("router_jitter_noise", 0.01));
        FeedForward.Sparse mixture = keys.mixture("intermediate_size", router);
        if (mixture.topK() != 2) {
            throw file.unsupported(
                    "num_experts_per_tok", String.valueOf(mixture.topK()), "2, for which sparsemixer is defined");
        }
        Head head = keys.head(norm);
        return keys.config(
                1,
                keys.alike(new Layer(attention, mixture, Residual.before(norm))),
                new Head(norm, head.tied(), file.flag("lm_head_bias", false), 1, Optional.empty()));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return Mixtral.NAMES;
    }
}
