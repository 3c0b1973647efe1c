package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Head;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Command A+ (Cohere): attention and mixture read the same norm and are added together, rotary embedding is in the layers
 * with windows, and logits are scaled.
 */
public final class Cohere2Moe implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-5, 8192, 10_000, OptionalInt.empty(), true);

    @Override
    public String title() {
        return "Command A+";
    }

    @Override
    public List<String> architectures() {
        return List.of("Cohere2MoeForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        int dense = file.findWhole("first_k_dense_replace", 0, FamilyKeys.MAX_LAYERS)
                .orElse(0);
        int densePattern = file.findSize("prefix_dense_sliding_window_pattern", FamilyKeys.MAX_LAYERS)
                .orElse(1);
        int pattern =
                file.findSize("sliding_window_pattern", FamilyKeys.MAX_LAYERS).orElse(4);
        List<String> types = keys.layerTypes(
                layer -> (layer < dense ? (layer + 1) % densePattern : (layer - dense + 1) % pattern) == 0
                        ? FamilyKeys.FULL_ATTENTION
                        : FamilyKeys.SLIDING_ATTENTION);
        List<Boolean> sparse = keys.sparse("first_k_dense_replace", 0);
        FeedForward.Sparse mixture = mixture(file, keys);
        Norm norm = file.findPositive("rms_norm_eps")
                .map(epsilon -> Norm.rms(epsilon.floatValue()))
                .orElseGet(() -> new Norm(Norm.Kind.LAYER, keys.number("layer_norm_eps", 1e-5)));
        Residual residual = new Residual(
                norm,
                Residual.Branch.of(Residual.Norms.BEFORE),
                Residual.Branch.of(Residual.Norms.BEFORE),
                true,
                false);
        Head head = keys.head(norm);
        return keys.config(
                1,
                keys.layers(layer -> {
                    boolean turns = types.get(layer).equals(FamilyKeys.SLIDING_ATTENTION)
                            || (!sparse.get(layer) && densePattern == 1);
                    return new Layer(
                            keys.attention()
                                    .bias(keys.bias(false))
                                    .mask(keys.mask(types.get(layer)))
                                    .rope(
                                            turns
                                                    ? Optional.of(keys.rope().with(Rope.Layout.INTERLEAVED))
                                                    : Optional.empty())
                                    .build(),
                            sparse.get(layer)
                                    ? mixture
                                    : new FeedForward.Dense(
                                            file.findSize("prefix_dense_intermediate_size", FamilyKeys.MAX_WIDTH)
                                                    .orElseGet(() -> keys.width("intermediate_size"))),
                            residual);
                }),
                new Head(norm, head.tied(), false, keys.number("logit_scale", 0.0625), Optional.empty()));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.DEEPSEEK;
    }

    private static FeedForward.Sparse mixture(ConfigFile file, FamilyKeys keys) {
        String function = file.findText("expert_selection_fn").orElse("softmax");
        Router router = switch (function) {
            case "softmax" -> Router.softmaxOfChosen();
            case "sigmoid" ->
                new Router.Scored(
                        Router.Score.LOGIT,
                        Router.Weight.SIGMOID,
                        file.flag("norm_topk_prob", true)
                                ? new Router.Normalisation.Sum(0)
                                : new Router.Normalisation.None());
            default -> throw file.unsupported("expert_selection_fn", function, "softmax and sigmoid");
        };
        FeedForward.Sparse mixture = keys.mixture("intermediate_size", router);
        int shared =
                file.findWhole("num_shared_experts", 0, FamilyKeys.MAX_WIDTH).orElse(0);
        String combined = file.findText("shared_expert_combination_strategy").orElse("average");
        if (!combined.equals("sum") && !combined.equals("average")) {
            throw file.unsupported("shared_expert_combination_strategy", combined, "sum and average");
        }
        return shared == 0
                ? mixture
                : mixture.with(new SharedExpert(
                        Mlp.swiGlu(shared * mixture.intermediateSize()), false, combined.equals("sum") ? 1 : 0.5f));
    }
}
