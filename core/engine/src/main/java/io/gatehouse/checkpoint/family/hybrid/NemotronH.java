package io.gatehouse.checkpoint.family.hybrid;

import io.gatehouse.checkpoint.config.Activation;
import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mamba2;
import io.gatehouse.checkpoint.config.Mixer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.HybridKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Nemotron-H and Nemotron-3 (arXiv 2504.03624): each layer is a mixer or a feed-forward block, in the order of a pattern:
 * Mamba-2, attention without positions, a mixture or a dense network, both of squared ReLUs.
 */
public final class NemotronH implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-5, 4096, 10_000, 8);
    private static final Map<Character, String> PATTERN =
            Map.of('M', HybridKeys.LINEAR_ATTENTION, 'E', "moe", '*', FamilyKeys.FULL_ATTENTION, '-', "mlp");

    @Override
    public String title() {
        return "Nemotron-H and Nemotron 3";
    }

    @Override
    public List<String> architectures() {
        return List.of("NemotronHForCausalLM");
    }

    @Override
    public List<String> deviations() {
        return List.of(
                "transformers 5.24 clamps steps from below at time_step_min; Gatehouse clamps them to time_step_limit, as the "
                        + "model's own code does.");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        keys.requireText("mlp_hidden_act", "relu2");
        keys.requireText("mamba_hidden_act", "silu");
        Norm norm =
                Norm.rms(file.findPositive("layer_norm_epsilon").orElse(1e-5).floatValue());
        Attention attention = keys.attention()
                .bias(file.flag("attention_bias", false) ? AttentionBias.ALL : AttentionBias.NONE)
                .mask(keys.window())
                .build();
        Mamba2 mamba = mamba(file, norm.epsilon());
        boolean biased = file.flag("mlp_bias", false);
        Residual residual = Residual.before(norm);
        FeedForward.Absent nothing = new FeedForward.Absent();
        Mixer.Absent none = new Mixer.Absent();
        return keys.config(
                1,
                types(file).stream()
                        .map(type -> switch (type) {
                            case HybridKeys.LINEAR_ATTENTION -> new Layer(mamba, nothing, residual);
                            case FamilyKeys.FULL_ATTENTION -> new Layer(attention, nothing, residual);
                            case "moe" -> new Layer(none, mixture(file, keys, biased), residual);
                            default ->
                                new Layer(
                                        none,
                                        new FeedForward.Dense(squaredRelu(keys.width("intermediate_size"), biased)),
                                        residual);
                        })
                        .toList(),
                keys.head(norm));
    }

    private static FeedForward.Sparse mixture(ConfigFile file, FamilyKeys keys, boolean biased) {
        int experts = keys.experts("n_routed_experts");
        int sharedExperts = file.findSize("n_shared_experts", Short.MAX_VALUE).orElse(1);
        if (sharedExperts != 1) {
            throw file.unsupported("n_shared_experts", String.valueOf(sharedExperts), "1");
        }
        FeedForward.Sparse mixture = new FeedForward.Sparse(
                experts,
                file.size("num_experts_per_tok", experts),
                squaredRelu(keys.width("moe_intermediate_size"), false),
                keys.deepSeekV3Router(experts, true));
        if (biased && file.isOn("moe_latent_size")) {
            throw file.unsupported("mlp_bias", "true", "false with a moe_latent_size");
        }
        FeedForward.Sparse beside = mixture.with(
                SharedExpert.added(squaredRelu(keys.width("moe_shared_expert_intermediate_size"), biased)));
        return file.findSize("moe_latent_size", FamilyKeys.MAX_WIDTH)
                .map(size -> beside.in(new FeedForward.Sparse.Latent(size, Optional.empty())))
                .orElse(beside);
    }

    private static Mlp squaredRelu(int size, boolean biased) {
        return new Mlp(size, new Activation.SquaredRelu(), biased);
    }

    /** Steps are clamped to "time_step_limit": Hugging Face's class clamps them to "time_step_min", the model's own code does not. */
    private static Mamba2 mamba(ConfigFile file, float epsilon) {
        HybridKeys.Limits limits = HybridKeys.limits(file, "time_step_limit");
        return new Mamba2(
                file.size("mamba_num_heads", FamilyKeys.MAX_WIDTH),
                file.size("mamba_head_dim", FamilyKeys.MAX_WIDTH),
                file.size("n_groups", FamilyKeys.MAX_WIDTH),
                file.size("ssm_state_size", FamilyKeys.MAX_WIDTH),
                HybridKeys.kernel(file, "conv_kernel"),
                file.flag("use_conv_bias", true),
                file.flag("use_bias", false),
                epsilon,
                limits.least(),
                limits.greatest());
    }

    private static List<String> types(ConfigFile file) {
        Optional<List<String>> types = file.findTexts("layers_block_type").or(() -> file.findTexts("layer_types"));
        if (types.isPresent()) {
            return types.get().stream().map(type -> known(file, type)).toList();
        }
        String pattern = file.findText("hybrid_override_pattern")
                .orElseThrow(() -> file.wrong("layers_block_type", "absent", "a list of kinds of layers"));
        List<String> kinds = pattern.chars()
                .mapToObj(letter -> {
                    String kind = PATTERN.get((char) letter);
                    if (kind == null) {
                        throw file.unsupported("hybrid_override_pattern", pattern, "layers M, E, * and -");
                    }
                    return kind;
                })
                .toList();
        int layers = file.findSize("num_hidden_layers", FamilyKeys.MAX_LAYERS).orElse(kinds.size());
        if (layers != kinds.size()) {
            throw file.wrong("num_hidden_layers", layers, "the %d of its pattern".formatted(kinds.size()));
        }
        return kinds;
    }

    private static String known(ConfigFile file, String type) {
        return switch (type) {
            case "mamba" -> HybridKeys.LINEAR_ATTENTION;
            case "attention" -> FamilyKeys.FULL_ATTENTION;
            case HybridKeys.LINEAR_ATTENTION, FamilyKeys.FULL_ATTENTION, "moe", "mlp" -> type;
            default -> throw file.unsupported("layers_block_type", type, "mamba, attention, moe and mlp");
        };
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA
                .layers("backbone.layers.")
                .rename("model.embed_tokens", "backbone.embeddings")
                .rename("model.norm", "backbone.norm_f")
                .rename("input_layernorm", "norm")
                .rename("post_attention_layernorm", "norm")
                .rename("self_attn", "mixer")
                .rename("mamba", "mixer")
                .rename("mlp", "mixer")
                .rename("mlp.shared_expert", "mixer.shared_experts")
                .rename("mlp.latent_input", "mixer.fc1_latent_proj")
                .rename("mlp.latent_output", "mixer.fc2_latent_proj");
    }
}
