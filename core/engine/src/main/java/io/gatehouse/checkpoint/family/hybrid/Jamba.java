package io.gatehouse.checkpoint.family.hybrid;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mamba;
import io.gatehouse.checkpoint.config.Mixer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.HybridKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Jamba (arXiv 2403.19887): layers of Mamba, and some of attention without positions; every other layer is a mixture, whose
 * weights are not normalised.
 */
public final class Jamba implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-6, 262_144, 10_000, 8);
    private static final int ATTENTION_PERIOD = 8;
    private static final int ATTENTION_OFFSET = 4;
    private static final int EXPERTS_PERIOD = 2;
    private static final int EXPERTS_OFFSET = 1;
    private static final int ENTRIES_PER_RANK = 16;

    @Override
    public String title() {
        return "Jamba";
    }

    @Override
    public List<String> architectures() {
        return List.of("JambaForCausalLM");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        Attention attention = keys.attention().mask(keys.window()).build();
        Mamba mamba = mamba(file, keys);
        int period = file.findSize("attn_layer_period", Integer.MAX_VALUE).orElse(ATTENTION_PERIOD);
        int offset = file.findWhole("attn_layer_offset", 0, period - 1).orElse(ATTENTION_OFFSET);
        int expertPeriod =
                file.findSize("expert_layer_period", Integer.MAX_VALUE).orElse(EXPERTS_PERIOD);
        int expertOffset =
                file.findWhole("expert_layer_offset", 0, expertPeriod - 1).orElse(EXPERTS_OFFSET);
        FeedForward.Sparse mixture = keys.mixture("intermediate_size", Router.softmax(false));
        List<FeedForward> feedForwards = keys.feedForwards(layer -> layer % expertPeriod == expertOffset, mixture);
        return keys.config(
                1,
                IntStream.range(0, feedForwards.size())
                        .mapToObj(layer -> new Layer(
                                layer % period == offset ? attention : (Mixer) mamba,
                                feedForwards.get(layer),
                                Residual.before(keys.norm())))
                        .toList(),
                keys.head());
    }

    private static Mamba mamba(ConfigFile file, FamilyKeys keys) {
        int hidden = keys.hidden();
        String rank = "mamba_dt_rank";
        boolean auto = !file.has(rank) || file.isText(rank);
        if (auto) {
            keys.requireText(rank, "auto");
        }
        return new Mamba(
                Math.multiplyExact(file.findSize("mamba_expand", 1 << 10).orElse(2), hidden),
                file.size("mamba_d_state", FamilyKeys.MAX_WIDTH),
                auto ? (hidden + ENTRIES_PER_RANK - 1) / ENTRIES_PER_RANK : keys.width(rank),
                HybridKeys.kernel(file, "mamba_d_conv"),
                file.flag("mamba_conv_bias", true),
                file.flag("mamba_proj_bias", false),
                keys.epsilon());
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA
                .rename("model.norm", "model.final_layernorm")
                .rename("post_attention_layernorm", "pre_ff_layernorm")
                .rename("mlp", "feed_forward")
                .rename("mlp.gate", "feed_forward.router");
    }
}
