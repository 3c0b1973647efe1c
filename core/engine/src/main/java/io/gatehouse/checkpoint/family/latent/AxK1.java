package io.gatehouse.checkpoint.family.latent;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.LatentKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A.X-K1: DeepSeek-V3 with a norm after each mixture. */
public final class AxK1 implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-6, 32_768, 10_000, OptionalInt.empty());
    private static final int DENSE_LAYERS = 1;

    @Override
    public String title() {
        return "A.X-K1";
    }

    @Override
    public List<String> architectures() {
        return List.of("AXK1ForCausalLM");
    }

    @Override
    public List<String> deviations() {
        return List.of(LatentKeys.EPSILON_NOTE);
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        LatentKeys keys = new LatentKeys(file, DEFAULTS);
        LatentAttention attention = keys.attention(Optional.of(keys.rope(keys.layout())));
        // Released files have no bias of the selection.
        FeedForward.Sparse mixture = keys.mixture(keys.sigmoidRouter().withSelectionBias(false));
        Residual before = Residual.before(keys.shared().norm());
        Residual.Branch both = Residual.Branch.of(Residual.Norms.BOTH);
        Residual after = new Residual(before.norm(), before.mixer(), both, false, false);
        return keys.shared()
                .config(keys.feedForwards(DENSE_LAYERS, mixture).stream()
                        .map(block -> new Layer(attention, block, block instanceof FeedForward.Sparse ? after : before))
                        .toList());
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return LatentKeys.NAMES.rename("mlp_output_norm", "post_mlp_layernorm");
    }
}
