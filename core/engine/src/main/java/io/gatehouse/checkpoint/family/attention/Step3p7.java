package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Activation;
import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.RopeKeys;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The text model of Step-3.7-Flash (StepFun): heads, theta and rotated part by the kind of layer, a sigmoid gate for each
 * head, norms with weights around 0, and limits of the activations by layer, applied after silu.
 */
public final class Step3p7 implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-5, 128_000, 10_000, 8);

    @Override
    public String title() {
        return "Step-3.5 and 3.7 Flash";
    }

    @Override
    public List<String> architectures() {
        return List.of("Step3p7ForConditionalGeneration", "Step3p5ForCausalLM");
    }

    @Override
    public List<String> textConfig() {
        return List.of("text_config");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        int layers = keys.layers();
        keys.requireText("moe_router_activation", "sigmoid");
        keys.requireFlag("norm_expert_weight", true);
        keys.requireFlag("use_moe_router_bias", true);
        keys.requireFlag("use_head_wise_attn_gate", true);
        keys.requireFlag("use_qk_norm", true);
        keys.requireFlag("zero_centered", true);
        keys.requireFlag("mlp_bias", false);
        keys.requireSwiGlu();
        Norm norm = new Norm(Norm.Kind.RMS_ONE_PLUS, keys.epsilon());
        List<String> types = keys.layerTypes(layer -> FamilyKeys.FULL_ATTENTION);
        List<Double> limits = file.numbersUpTo("swiglu_limits", layers);
        List<Double> sharedLimits = file.numbersUpTo("swiglu_limits_shared", layers);
        // transformers 5 saves other names than the published files have.
        int experts = keys.experts(file.has("moe_num_experts") ? "moe_num_experts" : "n_routed_experts");
        int topK = file.size(file.has("moe_top_k") ? "moe_top_k" : "num_experts_per_tok", experts);
        Router router = Router.sigmoid(new Router.Normalisation.Sum(0))
                .withScale(file.findPositive("moe_router_scaling_factor").orElse(1.0), true);
        List<Boolean> sparse = keys.kinds("mlp_layer_types", layers, List.of("dense", "sparse"))
                .map(kinds -> kinds.stream().map(kind -> kind.equals("sparse")).toList())
                .orElseGet(() -> sparse(file, layers));
        Residual residual = Residual.before(norm);
        return keys.config(
                1,
                keys.layers(layer -> new Layer(
                        attention(file, keys, norm, types.get(layer), layer),
                        sparse.get(layer)
                                ? new FeedForward.Sparse(
                                                experts,
                                                topK,
                                                mlp(keys.width("moe_intermediate_size"), limits, layer),
                                                router)
                                        .with(SharedExpert.added(
                                                mlp(keys.width("share_expert_dim"), sharedLimits, layer)))
                                : new FeedForward.Dense(mlp(keys.width("intermediate_size"), sharedLimits, layer)),
                        residual)),
                keys.head(norm));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA
                .rename("self_attn.output_gate", "self_attn.g_proj")
                .rename("mlp.gate", "moe.gate")
                .rename("mlp.gate.e_score_correction_bias", "moe.router_bias")
                .rename("mlp.experts", "moe")
                .rename("mlp.shared_expert", "share_expert");
    }

    private static Attention attention(ConfigFile file, FamilyKeys keys, Norm norm, String type, int layer) {
        boolean sliding = type.equals(FamilyKeys.SLIDING_ATTENTION);
        ConfigFile own = sliding ? file.findObject("attention_other_setting").orElse(file) : file;
        int heads = sliding && own.has("num_sliding_attention_heads")
                ? own.size("num_sliding_attention_heads", FamilyKeys.MAX_HEADS)
                : own.size("num_attention_heads", FamilyKeys.MAX_HEADS);
        int keyValueHeads =
                own.size(own.has("num_attention_groups") ? "num_attention_groups" : "num_key_value_heads", heads);
        int headDim = own.findSize("head_dim", FamilyKeys.MAX_HEADS).orElseGet(keys::headDim);
        if (heads % keyValueHeads != 0 || headDim != keys.headDim()) {
            throw own.wrong("num_attention_groups", keyValueHeads, "a divisor of the %d heads".formatted(heads));
        }
        return Attention.builder(heads, keyValueHeads, headDim)
                .bias(keys.bias(false))
                .qkNorm(new QkNorm(QkNorm.Span.HEAD, norm, false))
                .gate(OutputGate.SIGMOID_HEAD)
                .mask(keys.mask(type))
                .rope(rope(file, keys, type, layer))
                .build();
    }

    private static Optional<Rope> rope(ConfigFile file, FamilyKeys keys, String type, int layer) {
        if (!file.isList("rope_theta")) {
            return keys.rope(type, 10_000, 1);
        }
        List<Double> thetas = file.numbersUpTo("rope_theta", keys.layers());
        List<Double> shares = file.numbersUpTo("partial_rotary_factors", keys.layers());
        boolean scaled = file.findTexts("yarn_only_types")
                .map(kinds -> kinds.contains(type))
                .orElse(true);
        return Optional.of(new RopeKeys(file, keys.positions(), keys.headDim())
                .read(thetas.get(layer), shares.isEmpty() ? 1 : shares.get(layer), scaled));
    }

    /** A limit of 0 is none. */
    private static Mlp mlp(int size, List<Double> limits, int layer) {
        float limit = limits.isEmpty() ? 0 : limits.get(layer).floatValue();
        return limit == 0 ? Mlp.swiGlu(size) : new Mlp(size, new Activation.SwiGluThenClamped(limit), false);
    }

    /** The layers that "moe_layers_enum" numbers; all from the fourth on without it. */
    private static List<Boolean> sparse(ConfigFile file, int layers) {
        if (!file.isText("moe_layers_enum")) {
            List<Long> listed = file.wholeNumbers("moe_layers_enum");
            return IntStream.range(0, layers)
                    .mapToObj(layer -> listed.isEmpty() ? layer >= 3 : listed.contains((long) layer))
                    .toList();
        }
        String text = file.findText("moe_layers_enum").orElseThrow();
        if (!text.matches("\\d{1,5}(,\\d{1,5})*")) {
            throw file.wrong("moe_layers_enum", text, "numbers of layers");
        }
        List<String> listed = List.of(text.split(",", -1));
        return IntStream.range(0, layers)
                .mapToObj(layer -> listed.contains(String.valueOf(layer)))
                .toList();
    }
}
