package io.gatehouse.checkpoint.family.hybrid;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Lightning;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.family.attention.Mixtral;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.HybridKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.stream.IntStream;

/**
 * MiniMax-01 (arXiv 2501.08313) as converted for Hugging Face: layers of lightning attention, and some of softmax attention;
 * each block keeps its normed input instead of the residual stream.
 */
public final class MiniMax implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-5, 131_072, 1_000_000, 8);

    /** Of the norm after lightning attention, in the model's own code. */
    private static final float LIGHTNING_EPSILON = 1e-6f;

    @Override
    public String title() {
        return "MiniMax-01";
    }

    @Override
    public List<String> architectures() {
        return List.of("MiniMaxForCausalLM");
    }

    @Override
    public List<String> deviations() {
        return List.of(
                "transformers 5.24 ignores rotary_dim and rotates whole heads; Gatehouse reads the key, as the model's own code "
                        + "does.");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        int layers = keys.layers();
        Attention attention = keys.attention()
                .rope(keys.partialRope(rotatedShare(file, keys)))
                .mask(keys.window())
                .build();
        FeedForward mixture = keys.mixture("intermediate_size", Router.softmax(true));
        List<String> types = HybridKeys.layerTypes(
                keys,
                layer -> (layer + 1) % 2 == 0 ? HybridKeys.LINEAR_ATTENTION : FamilyKeys.FULL_ATTENTION,
                HybridKeys.LINEAR_ATTENTION,
                FamilyKeys.FULL_ATTENTION);
        Residual.Branch feedForward = branch(keys, "mlp");
        Residual ofAttention = residual(keys.norm(), branch(keys, "full_attn"), feedForward);
        Residual ofLightning = residual(keys.norm(), branch(keys, "linear_attn"), feedForward);
        return keys.config(
                1,
                IntStream.range(0, layers)
                        .mapToObj(layer -> types.get(layer).equals(FamilyKeys.FULL_ATTENTION)
                                ? new Layer(attention, mixture, ofAttention)
                                : new Layer(
                                        new Lightning(
                                                keys.heads(),
                                                keys.headDim(),
                                                LIGHTNING_EPSILON,
                                                Lightning.depth(layer, layers)),
                                        mixture,
                                        ofLightning))
                        .toList(),
                keys.head());
    }

    /** "rotary_dim" of a head: Hugging Face's class ignores the key, the model's own code does not. */
    private static double rotatedShare(ConfigFile file, FamilyKeys keys) {
        return file.findSize("rotary_dim", keys.headDim())
                .map(dims -> (double) dims / keys.headDim())
                .orElse(1.0);
    }

    private static Residual.Branch branch(FamilyKeys keys, String block) {
        return new Residual.Branch(
                Residual.Norms.BEFORE,
                keys.number(block + "_alpha_factor", 1),
                keys.number(block + "_beta_factor", 1),
                true);
    }

    private static Residual residual(Norm norm, Residual.Branch mixer, Residual.Branch feedForward) {
        return new Residual(norm, mixer, feedForward, false, false);
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return Mixtral.NAMES;
    }
}
