package io.gatehouse.checkpoint.family.latent;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.LatentKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** DeepSeek-V3.2: DeepSeek-V3 with sparse attention, whose indexer rotates halves. */
public final class DeepSeekV32 implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-6, 163_840, 10_000, OptionalInt.empty());
    private static final int DENSE_LAYERS = 3;

    @Override
    public String title() {
        return "DeepSeek-V3.2";
    }

    @Override
    public List<String> architectures() {
        return List.of("DeepseekV32ForCausalLM");
    }

    @Override
    public List<String> deviations() {
        return List.of(LatentKeys.EPSILON_NOTE);
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        LatentKeys keys = new LatentKeys(file, DEFAULTS);
        keys.shared().requireFlag("mlp_bias", false);
        keys.shared().kinds("layer_types", keys.shared().layers(), List.of("indexed_attention"));
        LatentAttention attention = keys.attention(
                Optional.of(keys.rope(Rope.Layout.INTERLEAVED)),
                Optional.empty(),
                OutputGate.NONE,
                Optional.of(keys.indexer(Rope.Layout.HALVES)));
        return keys.shared()
                .config(
                        1,
                        keys.layers(attention, keys.feedForwards(DENSE_LAYERS, keys.mixture(keys.sigmoidRouter()))),
                        keys.shared().head());
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return LatentKeys.NAMES;
    }
}
