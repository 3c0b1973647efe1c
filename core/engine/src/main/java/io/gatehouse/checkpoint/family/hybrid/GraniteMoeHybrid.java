package io.gatehouse.checkpoint.family.hybrid;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Head;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mamba2;
import io.gatehouse.checkpoint.config.Mixer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.HybridKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Granite 4: layers of Mamba-2, and some of attention, mostly without positions; a mixture with a shared expert, and
 * factors for embeddings, scores, residuals and logits.
 */
public final class GraniteMoeHybrid implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-6, 2048, 10_000, OptionalInt.empty());

    @Override
    public String title() {
        return "Granite 4.0 H";
    }

    @Override
    public List<String> architectures() {
        return List.of("GraniteMoeHybridForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        Attention attention = keys.attention()
                .bias(file.flag("attention_bias", false) ? AttentionBias.ALL : AttentionBias.NONE)
                .scale(keys.number("attention_multiplier", 1))
                .rope(positions(file).equals("rope") ? Optional.of(keys.rope()) : Optional.empty())
                .build();
        Mamba2 mamba = mamba(file, keys);
        SharedExpert shared = SharedExpert.added(Mlp.swiGlu(keys.width("shared_intermediate_size")));
        FeedForward feedForward =
                keys.mixture("intermediate_size", Router.softmaxOfChosen()).with(shared);
        List<String> types = HybridKeys.layerTypes(
                keys,
                layer -> HybridKeys.LINEAR_ATTENTION,
                HybridKeys.LINEAR_ATTENTION,
                FamilyKeys.FULL_ATTENTION,
                "mamba",
                "attention");
        Residual residual = Residual.before(keys.norm()).adding(keys.number("residual_multiplier", 1));
        Head head = keys.head();
        return keys.config(
                keys.number("embedding_multiplier", 1),
                types.stream()
                        .map(type -> new Layer(
                                type.equals(FamilyKeys.FULL_ATTENTION) || type.equals("attention")
                                        ? attention
                                        : (Mixer) mamba,
                                feedForward,
                                residual))
                        .toList(),
                new Head(
                        head.norm(),
                        head.tied(),
                        head.biased(),
                        (float) (1 / file.findPositive("logits_scaling").orElse(1.0)),
                        head.softCap()));
    }

    private static String positions(ConfigFile file) {
        String type = file.findText("position_embedding_type").orElse("nope");
        if (!type.equals("rope") && !type.equals("nope")) {
            throw file.unsupported("position_embedding_type", type, "rope and nope");
        }
        return type;
    }

    private static Mamba2 mamba(ConfigFile file, FamilyKeys keys) {
        int heads = file.size("mamba_n_heads", FamilyKeys.MAX_WIDTH);
        int width = Math.multiplyExact(file.findSize("mamba_expand", 1 << 10).orElse(2), keys.hidden());
        String dim = "mamba_d_head";
        int headDim = file.has(dim) && !file.isText(dim) ? keys.width(dim) : width / heads;
        if (Math.multiplyExact(heads, headDim) != width) {
            throw file.wrong("mamba_n_heads", heads, "heads of %d entries together".formatted(width));
        }
        HybridKeys.Limits limits = HybridKeys.limits(file, "time_step_limit");
        return new Mamba2(
                heads,
                headDim,
                file.findSize("mamba_n_groups", heads).orElse(1),
                file.size("mamba_d_state", FamilyKeys.MAX_WIDTH),
                HybridKeys.kernel(file, "mamba_d_conv"),
                file.flag("mamba_conv_bias", true),
                file.flag("mamba_proj_bias", false),
                keys.epsilon(),
                limits.least(),
                limits.greatest());
    }

    @Override
    public TensorNames names(ModelConfig config) {
        long shared = config.layers().stream()
                .map(Layer::feedForward)
                .filter(FeedForward.Sparse.class::isInstance)
                .map(FeedForward.Sparse.class::cast)
                .flatMap(mixture -> mixture.shared().stream())
                .mapToLong(expert -> expert.mlp().size())
                .findFirst()
                .orElse(0);
        String gateUp = "shared_mlp.input_linear.weight";
        return TensorNames.LLAMA
                .rename("mlp.gate", "block_sparse_moe.router.layer")
                .rename("mlp.shared_expert.down_proj", "shared_mlp.output_linear")
                .rows("mlp.shared_expert.gate_proj.weight", gateUp, 0)
                .rows("mlp.shared_expert.up_proj.weight", gateUp, shared)
                .stack("block_sparse_moe.input_linear.weight", TensorNames.Content.GATE_UP)
                .stack("block_sparse_moe.output_linear.weight", TensorNames.Content.DOWN);
    }
}
