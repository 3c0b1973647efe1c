package io.gatehouse.checkpoint.family.hybrid;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mixer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.ShortConvolution;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.HybridKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/** LFM2-MoE: layers of short convolutions, and some of attention; sigmoid router with a bias of the selection. */
public final class Lfm2Moe implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-5, 128_000, 1_000_000, OptionalInt.of(8), true);
    private static final String CONVOLUTION = "conv";
    private static final int DENSE_LAYERS = 2;

    @Override
    public String title() {
        return "LFM2-MoE";
    }

    @Override
    public List<String> architectures() {
        return List.of("Lfm2MoeForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        Norm norm = Norm.rms(file.findPositive("norm_eps").orElse(1e-5).floatValue());
        Attention attention = keys.attention()
                .rope(keys.rope())
                .qkNorm(new QkNorm(QkNorm.Span.HEAD, norm, false))
                .build();
        ShortConvolution convolution =
                new ShortConvolution(HybridKeys.kernel(file, "conv_L_cache"), file.flag("conv_bias", false));
        Router.Normalisation normalisation = file.flag("norm_topk_prob", true)
                ? new Router.Normalisation.Sum(1e-6f)
                : new Router.Normalisation.None();
        Router router = Router.sigmoid(normalisation)
                .withSelectionBias(file.flag("use_expert_bias", true))
                .withScale(file.findPositive("routed_scaling_factor").orElse(1.0), false);
        int dense = file.findWhole("num_dense_layers", 0, FamilyKeys.MAX_LAYERS).orElse(DENSE_LAYERS);
        List<FeedForward> feedForwards =
                keys.feedForwards(layer -> layer >= dense, keys.mixture("moe_intermediate_size", router));
        Set<Long> full = Set.copyOf(file.wholeNumbers("full_attn_idxs"));
        List<String> types = HybridKeys.layerTypes(
                keys,
                layer -> full.isEmpty() || full.contains((long) layer) ? FamilyKeys.FULL_ATTENTION : CONVOLUTION,
                CONVOLUTION,
                FamilyKeys.FULL_ATTENTION);
        return keys.config(
                1,
                IntStream.range(0, types.size())
                        .mapToObj(layer -> new Layer(
                                types.get(layer).equals(CONVOLUTION) ? convolution : (Mixer) attention,
                                feedForwards.get(layer),
                                Residual.before(norm)))
                        .toList(),
                keys.head(norm));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA
                .rename("model.norm", "model.embedding_norm")
                .rename("input_layernorm", "operator_norm")
                .rename("post_attention_layernorm", "ffn_norm")
                .rename("self_attn.o_proj", "self_attn.out_proj")
                .rename("self_attn.q_norm", "self_attn.q_layernorm")
                .rename("self_attn.k_norm", "self_attn.k_layernorm")
                .rename("mlp", "feed_forward")
                .rename("mlp.gate.e_score_correction_bias", "feed_forward.expert_bias")
                .rename("mlp.gate_proj", "feed_forward.w1")
                .rename("mlp.up_proj", "feed_forward.w3")
                .rename("mlp.down_proj", "feed_forward.w2")
                .rename("mlp.experts.*.gate_proj", "feed_forward.experts.*.w1")
                .rename("mlp.experts.*.up_proj", "feed_forward.experts.*.w3")
                .rename("mlp.experts.*.down_proj", "feed_forward.experts.*.w2");
    }
}
