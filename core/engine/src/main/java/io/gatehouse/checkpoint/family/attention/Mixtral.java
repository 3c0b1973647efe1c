package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;

/**
 * Mixtral (Jiang et al., arXiv 2401.04088): every layer is a mixture whose chosen weights always sum to one, and all
 * layers slide over the same window if there is one.
 */
public final class Mixtral implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-5, 131_072, 1_000_000, 8);

    /** The names of Mixtral's mixture, which other families have, too. */
    public static final TensorNames NAMES = TensorNames.LLAMA
            .rename("mlp", "block_sparse_moe")
            .rename("mlp.gate.e_score_correction_bias", "block_sparse_moe.e_score_correction_bias")
            .rename("mlp.experts.*.gate_proj", "block_sparse_moe.experts.*.w1")
            .rename("mlp.experts.*.up_proj", "block_sparse_moe.experts.*.w3")
            .rename("mlp.experts.*.down_proj", "block_sparse_moe.experts.*.w2");

    @Override
    public String title() {
        return "Mixtral";
    }

    @Override
    public List<String> architectures() {
        return List.of("MixtralForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        Attention attention =
                keys.attention().rope(keys.rope()).mask(keys.window()).build();
        return keys.config(keys.alike(new Layer(
                attention, keys.mixture("intermediate_size", Router.softmax(true)), Residual.before(keys.norm()))));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return NAMES;
    }
}
