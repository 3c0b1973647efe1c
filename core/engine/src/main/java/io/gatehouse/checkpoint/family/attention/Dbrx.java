package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.RopeKeys;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.Collections;
import java.util.List;

/**
 * DBRX (Databricks): LayerNorms without biases, one clipped projection for queries, keys and values, and a softmax whose
 * chosen weights are divided by their norm. The down projection of an expert is stored transposed.
 */
public final class Dbrx implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-5, 2048, 10_000, 1);

    @Override
    public String title() {
        return "DBRX";
    }

    @Override
    public List<String> architectures() {
        return List.of("DbrxForCausalLM");
    }

    @Override
    public List<String> deviations() {
        return List.of(
                "transformers 5.24 rotates with theta 10000 whatever attn_config.rope_theta says; Gatehouse reads the key.");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        int heads = file.size("n_heads", FamilyKeys.MAX_HEADS);
        int hidden = file.size("d_model", FamilyKeys.MAX_WIDTH);
        int positions = file.findSize("max_seq_len", Integer.MAX_VALUE).orElse(2048);
        ConfigFile attentionKeys = file.findObject("attn_config").orElse(file);
        ConfigFile expertKeys = file.findObject("ffn_config").orElse(file);
        if (hidden % heads != 0) {
            throw file.wrong("n_heads", heads, "a divisor of the d_model %d".formatted(hidden));
        }
        int headDim = hidden / heads;
        Rope rope = new RopeKeys(file, positions, headDim)
                .read(attentionKeys.findPositive("rope_theta").orElse(10_000.0), 1, false);
        Attention attention = Attention.builder(
                        heads, attentionKeys.findSize("kv_n_heads", heads).orElse(1), headDim)
                .rope(rope)
                .clip(attentionKeys.findPositive("clip_qkv").map(Double::floatValue))
                .build();
        expertKeys.findObject("ffn_act_fn").flatMap(act -> act.findText("name")).ifPresent(name -> {
            if (!name.equals("silu")) {
                throw expertKeys.unsupported("ffn_act_fn.name", name, "silu");
            }
        });
        int experts = expertKeys.size("moe_num_experts", Short.MAX_VALUE);
        FeedForward mixture = new FeedForward.Sparse(
                experts,
                expertKeys.size("moe_top_k", experts),
                Mlp.swiGlu(expertKeys.size("ffn_hidden_size", FamilyKeys.MAX_WIDTH)),
                Router.softmax(true).withNormalisation(normalisation(expertKeys)));
        Norm norm = new Norm(Norm.Kind.LAYER, (float) DEFAULTS.epsilon());
        int layers = file.size("n_layers", FamilyKeys.MAX_LAYERS);
        return new ModelConfig(
                file.architecture(),
                keys.vocabulary(),
                hidden,
                rope.scaling().maxPositions(positions),
                1,
                Collections.nCopies(layers, new Layer(attention, mixture, Residual.before(norm))),
                keys.head(norm));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        Attention attention = (Attention) config.layers().get(0).mixer();
        String projection = "norm_attn_norm.attn.Wqkv.weight";
        long queries = (long) attention.heads() * attention.headDim();
        long keys = (long) attention.keyValueHeads() * attention.headDim();
        return TensorNames.LLAMA
                .layers("transformer.blocks.")
                .rename("model.embed_tokens", "transformer.wte")
                .rename("model.norm", "transformer.norm_f")
                .rename("input_layernorm", "norm_attn_norm.norm_1")
                .rename("post_attention_layernorm", "norm_attn_norm.norm_2")
                .rename("self_attn.o_proj", "norm_attn_norm.attn.out_proj")
                .rows("self_attn.q_proj.weight", projection, 0)
                .rows("self_attn.k_proj.weight", projection, queries)
                .rows("self_attn.v_proj.weight", projection, queries + keys)
                .rename("mlp.gate", "ffn.router.layer")
                .stack("ffn.experts.mlp.w1", TensorNames.Content.GATE)
                .stack("ffn.experts.mlp.v1", TensorNames.Content.UP)
                .stack("ffn.experts.mlp.w2", TensorNames.Content.DOWN_TRANSPOSED);
    }

    /** Weights are divided by their p-norm, with p at "moe_normalize_expert_weights"; null stands for not at all. */
    private static Router.Normalisation normalisation(ConfigFile keys) {
        if (!keys.has("moe_normalize_expert_weights")) {
            return new Router.Normalisation.Sum(0);
        }
        return keys.findPositive("moe_normalize_expert_weights")
                .<Router.Normalisation>map(
                        p -> p == 1 ? new Router.Normalisation.Sum(0) : new Router.Normalisation.PNorm(p.floatValue()))
                .orElseGet(Router.Normalisation.None::new);
    }
}
