package io.gatehouse.checkpoint.family.latent;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.LatentKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * DeepSeek-V2 (arXiv 2405.04434): latent attention; experts are chosen by their softmax, in the larger models among the
 * groups with the best single expert, and their weights are not normalised.
 */
public final class DeepSeekV2 implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-6, 2048, 10_000, OptionalInt.empty());

    @Override
    public String title() {
        return "DeepSeek-V2";
    }

    @Override
    public List<String> architectures() {
        return List.of("DeepseekV2ForCausalLM");
    }

    @Override
    public List<String> deviations() {
        return List.of(LatentKeys.EPSILON_NOTE);
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        LatentKeys keys = new LatentKeys(file, DEFAULTS);
        FamilyKeys shared = keys.shared();
        shared.requireText("scoring_func", "softmax");
        // The model's own code reads the key, Hugging Face's does not; released models have false.
        shared.requireFlag("norm_topk_prob", false);
        shared.requireFlag("mlp_bias", false);
        Router.Scored router = Router.softmax(false)
                .withGroups(groups(file, keys))
                .withScale(file.findPositive("routed_scaling_factor").orElse(1.0), false);
        return shared.config(keys.layers(
                keys.attention(Optional.of(keys.rope(Rope.Layout.INTERLEAVED))),
                keys.feedForwards(0, keys.mixture(router))));
    }

    private static Optional<Router.Groups> groups(ConfigFile file, LatentKeys keys) {
        String method = file.findText("topk_method").orElse("greedy");
        int count = file.findSize("n_group", keys.experts()).orElse(1);
        Optional<Router.Groups> groups = keys.groups(count, Router.GroupScore.MAX, 0);
        return switch (method) {
            case "greedy" -> Optional.empty();
            case "group_limited_greedy" -> groups;
            default -> throw file.unsupported("topk_method", method, "greedy and group_limited_greedy");
        };
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return LatentKeys.NAMES;
    }
}
