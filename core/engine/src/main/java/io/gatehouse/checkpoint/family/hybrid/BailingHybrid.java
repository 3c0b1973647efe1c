package io.gatehouse.checkpoint.family.hybrid;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.KimiDelta;
import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mixer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.HybridKeys;
import io.gatehouse.checkpoint.family.keys.LatentKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Ling 3: layers of Kimi delta attention whose decay is bounded, and every few layers one of latent attention with a gate
 * for each head; DeepSeek-V3's router.
 */
public final class BailingHybrid implements Family {
    private static final int DENSE_LAYERS = 2;
    private static final int ATTENTION_EVERY = 6;
    private static final double LOWER_BOUND = -5;

    @Override
    public String title() {
        return "Ling 3";
    }

    @Override
    public List<String> architectures() {
        return List.of("BailingHybridForCausalLM");
    }

    @Override
    public List<String> deviations() {
        return List.of(LatentKeys.EPSILON_NOTE);
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        int positions = file.findSize("model_max_length", Integer.MAX_VALUE).orElse(262_144);
        LatentKeys keys =
                new LatentKeys(file, new FamilyKeys.Defaults(1e-6, positions, 6_000_000, OptionalInt.empty()));
        FamilyKeys shared = keys.shared();
        LatentAttention attention = keys.attention(
                Optional.of(keys.rope(Rope.Layout.INTERLEAVED)),
                Optional.empty(),
                OutputGate.SIGMOID_HEAD,
                Optional.empty());
        int heads = file.findSize("linear_num_heads", FamilyKeys.MAX_HEADS).orElseGet(shared::heads);
        // Hugging Face's class overwrites "head_dim" when it saves a config, and then has this key beside it.
        int headDim = file.findSize("linear_head_dim", FamilyKeys.MAX_WIDTH).orElseGet(() -> shared.width("head_dim"));
        KimiDelta delta = new KimiDelta(
                heads,
                headDim,
                HybridKeys.kernel(file, "short_conv_kernel_size"),
                shared.epsilon(),
                false,
                file.flag("kda_safe_gate", true)
                        ? OptionalDouble.of(file.findNumber("kda_lower_bound").orElse(LOWER_BOUND))
                        : OptionalDouble.empty());
        int every = file.findSize("layer_group_size", Integer.MAX_VALUE).orElse(ATTENTION_EVERY);
        List<String> types = HybridKeys.layerTypes(
                shared,
                layer -> (layer + 1) % every == 0 ? FamilyKeys.FULL_ATTENTION : HybridKeys.LINEAR_ATTENTION,
                HybridKeys.LINEAR_ATTENTION,
                FamilyKeys.FULL_ATTENTION);
        List<FeedForward> feedForwards = keys.feedForwards(DENSE_LAYERS, keys.mixture(keys.sigmoidRouter()));
        return shared.config(
                1,
                IntStream.range(0, types.size())
                        .mapToObj(layer -> new Layer(
                                types.get(layer).equals(FamilyKeys.FULL_ATTENTION) ? attention : (Mixer) delta,
                                feedForwards.get(layer),
                                Residual.before(shared.norm())))
                        .toList(),
                shared.head());
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return LatentKeys.NAMES
                .rename("model.embed_tokens", "model.word_embeddings")
                .rename("self_attn", "attention")
                .rename("self_attn.o_proj", "attention.dense")
                .rename("self_attn.output_gate", "attention.g_proj")
                .rename("mlp.gate.e_score_correction_bias", "mlp.gate.expert_bias");
    }
}
