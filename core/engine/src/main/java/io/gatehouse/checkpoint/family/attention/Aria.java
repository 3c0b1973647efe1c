package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.OptionalInt;

/**
 * The text model of Aria (Li et al., arXiv 2410.05993): Llama's attention, and a softmax over the chosen experts.
 */
public final class Aria implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-6, 2048, 10_000, OptionalInt.empty());

    @Override
    public String title() {
        return "Aria";
    }

    @Override
    public List<String> architectures() {
        return List.of("AriaForConditionalGeneration");
    }

    @Override
    public List<String> textConfig() {
        return List.of("text_config");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        Attention attention =
                keys.attention().rope(keys.rope()).bias(keys.bias(false)).build();
        keys.requireFlag("mlp_bias", false);
        int size = keys.width("intermediate_size");
        int shared = file.findWhole("moe_num_shared_experts", 0, FamilyKeys.MAX_WIDTH)
                .orElse(2);
        FeedForward.Sparse mixture = keys.mixture(
                keys.experts("moe_num_experts"), "moe_topk", "intermediate_size", Router.softmaxOfChosen());
        return keys.config(keys.alike(new Layer(
                attention,
                shared == 0 ? mixture : mixture.with(SharedExpert.added(Mlp.swiGlu(shared * size))),
                Residual.before(keys.norm()))));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.DEEPSEEK
                .rename("mlp.gate", "mlp.router")
                .stack("mlp.experts.fc1.weight", TensorNames.Content.GATE_UP)
                .stack("mlp.experts.fc2.weight", TensorNames.Content.DOWN)
                .transposedStacks();
    }
}
