package io.gatehouse.checkpoint.family.latent;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.LatentKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * GLM-5: DeepSeek-V3.2 whose indexer rotates pairs of neighbours, and some of whose layers see the tokens that an earlier
 * layer chose.
 */
public final class GlmMoeDsa implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-5, 202_752, 10_000, OptionalInt.empty());
    private static final int DENSE_LAYERS = 3;
    private static final int OFFSET = 2;

    @Override
    public String title() {
        return "GLM-5";
    }

    @Override
    public List<String> architectures() {
        return List.of("GlmMoeDsaForCausalLM");
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
        LatentAttention.Indexer indexer = keys.indexer(Rope.Layout.INTERLEAVED);
        LatentAttention own = keys.attention(
                Optional.of(keys.rope(Rope.Layout.INTERLEAVED)),
                Optional.empty(),
                OutputGate.NONE,
                Optional.of(indexer));
        LatentAttention shared = own.with(indexer.inLaterLayer());
        List<Boolean> isShared = sharedIndexers(file, keys.shared());
        List<FeedForward> feedForwards = keys.feedForwards(DENSE_LAYERS, keys.mixture(keys.sigmoidRouter()));
        Residual residual = Residual.before(keys.shared().norm());
        return keys.shared()
                .config(
                        1,
                        IntStream.range(0, feedForwards.size())
                                .mapToObj(layer -> new Layer(
                                        isShared.get(layer) ? shared : own, feedForwards.get(layer), residual))
                                .toList(),
                        keys.shared().head());
    }

    /**
     * Which layers see the tokens that an earlier layer chose: "indexer_types", or a pattern of F and S, or every layer but
     * each "index_topk_freq"-th.
     */
    public static List<Boolean> sharedIndexers(ConfigFile file, FamilyKeys keys) {
        int layers = keys.layers();
        List<Boolean> shared = keys.kinds("indexer_types", layers, List.of("full", "shared"))
                .map(types -> types.stream().map(type -> type.equals("shared")).toList())
                .or(() -> file.findText("index_topk_pattern").map(pattern -> {
                    if (pattern.length() != layers || !pattern.matches("[FS]*")) {
                        throw file.wrong(
                                "index_topk_pattern", pattern, "F or S for each of %d layers".formatted(layers));
                    }
                    return pattern.chars().mapToObj(letter -> letter == 'S').toList();
                }))
                .orElseGet(() -> {
                    int every = Math.max(
                            1,
                            file.findWhole("index_topk_freq", 0, Integer.MAX_VALUE)
                                    .orElse(1));
                    int offset = file.findWhole("index_skip_topk_offset", 0, Integer.MAX_VALUE)
                            .orElse(OFFSET);
                    return IntStream.range(0, layers)
                            .mapToObj(layer -> Math.max(layer - offset + 1, 0) % every != 0)
                            .toList();
                });
        if (shared.get(0)) {
            throw file.wrong("indexer_types", "shared", "full in the first layer");
        }
        return shared;
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return LatentKeys.NAMES;
    }
}
