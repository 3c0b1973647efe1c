package io.gatehouse.checkpoint.family.hybrid;

import io.gatehouse.checkpoint.config.Activation;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.KimiDelta;
import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mask;
import io.gatehouse.checkpoint.config.Mixer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.HybridKeys;
import io.gatehouse.checkpoint.family.keys.LatentKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import io.gatehouse.checkpoint.family.latent.GlmMoeDsa;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * GLM-5.3-Flash: several residual streams that are mixed, layers of Kimi delta attention whose decay is bounded, and every
 * fourth one of latent attention without positions to the pools of tokens that an indexer chooses; DeepSeek-V3's router and
 * clamped SwiGLUs.
 */
public final class Glm5Next implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-5, 1_048_576, 10_000, OptionalInt.empty());
    private static final String INDEXED_ATTENTION = "indexed_attention";
    private static final int DENSE_LAYERS = 3;
    private static final double LOWER_BOUND = -5;

    @Override
    public String title() {
        return "GLM-5.3-Flash";
    }

    @Override
    public List<String> architectures() {
        return List.of("Glm5NextForConditionalGeneration", "Glm5NextForCausalLM");
    }

    @Override
    public List<String> textConfig() {
        return List.of("text_config");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        LatentKeys keys = new LatentKeys(file, DEFAULTS);
        FamilyKeys shared = keys.shared();
        shared.requireSwiGlu();
        List<String> types = HybridKeys.layerTypes(
                shared,
                layer -> layer % 4 == 3 ? INDEXED_ATTENTION : HybridKeys.LINEAR_ATTENTION,
                HybridKeys.LINEAR_ATTENTION,
                INDEXED_ATTENTION,
                FamilyKeys.FULL_ATTENTION);
        KimiDelta delta = delta(file, shared.epsilon());
        LatentAttention own = attention(file, keys);
        LatentAttention later = own.with(own.indexer().orElseThrow().inLaterLayer());
        List<Boolean> sharedIndexers = sharedIndexers(file, shared, types);
        Activation activation = new Activation.SwiGluOfClamped(
                file.findPositive("swiglu_limit").orElse(10.0).floatValue());
        FeedForward.Sparse mixture = mixture(file, keys, activation);
        FeedForward dense = new FeedForward.Dense(new Mlp(shared.width("intermediate_size"), activation, false));
        List<Boolean> sparse = shared.sparse("first_k_dense_replace", DENSE_LAYERS);
        Residual residual = Residual.before(shared.norm())
                .with(new Residual.Streams(
                        file.size("hc_mult", FamilyKeys.MAX_HEADS),
                        shared.number("hc_eps", 1e-6),
                        2,
                        0,
                        file.findSize("hc_sinkhorn_iters", Short.MAX_VALUE).orElse(20),
                        true));
        return shared.config(
                1,
                shared.layers(layer -> new Layer(
                        types.get(layer).equals(HybridKeys.LINEAR_ATTENTION)
                                ? delta
                                : (Mixer) (sharedIndexers.get(layer) ? later : own),
                        sparse.get(layer) ? mixture : dense,
                        residual)),
                shared.head());
    }

    private static KimiDelta delta(ConfigFile file, float epsilon) {
        Optional<ConfigFile> published = file.findObject("linear_attn_config");
        Optional<Double> bound = published
                .flatMap(linear -> linear.findNumber("gate_lower_bound"))
                .or(() -> file.findNumber("linear_lower_bound"));
        boolean bounded = published
                .map(linear -> linear.flag("safe_gate", true))
                .orElse(bound.isPresent() || !file.has("linear_lower_bound"));
        return new KimiDelta(
                size(file, published, "num_heads", "linear_num_heads"),
                size(file, published, "head_dim", "linear_head_dim"),
                size(file, published, "short_conv_kernel_size", "linear_conv_kernel_dim"),
                epsilon,
                true,
                bound.isPresent() || bounded ? OptionalDouble.of(bound.orElse(LOWER_BOUND)) : OptionalDouble.empty());
    }

    private static int size(ConfigFile file, Optional<ConfigFile> published, String publishedKey, String key) {
        return published
                .flatMap(linear -> linear.findSize(publishedKey, FamilyKeys.MAX_WIDTH))
                .orElseGet(() -> file.size(key, FamilyKeys.MAX_WIDTH));
    }

    private static LatentAttention attention(ConfigFile file, LatentKeys keys) {
        FamilyKeys shared = keys.shared();
        int heads = shared.heads();
        if (shared.keyValueHeads("num_key_value_heads", heads) != heads) {
            throw file.unsupported("num_key_value_heads", "fewer than heads", "as many as heads in latent attention");
        }
        if (file.isOn("qk_rope_head_dim")) {
            throw file.unsupported("qk_rope_head_dim", "a number", "0: attention without positions");
        }
        if (!file.flag("index_kpool_always_select_tail", true)) {
            throw file.unsupported("index_kpool_always_select_tail", "false", "true");
        }
        int pool = file.findSize("index_kpool", Short.MAX_VALUE).orElse(16);
        int topK = file.size("index_topk", Integer.MAX_VALUE);
        if (topK % pool != 0) {
            throw file.wrong("index_topk", topK, "a multiple of the index_kpool of %d".formatted(pool));
        }
        int plain = shared.width("qk_nope_head_dim");
        return new LatentAttention(
                heads,
                OptionalInt.of(shared.width("q_lora_rank")),
                shared.width("kv_lora_rank"),
                plain,
                0,
                shared.width("v_head_dim"),
                file.flag("attention_bias", false),
                shared.epsilon(),
                Optional.empty(),
                (float) (1 / Math.sqrt(plain)),
                Optional.empty(),
                OutputGate.NONE,
                Optional.of(new LatentAttention.Indexer(
                                file.size("index_n_heads", FamilyKeys.MAX_HEADS),
                                shared.width("index_head_dim"),
                                topK,
                                Rope.Layout.INTERLEAVED,
                                false)
                        .ofPools(pool)),
                new Mask.Causal(),
                LatentAttention.Latents.PLAIN,
                false);
    }

    /** A layer can share the choice of the layer before alone, and only where that has made or shared one. */
    private static List<Boolean> sharedIndexers(ConfigFile file, FamilyKeys keys, List<String> types) {
        List<Boolean> shared = GlmMoeDsa.sharedIndexers(file, keys);
        for (int layer = 0; layer < types.size(); layer++) {
            boolean indexed = !types.get(layer).equals(HybridKeys.LINEAR_ATTENTION);
            if (indexed
                    && shared.get(layer)
                    && (layer == 0
                            || types.get(layer - 1).equals(HybridKeys.LINEAR_ATTENTION)
                            || shared.get(layer - 1))) {
                throw file.unsupported(
                        "indexer_types", "shared", "full in layer %d, before which none chooses".formatted(layer));
            }
        }
        return shared;
    }

    private static FeedForward.Sparse mixture(ConfigFile file, LatentKeys keys, Activation activation) {
        int experts = keys.experts();
        Mlp expert = new Mlp(keys.shared().width("moe_intermediate_size"), activation, false);
        int shared = file.findSize("n_shared_experts", Short.MAX_VALUE).orElse(1);
        return new FeedForward.Sparse(experts, file.size("num_experts_per_tok", experts), expert, keys.sigmoidRouter())
                .with(SharedExpert.added(expert.withSize(Math.multiplyExact(shared, expert.size()))));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return LatentKeys.NAMES
                .rename("self_attn.indexer.pool_gate.weight", "self_attn.indexer.index_kpool_compress_gate")
                .rename("self_attn.indexer.pool_positions", "self_attn.indexer.index_kpool_compress_ape")
                .rename("mixer_streams.fn", "hc_attn_fn")
                .rename("mixer_streams.base", "hc_attn_base")
                .rename("mixer_streams.scale", "hc_attn_scale")
                .rename("mlp_streams.fn", "hc_ffn_fn")
                .rename("mlp_streams.base", "hc_ffn_base")
                .rename("mlp_streams.scale", "hc_ffn_scale");
    }
}
