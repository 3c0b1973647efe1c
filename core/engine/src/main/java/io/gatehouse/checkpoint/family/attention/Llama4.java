package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mask;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.QueryScale;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;

/**
 * Llama 4 (Meta): three of four layers attend within chunks, and the fourth to all tokens, without rotary embedding and with
 * queries that grow with their position. Each token has one expert, whose input is multiplied by the weight.
 */
public final class Llama4 implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-5, 131_072, 500_000, 8);

    @Override
    public String title() {
        return "Llama 4";
    }

    @Override
    public List<String> architectures() {
        return List.of("Llama4ForCausalLM", "Llama4ForConditionalGeneration");
    }

    @Override
    public List<String> textConfig() {
        return List.of("text_config");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        int layers = keys.layers();
        keys.requireSwiGlu();
        FeedForward mixture = keys.mixture(
                        "intermediate_size",
                        new Router.Scored(Router.Score.LOGIT, Router.Weight.SIGMOID, new Router.Normalisation.None())
                                .onInputs())
                .with(SharedExpert.added(Mlp.swiGlu(keys.width("intermediate_size"))));
        int step = file.findSize("interleave_moe_layer_step", FamilyKeys.MAX_LAYERS)
                .orElse(1);
        List<Long> sparse = file.wholeNumbers("moe_layers");
        // An empty list stands for every "no_rope_layer_interval"th.
        List<Double> rotated = file.isOn("no_rope_layers") ? file.numbers("no_rope_layers", layers) : List.of();
        int every =
                file.findSize("no_rope_layer_interval", FamilyKeys.MAX_LAYERS).orElse(4);
        Residual residual = Residual.before(keys.norm());
        return keys.config(keys.layers(layer -> {
            boolean isSparse = sparse.isEmpty() ? (layer + 1) % step == 0 : sparse.contains((long) layer);
            boolean turns = rotated.isEmpty() ? (layer + 1) % every != 0 : rotated.get(layer) != 0;
            return new Layer(
                    attention(file, keys, turns),
                    isSparse ? mixture : new FeedForward.Dense(keys.width("intermediate_size_mlp")),
                    residual);
        }));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA
                .rename("mlp", "feed_forward")
                .rename("mlp.gate", "feed_forward.router")
                .transposedStacks();
    }

    private static Attention attention(ConfigFile file, FamilyKeys keys, boolean turns) {
        keys.kinds("layer_types", keys.layers(), List.of("chunked_attention", FamilyKeys.FULL_ATTENTION));
        Attention.Builder attention = keys.attention().bias(keys.bias(false));
        if (!turns) {
            if (file.flag("attn_temperature_tuning", true)) {
                attention.queryScale(
                        new QueryScale.Steps(keys.number("attn_scale", 0.1), keys.number("floor_scale", 8192), 1));
            }
            return attention.build();
        }
        if (file.flag("use_qk_norm", true)) {
            attention.qkNorm(
                    new QkNorm(QkNorm.Span.HEAD, new Norm(Norm.Kind.RMS_WITHOUT_WEIGHT, keys.epsilon()), true));
        }
        file.findSize("attention_chunk_size", Integer.MAX_VALUE)
                .ifPresent(size -> attention.mask(new Mask.Chunk(size)));
        return attention.rope(keys.rope().with(Rope.Layout.INTERLEAVED)).build();
    }
}
