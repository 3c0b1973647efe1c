package io.gatehouse.checkpoint.family.latent;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.Residual;
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
 * A.X-K2: DeepSeek-V3.2 with a gate on the norms, and one on the output of the attention that the query projection computes.
 * Experts of groups that are out have the selection score 0, which can be larger than that of others.
 */
public final class AxK2 implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-6, 163_840, 10_000, OptionalInt.empty());
    private static final int DENSE_LAYERS = 1;

    @Override
    public String title() {
        return "A.X-K2";
    }

    @Override
    public List<String> architectures() {
        return List.of("AXK2ForCausalLM");
    }

    @Override
    public List<String> deviations() {
        return List.of(LatentKeys.EPSILON_NOTE);
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        LatentKeys keys = new LatentKeys(file, DEFAULTS);
        FamilyKeys shared = keys.shared();
        shared.requireFlag("mlp_bias", false);
        shared.kinds("layer_types", shared.layers(), List.of("indexed_attention"));
        LatentAttention attention = keys.attention(
                Optional.of(keys.rope(Rope.Layout.INTERLEAVED)),
                Optional.empty(),
                OutputGate.SIGMOID_OF_QUERY,
                Optional.of(keys.indexer(Rope.Layout.HALVES)));
        int groups = file.findSize("n_group", keys.experts()).orElse(1);
        Router router = keys.sigmoidRouter().withGroups(keys.groups(groups, Router.GroupScore.TOP_TWO_SUM, 0));
        FeedForward.Sparse mixture = keys.mixture(router);
        Norm plain = shared.norm();
        Norm gated = plain.gated(shared.width("gated_norm_rank"));
        Residual.Branch before = Residual.Branch.of(Residual.Norms.BEFORE);
        return shared.config(keys.feedForwards(DENSE_LAYERS, mixture).stream()
                .map(block -> new Layer(
                        attention,
                        block,
                        new Residual(
                                gated,
                                block instanceof FeedForward.Sparse ? gated : plain,
                                before,
                                before,
                                false,
                                false)))
                .toList());
    }

    @Override
    public TensorNames names(ModelConfig config) {
        TensorNames names = LatentKeys.NAMES;
        for (String norm : List.of("input_layernorm", "post_attention_layernorm")) {
            names = names.rename(norm + ".weight", norm + ".norm.weight")
                    .rename(norm + ".gate_down", norm + ".W_down")
                    .rename(norm + ".gate_up", norm + ".W_up");
        }
        return names;
    }
}
