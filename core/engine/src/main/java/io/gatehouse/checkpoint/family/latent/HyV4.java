package io.gatehouse.checkpoint.family.latent;

import io.gatehouse.checkpoint.config.Activation;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mask;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.LatentKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Hy4 (Tencent): several residual streams, latent attention with sinks and a gate for each entry of its output, an indexer
 * that later layers share, DeepSeek-V3's router, and experts whose SwiGLU is clamped. The text model of Hy4-VL rotates
 * pairs of neighbours instead of halves, and takes the epsilon of its latent norms from the config.
 */
public final class HyV4 implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-5, 262_144, 10_000_000, OptionalInt.empty());
    private static final String TEXT = "HYV4ForCausalLM";
    private static final int DENSE_LAYERS = 1;

    @Override
    public String title() {
        return "Hy4";
    }

    @Override
    public List<String> architectures() {
        return List.of(TEXT, "HYV4VLForConditionalGeneration");
    }

    @Override
    public List<String> textConfig() {
        return List.of("text_config");
    }

    @Override
    public List<String> deviations() {
        return List.of(
                "The latent norms of Hy4 without images have epsilon 1e-6 whatever rms_norm_eps says, as in transformers.");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        LatentKeys keys = new LatentKeys(file, DEFAULTS);
        FamilyKeys shared = keys.shared();
        shared.kinds("layer_types", shared.layers(), List.of("indexed_attention", "deepseek_sparse_attention"));
        LatentAttention own = attention(file, keys);
        LatentAttention later = own.with(own.indexer().orElseThrow().inLaterLayer());
        List<Boolean> isShared = GlmMoeDsa.sharedIndexers(file, shared);
        Mlp expert = new Mlp(
                shared.width("moe_intermediate_size"),
                new Activation.SwiGluOfClamped((float) file.positive("swiglu_limit")),
                false);
        FeedForward.Sparse mixture = new FeedForward.Sparse(
                        keys.experts(), file.size("num_experts_per_tok", keys.experts()), expert, keys.sigmoidRouter())
                .with(SharedExpert.added(Mlp.swiGlu(Math.multiplyExact(
                        file.findSize("n_shared_experts", Short.MAX_VALUE).orElse(1), expert.size()))));
        shared.requireSwiGlu();
        List<FeedForward> feedForwards = keys.feedForwards(DENSE_LAYERS, mixture);
        float epsilon = shared.number("hc_eps", 1e-6);
        Residual residual = Residual.before(shared.norm())
                .with(new Residual.Streams(
                        file.size("hc_mult", FamilyKeys.MAX_HEADS),
                        epsilon,
                        shared.number("hc_magnitude", 2),
                        epsilon,
                        0,
                        false));
        return shared.config(
                1,
                shared.layers(layer -> new Layer(isShared.get(layer) ? later : own, feedForwards.get(layer), residual)),
                shared.head());
    }

    private static LatentAttention attention(ConfigFile file, LatentKeys keys) {
        boolean text = file.architecture().equals(TEXT);
        Rope.Layout layout = text ? Rope.Layout.HALVES : Rope.Layout.INTERLEAVED;
        LatentAttention plain = keys.attention(
                Optional.of(keys.rope(layout)),
                Optional.empty(),
                OutputGate.SIGMOID,
                Optional.of(keys.indexer(layout).rotatingLast(keys.shared().epsilon())));
        return new LatentAttention(
                plain.heads(),
                plain.queryRank(),
                plain.latentRank(),
                plain.plainDim(),
                plain.rotaryDim(),
                plain.valueDim(),
                plain.biased(),
                text ? LatentAttention.LATENT_EPSILON : keys.shared().epsilon(),
                plain.rope(),
                plain.scale(),
                plain.queryScale(),
                plain.gate(),
                plain.indexer(),
                new Mask.Causal(),
                plain.latents(),
                true);
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return LatentKeys.NAMES
                .rename("self_attn.output_gate", "self_attn.linear_gate")
                .rename("self_attn.sinks", "self_attn.learnable_sink_param")
                .rename("mixer_streams.fn", "hc_attn_layer.hc_pre.hc_fn")
                .rename("mixer_streams.base", "hc_attn_layer.hc_pre.hc_base")
                .rename("mixer_streams.scale", "hc_attn_layer.hc_pre.hc_scale")
                .rename("mlp_streams.fn", "hc_mlp_layer.hc_pre.hc_fn")
                .rename("mlp_streams.base", "hc_mlp_layer.hc_pre.hc_base")
                .rename("mlp_streams.scale", "hc_mlp_layer.hc_pre.hc_scale")
                .rename("model.streams.fn", "model.hc_head.hc_head_fn")
                .rename("model.streams.base", "model.hc_head.hc_head_base")
                .rename("model.streams.scale", "model.hc_head.hc_head_scale");
    }
}
