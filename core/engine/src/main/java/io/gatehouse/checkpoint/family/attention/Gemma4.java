package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Activation;
import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Head;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.RopeKeys;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Gemma 4 26B-A4B (Google): a mixture beside a whole feed-forward block in every layer, each with norms of its own; the
 * router reads the residual stream through a norm and has a factor for each expert; full layers have larger heads, and in
 * some models keys that are the values, too.
 */
public final class Gemma4 implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-6, 131_072, 10_000, OptionalInt.of(4), true);

    @Override
    public String title() {
        return "Gemma 4";
    }

    @Override
    public List<String> architectures() {
        return List.of("Gemma4ForCausalLM", "Gemma4ForConditionalGeneration");
    }

    @Override
    public List<String> textConfig() {
        return List.of("text_config");
    }

    @Override
    public List<String> deviations() {
        return List.of(
                "Recorded logits are those of the router; transformers 5.24 records probabilities in their place.");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        keys.requireFlag("enable_moe_block", true);
        keys.requireFlag("use_double_wide_mlp", false);
        keys.requireText("hidden_activation", "gelu_pytorch_tanh");
        refuse(file, "hidden_size_per_layer_input");
        refuse(file, "num_kv_shared_layers");
        if (file.isOn("use_bidirectional_attention")
                && !file.findText("use_bidirectional_attention").orElse("").equals("vision")) {
            throw file.unsupported("use_bidirectional_attention", "all", "attention to earlier tokens");
        }
        int experts = keys.experts();
        Activation activation = new Activation.GeluGlu();
        FeedForward mixture = new FeedForward.Sparse(
                        experts,
                        file.size("top_k_experts", experts),
                        new Mlp(keys.width("moe_intermediate_size"), activation, false),
                        Router.softmax(true).ofResidual())
                .besideOf(new Mlp(keys.width("intermediate_size"), activation, false));
        List<String> types = keys.layerTypes(layer -> (layer + 1) % 6 == 0 || layer == keys.layers() - 1
                ? FamilyKeys.FULL_ATTENTION
                : FamilyKeys.SLIDING_ATTENTION);
        Residual.Branch branch = Residual.Branch.of(Residual.Norms.BOTH);
        Residual residual = new Residual(keys.norm(), branch, branch, false, true);
        Head head = keys.head();
        return keys.config(
                (float) Math.sqrt(keys.hidden()),
                keys.layers(layer -> new Layer(attention(file, keys, types.get(layer), layer), mixture, residual)),
                new Head(
                        head.norm(),
                        head.tied(),
                        false,
                        1,
                        file.findPositive("final_logit_softcapping").map(Double::floatValue)));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA
                .rename("mixer_output_norm", "post_attention_layernorm")
                .rename("post_attention_layernorm", "pre_feedforward_layernorm")
                .rename("mlp_output_norm", "post_feedforward_layernorm")
                .rename("mlp.dense_output_norm", "post_feedforward_layernorm_1")
                .rename("mlp.experts_input_norm", "pre_feedforward_layernorm_2")
                .rename("mlp.experts_output_norm", "post_feedforward_layernorm_2")
                .rename("mlp.gate", "router.proj")
                .rename("mlp.gate.scale", "router.scale")
                .rename("mlp.gate.per_expert_scale", "router.per_expert_scale")
                .rename("mlp.experts", "experts");
    }

    private static Attention attention(ConfigFile file, FamilyKeys keys, String type, int layer) {
        boolean full = type.equals(FamilyKeys.FULL_ATTENTION);
        int heads = keys.heads();
        boolean shared = full && file.flag("attention_k_eq_v", false);
        // transformers 5 saves what differs in some layers under their numbers.
        Optional<ConfigFile> own =
                file.findObject("per_layer_config").flatMap(all -> all.findObject(String.valueOf(layer)));
        int keyValueHeads = own.flatMap(keysOfLayer -> keysOfLayer.findSize("num_key_value_heads", heads))
                .or(() -> shared ? file.findSize("num_global_key_value_heads", heads) : Optional.empty())
                .orElseGet(() -> keys.keyValueHeads("num_key_value_heads", heads));
        int headDim = own.flatMap(keysOfLayer -> keysOfLayer.findSize("head_dim", FamilyKeys.MAX_HEADS))
                .orElseGet(() -> full && !file.has("per_layer_config")
                        ? file.findSize("global_head_dim", FamilyKeys.MAX_HEADS).orElse(512)
                        : keys.headDim());
        Norm norm = keys.norm();
        return Attention.builder(heads, keyValueHeads, headDim)
                .bias(keys.bias(false))
                .scale(1)
                .qkNorm(QkNorm.ofHead(keys.epsilon()))
                .valueNorm(norm)
                .keysAreValues(shared)
                .mask(keys.mask(type))
                .rope(new RopeKeys(file, keys.positions(), headDim)
                        .read(type, full ? 1_000_000 : 10_000, full ? 0.25 : 1))
                .build();
    }

    private static void refuse(ConfigFile file, String key) {
        if (file.isOn(key)) {
            throw file.unsupported(
                    key, String.valueOf(file.findNumber(key).orElse(0.0).intValue()), "0");
        }
    }
}
