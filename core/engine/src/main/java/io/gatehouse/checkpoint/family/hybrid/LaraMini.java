package io.gatehouse.checkpoint.family.hybrid;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.GatedDelta;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mask;
import io.gatehouse.checkpoint.config.Mixer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.QkNorm;
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
 * Lara Mini: gated DeltaNet, attention over a window with rotary embedding, and full attention without; a shared expert
 * without a gate beside each mixture.
 */
public final class LaraMini implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-6, 131_072, 10_000, OptionalInt.empty(), true);

    @Override
    public String title() {
        return "Lara Mini";
    }

    @Override
    public List<String> architectures() {
        return List.of("LaraMiniForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        keys.requireFlag("attention_bias", false);
        Attention.Builder attention = keys.attention().qkNorm(QkNorm.ofHead(keys.epsilon()));
        Attention full = attention.build();
        Attention sliding = attention
                .rope(keys.rope())
                .mask(new Mask.Window(file.size("sliding_window", Integer.MAX_VALUE)))
                .build();
        GatedDelta delta = HybridKeys.gatedDelta(file, keys.epsilon(), GatedDelta.Projections.SEPARATE);
        FeedForward.Sparse mixture = keys.mixture(
                        "moe_intermediate_size", Router.softmax(file.flag("norm_topk_prob", true)))
                .with(SharedExpert.added(Mlp.swiGlu(keys.width("shared_expert_intermediate_size"))));
        List<String> types = keys.kinds(
                        "layer_types",
                        keys.layers(),
                        List.of(HybridKeys.LINEAR_ATTENTION, FamilyKeys.SLIDING_ATTENTION, FamilyKeys.FULL_ATTENTION))
                .orElseThrow(() -> file.wrong("layer_types", "absent", "a list of kinds of layers"));
        return keys.config(
                1,
                types.stream()
                        .map(type -> new Layer(
                                switch (type) {
                                    case HybridKeys.LINEAR_ATTENTION -> delta;
                                    case FamilyKeys.SLIDING_ATTENTION -> sliding;
                                    default -> (Mixer) full;
                                },
                                mixture,
                                Residual.before(keys.norm())))
                        .toList(),
                keys.head());
    }

    /** One projection has the rows of all: queries, keys, values, z, b, a. */
    @Override
    public TensorNames names(ModelConfig config) {
        TensorNames names = TensorNames.LLAMA.rename("linear_attn.norm", "linear_attn.out_norm");
        Optional<GatedDelta> found = config.layers().stream()
                .map(Layer::mixer)
                .filter(GatedDelta.class::isInstance)
                .map(GatedDelta.class::cast)
                .findFirst();
        if (found.isEmpty()) {
            return names;
        }
        GatedDelta delta = found.get();
        long mixed = 2L * delta.keyWidth() + delta.valueWidth();
        String tensor = "linear_attn.in_proj.weight";
        return names.rows("linear_attn.in_proj_qkv.weight", tensor, 0)
                .rows("linear_attn.in_proj_z.weight", tensor, mixed)
                .rows("linear_attn.in_proj_b.weight", tensor, mixed + delta.valueWidth())
                .rows("linear_attn.in_proj_a.weight", tensor, mixed + delta.valueWidth() + delta.valueHeads());
    }
}
