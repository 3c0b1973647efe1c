package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Activation;
import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;

/**
 * Hy3 (Tencent): sigmoids with a bias of the selection, a first dense layer, and one more layer in the files, which predicts
 * further tokens and is not read.
 */
public final class HyV3 implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-5, 131_072, 11_158_840, 8);

    @Override
    public String title() {
        return "Hy3";
    }

    @Override
    public List<String> architectures() {
        return List.of("HYV3ForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        Attention attention = keys.attention()
                .rope(keys.rope())
                .bias(keys.bias(false))
                .qkNorm(QkNorm.ofHead(keys.epsilon()))
                .build();
        boolean biased = file.flag("mlp_bias", false);
        Router router = Router.sigmoid(new Router.Normalisation.Sum(1e-20f))
                .withScale(file.findPositive("router_scaling_factor").orElse(2.826), false);
        FeedForward.Sparse mixture = keys.mixture("moe_intermediate_size", router);
        int shared = file.findWhole("num_shared_experts", 0, FamilyKeys.MAX_WIDTH / mixture.intermediateSize())
                .orElse(1);
        FeedForward.Sparse whole = shared == 0
                ? mixture
                : mixture.with(SharedExpert.added(
                        new Mlp(shared * mixture.intermediateSize(), new Activation.SwiGlu(), biased)));
        FeedForward dense =
                new FeedForward.Dense(new Mlp(keys.width("intermediate_size"), new Activation.SwiGlu(), biased));
        List<Boolean> sparse = keys.sparse("first_k_dense_replace", 1);
        Residual residual = Residual.before(keys.norm());
        return keys.config(keys.layers(layer -> new Layer(attention, sparse.get(layer) ? whole : dense, residual)));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA
                .rename("mlp.gate", "mlp.router.gate")
                .rename("mlp.gate.e_score_correction_bias", "mlp.expert_bias")
                .rename("mlp.shared_expert", "mlp.shared_mlp");
    }
}
