package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mask;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;

/**
 * Qwen3-MoE (Yang et al., arXiv 2505.09388), and the text models of Qwen3-VL-MoE and Qwen3-Omni: each head of queries and
 * keys is normed separately; no shared expert. All layers slide over the same window where it is used. The rotary
 * embedding over three axes that the text models have is the plain one for text, whose axes are equal.
 */
public final class Qwen3Moe implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-6, 32_768, 10_000, 4);
    private static final int DEFAULT_WINDOW = 4096;

    @Override
    public String title() {
        return "Qwen3-MoE";
    }

    @Override
    public List<String> architectures() {
        return List.of(
                "Qwen3MoeForCausalLM",
                "Qwen3VLMoeForConditionalGeneration",
                "Qwen3OmniMoeThinkerForConditionalGeneration",
                "Qwen3OmniMoeForConditionalGeneration");
    }

    @Override
    public List<String> textConfig() {
        return List.of("thinker_config", "text_config");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        Attention attention = keys.attention()
                .rope(keys.rope())
                .bias(file.flag("attention_bias", false) ? AttentionBias.ALL : AttentionBias.NONE)
                .qkNorm(QkNorm.ofHead(keys.epsilon()))
                .mask(mask(file, keys))
                .build();
        // Qwen3-VL's code has no flag: it always divides by the sum.
        boolean always = file.architecture().startsWith("Qwen3VL");
        FeedForward.Sparse mixture =
                keys.mixture("moe_intermediate_size", Router.softmax(file.flag("norm_topk_prob", always) || always));
        Residual residual = Residual.before(keys.norm());
        return keys.config(keys.sparseSteps(mixture).stream()
                .map(feedForward -> new Layer(attention, feedForward, residual))
                .toList());
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return config.architecture().startsWith("Qwen3VL") ? TensorNames.LLAMA.transposedStacks() : TensorNames.LLAMA;
    }

    /** Hugging Face's code uses neither "max_window_layers" nor "layer_types". */
    private static Mask mask(ConfigFile file, FamilyKeys keys) {
        if (!file.flag("use_sliding_window", false)) {
            return new Mask.Causal();
        }
        return file.has("sliding_window") ? keys.window() : new Mask.Window(DEFAULT_WINDOW);
    }
}
