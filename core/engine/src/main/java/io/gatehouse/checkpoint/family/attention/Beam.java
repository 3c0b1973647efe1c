package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Head;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.QueryScale;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Beam: norms before and after each block, a gate of the attention's output with a bias for each head, full layers without
 * positions whose queries grow with their position, and shares of the residual stream that depend on the depth.
 */
public final class Beam implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-6, 8192, 10_000, OptionalInt.of(8));
    private static final QueryScale.Power GROWTH = new QueryScale.Power(0.1f, 2048);
    private static final double SOFT_CAP = 30;

    @Override
    public String title() {
        return "Beam";
    }

    @Override
    public List<String> architectures() {
        return List.of("BeamForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        int experts = keys.experts();
        FeedForward.Sparse mixture = keys.mixture(
                experts,
                "num_experts_per_tok",
                "moe_intermediate_size",
                keys.deepSeekV3Router(experts, true)
                        .withScale(1, false)
                        .withScale(file.findPositive("routed_scaling_factor").orElse(2.5), true));
        List<FeedForward> feedForwards = keys.denseFirst("first_k_dense_replace", 3, mixture);
        int last = keys.layers() - 1;
        List<String> types = keys.layerTypes(layer ->
                (layer + 1) % 6 == 0 || layer == last ? FamilyKeys.FULL_ATTENTION : FamilyKeys.SLIDING_ATTENTION);
        Head head = keys.head();
        return keys.config(
                1,
                keys.layers(layer -> new Layer(
                        attention(file, keys, types.get(layer)),
                        feedForwards.get(layer),
                        residual(keys.norm(), layer))),
                new Head(head.norm(), head.tied(), false, 1, softCap(file)));
    }

    private static Attention attention(ConfigFile file, FamilyKeys keys, String type) {
        boolean full = type.equals(FamilyKeys.FULL_ATTENTION);
        Optional<Rope> rope = full && file.findObject("rope_parameters").isEmpty()
                ? Optional.empty()
                : keys.rope(type, DEFAULTS.ropeTheta(), 1);
        Attention.Builder attention = keys.attention()
                .bias(keys.bias(false))
                .qkNorm(QkNorm.ofHead(keys.epsilon()))
                .gate(OutputGate.SIGMOID_BIASED_BY_HEAD)
                .mask(keys.mask(type))
                .rope(rope);
        return (rope.isPresent() ? attention : attention.queryScale(GROWTH)).build();
    }

    /** The n-th block of the model, counted from 2, adds f / sqrt(n) to h sqrt((n - 1) / n). */
    private static Residual residual(Norm norm, int layer) {
        return new Residual(norm, branch(2 * (layer + 1)), branch(2 * (layer + 1) + 1), false, false);
    }

    private static Residual.Branch branch(int n) {
        return new Residual.Branch(
                Residual.Norms.BOTH,
                (float) Math.sqrt((n - 1.0) / n),
                (float) (1 / Math.sqrt(n)),
                false,
                Optional.empty(),
                new Residual.Shares.ByLayer());
    }

    /** A null says that there is none. */
    private static Optional<Float> softCap(ConfigFile file) {
        Optional<Double> given = file.findPositive("final_logit_softcapping");
        return (file.has("final_logit_softcapping") ? given : Optional.of(SOFT_CAP)).map(Double::floatValue);
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA
                .rename("mixer_output_norm", "post_attention_layernorm")
                .rename("post_attention_layernorm", "pre_feedforward_layernorm")
                .rename("mlp_output_norm", "post_feedforward_layernorm")
                .rename("self_attn.output_gate", "self_attn.gate_proj")
                .rename("self_attn.output_gate.bias", "self_attn.gate_bias");
    }
}
