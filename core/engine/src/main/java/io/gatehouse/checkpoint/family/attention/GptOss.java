package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Activation;
import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;

/**
 * gpt-oss (OpenAI, arXiv 2508.10925): biases everywhere, a sink for each head, windows in every second layer, and clamped
 * experts whose gates and ups alternate in the files.
 */
public final class GptOss implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-5, 131_072, 150_000, 8);

    @Override
    public String title() {
        return "gpt-oss";
    }

    @Override
    public List<String> architectures() {
        return List.of("GptOssForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        Attention attention = keys.attention()
                .rope(keys.rope())
                .bias(keys.bias(true))
                .sinks(true)
                .build();
        Activation activation =
                new Activation.ClampedSwiGlu(keys.number("swiglu_alpha", 1.702), keys.number("swiglu_limit", 7));
        Mlp expert = new Mlp(keys.width("intermediate_size"), activation, true);
        FeedForward mixture = new FeedForward.Sparse(
                keys.experts(),
                file.size("num_experts_per_tok", keys.experts()),
                expert,
                Router.softmaxOfChosen().withBias(true));
        List<String> types =
                keys.layerTypes(layer -> layer % 2 == 0 ? FamilyKeys.SLIDING_ATTENTION : FamilyKeys.FULL_ATTENTION);
        Residual residual = Residual.before(keys.norm());
        return keys.config(types.stream()
                .map(type -> new Layer(attention.with(keys.mask(type)), mixture, residual))
                .toList());
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA.rename("mlp.gate", "mlp.router").interleavedStacks();
    }
}
