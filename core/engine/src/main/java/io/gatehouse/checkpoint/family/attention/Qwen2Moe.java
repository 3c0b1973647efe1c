package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mask;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Qwen2-MoE (Yang et al., arXiv 2407.10671): a gated shared expert beside each mixture, biased queries, keys and
 * values, and windows over some of the layers.
 */
public final class Qwen2Moe implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-6, 32_768, 10_000, 16);
    private static final int DEFAULT_WINDOW = 4096;
    private static final int DEFAULT_WINDOW_LAYERS = 28;

    @Override
    public String title() {
        return "Qwen1.5-MoE and Qwen2-MoE";
    }

    @Override
    public List<String> architectures() {
        return List.of("Qwen2MoeForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        Attention attention = keys.attention()
                .rope(keys.rope())
                .bias(file.flag("qkv_bias", true) ? AttentionBias.QUERY_KEY_VALUE : AttentionBias.NONE)
                .build();
        FeedForward.Sparse mixture = keys.mixture(
                        "moe_intermediate_size", Router.softmax(file.flag("norm_topk_prob", false)))
                .with(SharedExpert.gated(Mlp.swiGlu(keys.width("shared_expert_intermediate_size"))));
        List<FeedForward> feedForwards = keys.sparseSteps(mixture);
        List<Mask> masks = masks(file, keys);
        Residual residual = Residual.before(keys.norm());
        return keys.config(IntStream.range(0, feedForwards.size())
                .mapToObj(layer -> new Layer(attention.with(masks.get(layer)), feedForwards.get(layer), residual))
                .toList());
    }

    /**
     * Layers slide that "layer_types" says; without it, those of even number below "max_window_layers". Hugging Face
     * read the keys otherwise before it had "layer_types": its eager code then slid over all layers.
     */
    private static List<Mask> masks(ConfigFile file, FamilyKeys keys) {
        boolean used = file.flag("use_sliding_window", false);
        int limit = file.findWhole("max_window_layers", 0, Integer.MAX_VALUE).orElse(DEFAULT_WINDOW_LAYERS);
        List<String> types = keys.layerTypes(layer ->
                used && layer % 2 == 0 && layer < limit ? FamilyKeys.SLIDING_ATTENTION : FamilyKeys.FULL_ATTENTION);
        if (!types.contains(FamilyKeys.SLIDING_ATTENTION)) {
            return types.stream().<Mask>map(type -> new Mask.Causal()).toList();
        }
        if (!used) {
            throw file.wrong("use_sliding_window", false, "true, which its layer_types need");
        }
        int window = file.has("sliding_window") ? file.size("sliding_window", Integer.MAX_VALUE) : DEFAULT_WINDOW;
        return types.stream()
                .<Mask>map(
                        type -> type.equals(FamilyKeys.SLIDING_ATTENTION) ? new Mask.Window(window) : new Mask.Causal())
                .toList();
    }
}
