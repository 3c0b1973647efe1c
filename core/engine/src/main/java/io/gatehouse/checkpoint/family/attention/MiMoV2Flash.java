package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mask;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;

/**
 * MiMo-V2-Flash (Xiaomi): layers with windows have other key-value heads and a sink for each head; values are smaller than
 * keys and scaled; DeepSeek-V3's router without a shared expert.
 */
public final class MiMoV2Flash implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-5, 131_072, 5_000_000, 4);

    @Override
    public String title() {
        return "MiMo-V2-Flash";
    }

    @Override
    public List<String> architectures() {
        return List.of("MiMoV2FlashForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        int layers = keys.layers();
        // Published files have it beside the window, and no code reads it.
        file.findNumber("attention_chunk_size");
        List<String> types = file.has("hybrid_layer_pattern")
                ? file.numbers("hybrid_layer_pattern", layers).stream()
                        .map(kind -> kind == 0 ? FamilyKeys.FULL_ATTENTION : FamilyKeys.SLIDING_ATTENTION)
                        .toList()
                : keys.layerTypes(layer ->
                        layer == 0 || (layer + 1) % 6 == 0 ? FamilyKeys.FULL_ATTENTION : FamilyKeys.SLIDING_ATTENTION);
        List<Double> sparse = file.numbers("moe_layer_freq", layers);
        FeedForward.Sparse mixture = keys.deepSeekV3Mixture("n_routed_experts", "n_shared_experts", 0);
        List<FeedForward> feedForwards = sparse.isEmpty()
                ? keys.denseFirst("first_k_dense_replace", 1, mixture)
                : keys.feedForwards(layer -> sparse.get(layer) != 0, mixture);
        Norm norm = file.findPositive("layernorm_epsilon")
                .map(epsilon -> Norm.rms(epsilon.floatValue()))
                .orElseGet(keys::norm);
        Residual residual = Residual.before(norm);
        return keys.config(
                1,
                keys.layers(layer -> new Layer(
                        types.get(layer).equals(FamilyKeys.FULL_ATTENTION) ? full(file, keys) : sliding(file, keys),
                        feedForwards.get(layer),
                        residual)),
                keys.head(norm));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA.rename("self_attn.sinks", "self_attn.attention_sink_bias");
    }

    private static Attention full(ConfigFile file, FamilyKeys keys) {
        return attention(file, keys, keys.heads(), "num_key_value_heads")
                .sinks(file.flag("add_full_attention_sink_bias", false))
                .rope(keys.rope(FamilyKeys.FULL_ATTENTION, 5_000_000, 0.334))
                .build();
    }

    private static Attention sliding(ConfigFile file, FamilyKeys keys) {
        int heads =
                file.findSize("swa_num_attention_heads", FamilyKeys.MAX_HEADS).orElseGet(keys::heads);
        requireSame(file, keys, "swa_head_dim", "head_dim");
        requireSame(file, keys, "swa_v_head_dim", "v_head_dim");
        Attention.Builder attention = file.has("swa_num_key_value_heads")
                ? attention(file, keys, heads, "swa_num_key_value_heads")
                : builder(file, keys, heads, 2 * keys.keyValueHeads("num_key_value_heads", heads));
        // The published window counts the positions before the token.
        int window = file.findSize("sliding_window_size", Integer.MAX_VALUE - 1)
                .map(size -> size + 1)
                .orElseGet(() -> file.size("sliding_window", Integer.MAX_VALUE));
        Optional<Rope> rope = file.findPositive("swa_rope_theta").isPresent()
                ? Optional.of(keys.rope(file.positive("swa_rope_theta"), keys.number("partial_rotary_factor", 0.334)))
                : keys.rope(FamilyKeys.SLIDING_ATTENTION, 10_000, 0.334);
        return attention
                .sinks(file.flag("add_swa_attention_sink_bias", true))
                .mask(new Mask.Window(window))
                .rope(rope)
                .build();
    }

    private static Attention.Builder attention(ConfigFile file, FamilyKeys keys, int heads, String keyValueHeads) {
        return builder(file, keys, heads, keys.keyValueHeads(keyValueHeads, heads));
    }

    private static Attention.Builder builder(ConfigFile file, FamilyKeys keys, int heads, int keyValueHeads) {
        return Attention.builder(heads, keyValueHeads, keys.headDim())
                .valueDim(file.findSize("v_head_dim", FamilyKeys.MAX_HEADS).orElseGet(keys::headDim))
                .valueScale(file.findNumber("attention_value_scale").orElse(1.0))
                .bias(file.flag("attention_bias", false) ? AttentionBias.QUERY_KEY_VALUE : AttentionBias.NONE);
    }

    private static void requireSame(ConfigFile file, FamilyKeys keys, String key, String other) {
        int expected = file.findSize(other, FamilyKeys.MAX_HEADS).orElseGet(keys::headDim);
        file.findSize(key, FamilyKeys.MAX_HEADS)
                .filter(found -> found != expected)
                .ifPresent(found -> {
                    throw file.unsupported(key, found.toString(), "the %s of %d".formatted(other, expected));
                });
    }
}
