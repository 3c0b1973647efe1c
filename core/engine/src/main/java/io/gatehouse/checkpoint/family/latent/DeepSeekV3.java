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
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * DeepSeek-V3 (arXiv 2412.19437), R1, Moonlight and Kimi-K2: latent attention; sigmoid router with a bias of the selection,
 * groups by the sum of their best two. Kimi-K2.5 has it as its text model.
 */
public final class DeepSeekV3 implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-6, 4096, 10_000, OptionalInt.empty());
    private static final int DENSE_LAYERS = 3;

    @Override
    public String title() {
        return "DeepSeek-V3 and R1, Moonlight, Kimi-K2";
    }

    @Override
    public List<String> architectures() {
        return List.of("DeepseekV3ForCausalLM", "Kimi_K25ForConditionalGeneration", "KimiK25ForConditionalGeneration");
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
        return keys.shared()
                .config(keys.layers(
                        keys.attention(Optional.of(keys.rope(keys.layout()))),
                        keys.feedForwards(DENSE_LAYERS, keys.mixture(keys.sigmoidRouter()))))
                .withPlaceholders(placeholders(file));
    }

    private static Set<Integer> placeholders(ConfigFile file) {
        return Stream.of("image_token_id", "video_token_id", "media_placeholder_token_id")
                .flatMap(key -> file.findOfFile(key).stream())
                .collect(Collectors.toSet());
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return LatentKeys.NAMES;
    }
}
