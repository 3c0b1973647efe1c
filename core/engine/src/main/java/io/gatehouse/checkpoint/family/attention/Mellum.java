package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import java.util.List;

/**
 * Mellum 2 (JetBrains): Qwen3-MoE with windows in some layers and rotary embeddings of their own for these.
 */
public final class Mellum implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-6, 131_072, 500_000, 4);

    @Override
    public String title() {
        return "Mellum 2";
    }

    @Override
    public List<String> architectures() {
        return List.of("MellumForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        FeedForward.Sparse mixture =
                keys.mixture("moe_intermediate_size", Router.softmax(file.flag("norm_topk_prob", true)));
        List<FeedForward> feedForwards = keys.denseFirst("first_k_dense_replace", 0, mixture);
        List<String> types = keys.layerTypes(layer -> FamilyKeys.FULL_ATTENTION);
        Residual residual = Residual.before(keys.norm());
        return keys.config(keys.layers(layer -> new Layer(
                keys.attention()
                        .bias(keys.bias(false))
                        .qkNorm(QkNorm.ofHead(keys.epsilon()))
                        .mask(keys.mask(types.get(layer)))
                        .rope(keys.rope(
                                types.get(layer),
                                types.get(layer).equals(FamilyKeys.FULL_ATTENTION) ? 500_000 : 10_000,
                                1))
                        .build(),
                feedForwards.get(layer),
                residual)));
    }
}
