package io.gatehouse.checkpoint.family.hybrid;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.GatedDelta;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mixer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.HybridKeys;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Qwen3-Next, and Qwen3.5-MoE: layers of gated DeltaNet, and every fourth one of attention with a gate of its output that
 * the query projection computes; a gated shared expert beside each mixture.
 */
public final class Qwen3Next implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-6, 32_768, 10_000, 2);
    private static final double ROTATED_SHARE = 0.25;
    private static final int ATTENTION_EVERY = 4;
    private static final String NEXT = "Qwen3NextForCausalLM";

    @Override
    public String title() {
        return "Qwen3-Next and Qwen3.5-MoE";
    }

    @Override
    public List<String> architectures() {
        return List.of(NEXT, "Qwen3_5MoeForCausalLM", "Qwen3_5MoeForConditionalGeneration");
    }

    @Override
    public List<String> textConfig() {
        return List.of("text_config");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        boolean next = file.architecture().equals(NEXT);
        Norm norm = new Norm(Norm.Kind.RMS_ONE_PLUS, keys.epsilon());
        Attention attention = keys.attention()
                .rope(keys.partialRope(ROTATED_SHARE))
                .bias(file.flag("attention_bias", false) ? AttentionBias.ALL : AttentionBias.NONE)
                .qkNorm(new QkNorm(QkNorm.Span.HEAD, norm, false))
                .gate(OutputGate.SIGMOID_OF_QUERY)
                .build();
        GatedDelta delta = HybridKeys.gatedDelta(
                file, keys.epsilon(), next ? GatedDelta.Projections.BY_KEY_HEAD : GatedDelta.Projections.SEPARATE);
        FeedForward.Sparse mixture = keys.mixture(
                        "moe_intermediate_size", Router.softmax(!next || file.flag("norm_topk_prob", true)))
                .with(SharedExpert.gated(Mlp.swiGlu(keys.width("shared_expert_intermediate_size"))));
        int every = file.findSize("full_attention_interval", Integer.MAX_VALUE).orElse(ATTENTION_EVERY);
        List<String> types = HybridKeys.layerTypes(
                keys,
                layer -> (layer + 1) % every == 0 ? FamilyKeys.FULL_ATTENTION : HybridKeys.LINEAR_ATTENTION,
                HybridKeys.LINEAR_ATTENTION,
                FamilyKeys.FULL_ATTENTION);
        List<FeedForward> feedForwards = keys.sparseSteps(mixture);
        return keys.config(
                1,
                IntStream.range(0, types.size())
                        .mapToObj(layer -> new Layer(
                                types.get(layer).equals(FamilyKeys.FULL_ATTENTION) ? attention : (Mixer) delta,
                                feedForwards.get(layer),
                                Residual.before(norm)))
                        .toList(),
                keys.head(norm));
    }
}
