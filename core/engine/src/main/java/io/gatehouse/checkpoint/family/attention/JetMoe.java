package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.ExpertAttention;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.RopeKeys;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.OptionalInt;

/**
 * JetMoe (arXiv 2404.07413): experts in attention and feed-forward block, with a router each. Whatever the config says, the
 * norms of the layers have an epsilon of 1e-6, as in Hugging Face's code.
 */
public final class JetMoe implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-6, 4096, 10_000, OptionalInt.of(16), true);
    private static final float EPSILON_OF_LAYERS = 1e-6f;

    @Override
    public String title() {
        return "JetMoe";
    }

    @Override
    public List<String> architectures() {
        return List.of("JetMoeForCausalLM");
    }

    @Override
    public List<String> deviations() {
        return List.of("The norms of the layers have epsilon 1e-6 whatever rms_norm_eps says, as in transformers.");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        file.findText("activation_function")
                .filter(name -> !name.equals("silu") && !name.equals("swish"))
                .ifPresent(name -> {
                    throw file.unsupported("activation_function", name, "silu");
                });
        int experts = keys.experts("num_local_experts");
        int topK = file.findSize("num_experts_per_tok", experts).orElse(Math.min(2, experts));
        int keyValueHeads =
                file.findSize("num_key_value_heads", FamilyKeys.MAX_HEADS).orElse(16);
        int headDim = file.findSize("kv_channels", FamilyKeys.MAX_HEADS).orElse(128);
        if (headDim % 2 != 0) {
            throw file.wrong("kv_channels", headDim, "an even number, which rotary embedding needs");
        }
        Attention attention = Attention.builder(topK * keyValueHeads, keyValueHeads, headDim)
                .rope(new RopeKeys(file, keys.positions(), headDim).read(DEFAULTS.ropeTheta()))
                .build();
        FeedForward mixture = new FeedForward.Sparse(
                        experts, topK, Mlp.swiGlu(keys.width("intermediate_size")), Router.softmaxOfChosen())
                .withOutputBias();
        return keys.config(keys.alike(new Layer(
                new ExpertAttention(experts, topK, attention), mixture, Residual.before(Norm.rms(EPSILON_OF_LAYERS)))));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        ExpertAttention mixer = (ExpertAttention) config.layers().get(0).mixer();
        long width = mixer.queryWidth();
        TensorNames names = TensorNames.LLAMA
                .rename("self_attn.gate", "self_attention.experts.router.layer")
                .rename("self_attn.output_bias", "self_attention.experts.bias")
                .rename("mlp.gate", "mlp.router.layer")
                .rename("mlp.output_bias", "mlp.bias")
                .stack("mlp.input_linear.weight", TensorNames.Content.GATE_UP)
                .stack("mlp.output_linear.weight", TensorNames.Content.DOWN)
                .rows("self_attn.k_proj.weight", "self_attention.kv_proj.weight", 0)
                .rows("self_attn.v_proj.weight", "self_attention.kv_proj.weight", width);
        for (int expert = 0; expert < mixer.experts(); expert++) {
            String block = "self_attn.experts." + expert;
            names = names.rows(block + ".q_proj.weight", "self_attention.experts.input_linear.weight", expert * width)
                    .rows(
                            block + ".o_proj.weight",
                            "self_attention.experts.output_linear.weight",
                            expert * (long) config.hiddenSize());
        }
        return names;
    }
}
