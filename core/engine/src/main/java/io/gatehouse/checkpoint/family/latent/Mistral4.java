package io.gatehouse.checkpoint.family.latent;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.QueryScale;
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
 * Mistral Small 4: latent attention whose queries grow with their position; experts are chosen by their softmax among the
 * groups with the largest sum of their best two.
 */
public final class Mistral4 implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-6, 1_048_576, 10_000, OptionalInt.empty());

    @Override
    public String title() {
        return "Mistral Small 4";
    }

    @Override
    public List<String> architectures() {
        return List.of("Mistral4ForCausalLM", "Mistral3ForConditionalGeneration");
    }

    @Override
    public List<String> textConfig() {
        return List.of("text_config");
    }

    @Override
    public List<String> deviations() {
        return List.of(LatentKeys.EPSILON_NOTE);
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        LatentKeys keys = new LatentKeys(file, DEFAULTS);
        keys.shared().requireText("model_type", "mistral4");
        int groups = file.findSize("n_group", keys.experts()).orElse(1);
        Router.Normalisation normalisation = file.flag("norm_topk_prob", true)
                ? new Router.Normalisation.Sum(LatentKeys.SMALL_SUM)
                : new Router.Normalisation.None();
        Router router = new Router.Scored(Router.Score.SOFTMAX, Router.Weight.SCORE, normalisation)
                .withGroups(keys.groups(groups, Router.GroupScore.TOP_TWO_SUM, 0))
                .withScale(file.findPositive("routed_scaling_factor").orElse(1.0), false);
        int headDim = keys.shared().width("qk_nope_head_dim") + keys.shared().width("qk_rope_head_dim");
        Rope rope = keys.rope(keys.layout(), headDim);
        return keys.shared()
                .config(keys.layers(
                        keys.attention(Optional.of(rope), queryScale(keys), OutputGate.NONE, Optional.empty()),
                        keys.feedForwards(0, keys.mixture(router))));
    }

    private static Optional<QueryScale> queryScale(LatentKeys keys) {
        return keys.parameters()
                .flatMap(rope -> rope.findNumber("llama_4_scaling_beta")
                        .map(beta -> new QueryScale.Steps(
                                beta.floatValue(),
                                rope.size("original_max_position_embeddings", Integer.MAX_VALUE),
                                0)));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return LatentKeys.NAMES;
    }
}
