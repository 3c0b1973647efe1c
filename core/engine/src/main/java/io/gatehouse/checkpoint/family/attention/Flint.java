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
 * Flint: sigmoids without a bias choose experts, every head has a sink, and rotary embedding is in the layers with windows.
 */
public final class Flint implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-6, 262_144, 10_000, 4);

    @Override
    public String title() {
        return "Flint";
    }

    @Override
    public List<String> architectures() {
        return List.of("FlintForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        int layers = keys.layers();
        Router router = Router.sigmoid(
                        file.flag("norm_topk_prob", true)
                                ? new Router.Normalisation.Sum(0)
                                : new Router.Normalisation.None())
                .withSelectionBias(false);
        FeedForward.Sparse mixture = keys.mixture("moe_intermediate_size", router)
                .with(SharedExpert.added(Mlp.swiGlu(keys.width("shared_expert_intermediate_size"))));
        List<FeedForward> feedForwards = file.has("mlp_only_layers")
                ? keys.sparseSteps(mixture)
                : keys.feedForwards(layer -> layer >= 2, mixture);
        List<String> types = keys.layerTypes(layer -> layer < 2 || layer % 4 == 1 || layer == layers - 1
                ? FamilyKeys.FULL_ATTENTION
                : FamilyKeys.SLIDING_ATTENTION);
        Residual residual = Residual.before(keys.norm());
        return keys.config(keys.layers(layer -> new Layer(
                keys.attention()
                        .bias(keys.bias(false))
                        .qkNorm(QkNorm.ofHead(keys.epsilon()))
                        .sinks(true)
                        .mask(keys.mask(types.get(layer)))
                        .rope(
                                types.get(layer).equals(FamilyKeys.SLIDING_ATTENTION)
                                        ? Optional.of(keys.rope())
                                        : Optional.empty())
                        .build(),
                feedForwards.get(layer),
                residual)));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA.rename("self_attn.sinks", "self_attn.softmax_offset");
    }
}
