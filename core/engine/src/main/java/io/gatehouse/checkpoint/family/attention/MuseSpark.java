package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Head;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Muse Spark, its text model: norms before and after each block, learned shares of the residual stream, experts in a
 * narrower space whose outputs are normed before they are weighed, and layers without positions.
 */
public final class MuseSpark implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-5, 1_048_576, 500_000, 16);
    private static final int FULL_EVERY = 4;

    @Override
    public String title() {
        return "Muse Spark";
    }

    @Override
    public List<String> architectures() {
        return List.of("MuseSparkForConditionalGeneration");
    }

    @Override
    public List<String> textConfig() {
        return List.of("text_config");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        int layers = keys.layers();
        float multiplier = keys.number("output_multiplier", 0.1767766952966369);
        float epsilonAfter = keys.number("post_norm_eps", 1e-8);
        Norm before = new Norm(Norm.Kind.RMS_ONE_PLUS, keys.epsilon());
        Norm scaled = new Norm(Norm.Kind.RMS_OF_SCALED, epsilonAfter);
        Router router = Router.sigmoid(new Router.Normalisation.Sum(1e-15f))
                .withLogitScale(multiplier)
                .withScale(file.findPositive("routed_scaling_factor").orElse(1.0), false);
        FeedForward.Sparse mixture = keys.mixture("moe_intermediate_size", router)
                .in(new FeedForward.Sparse.Latent(keys.width("moe_hidden_size"), Optional.of(before)))
                .withOutputNorm(scaled);
        List<FeedForward> feedForwards = keys.denseFirst("first_k_dense_replace", 0, mixture);
        List<String> types = keys.layerTypes(layer ->
                (layers - 1 - layer) % FULL_EVERY == 0 ? FamilyKeys.FULL_ATTENTION : FamilyKeys.SLIDING_ATTENTION);
        List<Boolean> positions = positions(file, layers);
        Residual.Shares shares = new Residual.Shares.Learned(keys.number("residual_gate_temperature", 0.3));
        Residual residual = new Residual(
                before,
                branch(new Norm(Norm.Kind.RMS_WITHOUT_WEIGHT, epsilonAfter), shares),
                branch(scaled, shares),
                false,
                false);
        return keys.config(
                        1,
                        keys.layers(layer -> new Layer(
                                attention(keys, types.get(layer), positions.get(layer)),
                                feedForwards.get(layer),
                                residual)),
                        new Head(
                                keys.norm(),
                                keys.head().tied(),
                                false,
                                multiplier,
                                Optional.of(keys.number("final_logit_softcapping", 20))))
                .withEmbeddingNorm(new Norm(Norm.Kind.RMS_WITHOUT_WEIGHT, keys.epsilon()));
    }

    private static Residual.Branch branch(Norm after, Residual.Shares shares) {
        return new Residual.Branch(Residual.Norms.BOTH, 1, 1, false, Optional.of(after), shares);
    }

    /** Which layers have positions: "layer_rope_theta" is 0 in others. */
    private static List<Boolean> positions(ConfigFile file, int layers) {
        List<Double> thetas = file.numbersUpTo("layer_rope_theta", layers);
        return IntStream.range(0, layers)
                .mapToObj(layer -> thetas.isEmpty() ? (layers - 1 - layer) % FULL_EVERY != 0 : thetas.get(layer) != 0)
                .toList();
    }

    private static Attention attention(FamilyKeys keys, String type, boolean positions) {
        Norm plain = new Norm(Norm.Kind.RMS_WITHOUT_WEIGHT, keys.epsilon());
        return keys.attention()
                .bias(keys.bias(false))
                .qkNorm(new QkNorm(QkNorm.Span.HEAD, plain, false))
                .scale(keys.number("qk_scale_factor", 5.4730064863875) / Math.sqrt(keys.headDim()))
                .outputNorm(plain)
                .gate(OutputGate.SIGMOID)
                .mask(keys.mask(type))
                .rope(positions ? Optional.of(keys.rope()) : Optional.empty())
                .build();
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA
                .rename("post_attention_layernorm", "pre_feedforward_layernorm")
                .rename("mlp_output_norm", "post_feedforward_layernorm")
                .rename("mixer_share", "post_attention_residual_gate.gate")
                .rename("mlp_share", "post_feedforward_residual_gate.gate")
                .rename("self_attn.output_gate", "self_attn.gate_proj")
                .rename("mlp.latent_input", "mlp.pre_expert_proj")
                .rename("mlp.latent_norm", "mlp.pre_expert_norm")
                .rename("mlp.latent_output", "mlp.post_expert_proj")
                .rename("mlp.expert_output_norm", "mlp.experts.post_expert_norm");
    }
}
