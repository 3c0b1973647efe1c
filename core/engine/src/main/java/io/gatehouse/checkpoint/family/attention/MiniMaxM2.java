package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;

/**
 * MiniMax-M2: a part of each head is rotated, queries and keys are normed over the whole projection, and sigmoids with a bias
 * of the selection choose experts.
 */
public final class MiniMaxM2 implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-6, 196_608, 5_000_000, 8);

    @Override
    public String title() {
        return "MiniMax-M2";
    }

    @Override
    public List<String> architectures() {
        return List.of("MiniMaxM2ForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        keys.requireText("scoring_func", "sigmoid");
        keys.requireText("qk_norm_type", "per_layer");
        keys.requireFlag("use_qk_norm", true);
        double share =
                file.findSize("rotary_dim", FamilyKeys.MAX_HEADS).orElse(keys.headDim()) / (double) keys.headDim();
        Attention attention = keys.attention()
                .rope(keys.partialRope(share))
                .qkNorm(QkNorm.ofProjection(keys.epsilon()))
                .build();
        Router router =
                Router.sigmoid(new Router.Normalisation.Sum(0)).withSelectionBias(file.flag("use_routing_bias", true));
        return keys.config(keys.alike(
                new Layer(attention, keys.mixture("intermediate_size", router), Residual.before(keys.norm()))));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return Mixtral.NAMES;
    }
}
