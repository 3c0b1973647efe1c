package io.gatehouse.checkpoint.family.latent;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.LatentKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** GLM-4.7-Flash: DeepSeek-V3 with heads of values that are wider than the part of keys without position. */
public final class Glm4MoeLite implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-5, 202_752, 10_000, OptionalInt.empty());
    private static final int DENSE_LAYERS = 1;

    @Override
    public String title() {
        return "GLM-4.7-Flash";
    }

    @Override
    public List<String> architectures() {
        return List.of("Glm4MoeLiteForCausalLM");
    }

    @Override
    public List<String> deviations() {
        return List.of(LatentKeys.EPSILON_NOTE);
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        LatentKeys keys = new LatentKeys(file, DEFAULTS);
        return keys.shared()
                .config(keys.layers(
                        keys.attention(Optional.of(keys.rope(keys.layout()))),
                        keys.feedForwards(DENSE_LAYERS, keys.mixture(keys.sigmoidRouter()))));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return LatentKeys.NAMES;
    }
}
