package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Head;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mask;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Granite 3.0 MoE (IBM), the same with a shared expert, and the same with windows, sinks and a theta for each layer:
 * factors on embeddings, residual branches, attention scores and logits.
 */
public final class GraniteMoe implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-6, 2048, 10_000, OptionalInt.empty());

    @Override
    public String title() {
        return "Granite 3 MoE";
    }

    @Override
    public List<String> architectures() {
        return List.of("GraniteMoeForCausalLM", "GraniteMoeSharedForCausalLM", "GraniteMoeSWAForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        boolean windows = file.architecture().equals("GraniteMoeSWAForCausalLM");
        FeedForward.Sparse mixture = keys.mixture("intermediate_size", Router.softmaxOfChosen());
        // A shared expert of size 0 is none.
        int shared = file.findWhole("shared_intermediate_size", 0, FamilyKeys.MAX_WIDTH)
                .orElse(0);
        FeedForward feedForward = shared == 0 ? mixture : mixture.with(SharedExpert.added(Mlp.swiGlu(shared)));
        Residual residual = Residual.before(keys.norm()).adding(keys.number("residual_multiplier", 1));
        List<String> types = keys.layerTypes(
                layer -> windows && layer % 4 != 0 ? FamilyKeys.SLIDING_ATTENTION : FamilyKeys.FULL_ATTENTION);
        List<Double> thetas = file.numbers("layer_rope_theta", keys.layers());
        Head plain = keys.head();
        Head head = new Head(plain.norm(), plain.tied(), false, 1 / keys.number("logits_scaling", 1), Optional.empty());
        return keys.config(
                keys.number("embedding_multiplier", 1),
                keys.layers(layer -> new Layer(
                        keys.attention()
                                .bias(keys.bias(false))
                                .scale(keys.number("attention_multiplier", 1))
                                .sinks(windows)
                                .mask(windows ? keys.mask(types.get(layer)) : new Mask.Causal())
                                .rope(thetas.isEmpty() ? Optional.of(keys.rope()) : keys.rope(thetas.get(layer)))
                                .build(),
                        feedForward,
                        residual)),
                head);
    }

    @Override
    public TensorNames names(ModelConfig config) {
        TensorNames names = TensorNames.LLAMA
                .rename("mlp", "block_sparse_moe")
                .rename("mlp.gate", "block_sparse_moe.router.layer")
                .rename("mlp.shared_expert.down_proj", "shared_mlp.output_linear")
                .stack("block_sparse_moe.input_linear.weight", TensorNames.Content.GATE_UP)
                .stack("block_sparse_moe.output_linear.weight", TensorNames.Content.DOWN);
        TensorNames own = config.architecture().equals("GraniteMoeSWAForCausalLM")
                ? names.rename("mlp.gate", "block_sparse_moe.router")
                : names;
        long size = config.feedForwards().stream()
                .flatMap(block -> ((FeedForward.Sparse) block).shared().stream())
                .mapToLong(shared -> shared.mlp().size())
                .findFirst()
                .orElse(0);
        return own.rows("mlp.shared_expert.gate_proj.weight", "shared_mlp.input_linear.weight", 0)
                .rows("mlp.shared_expert.up_proj.weight", "shared_mlp.input_linear.weight", size);
    }
}
