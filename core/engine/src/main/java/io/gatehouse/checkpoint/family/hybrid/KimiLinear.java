package io.gatehouse.checkpoint.family.hybrid;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.KimiDelta;
import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mixer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.HybridKeys;
import io.gatehouse.checkpoint.family.keys.LatentKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Kimi-Linear (arXiv 2510.26692): layers of Kimi delta attention, and some of latent attention without positions;
 * DeepSeek-V3's router.
 */
public final class KimiLinear implements Family {
    private static final int DENSE_LAYERS = 1;

    @Override
    public String title() {
        return "Kimi-Linear";
    }

    @Override
    public List<String> architectures() {
        return List.of("KimiLinearForCausalLM");
    }

    @Override
    public List<String> deviations() {
        return List.of(LatentKeys.EPSILON_NOTE);
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        int positions = file.findSize("model_max_length", Integer.MAX_VALUE).orElse(1_048_576);
        LatentKeys keys = new LatentKeys(file, new FamilyKeys.Defaults(1e-5, positions, 10_000, OptionalInt.empty()));
        FamilyKeys shared = keys.shared();
        LatentAttention attention = keys.attention(Optional.empty());
        ConfigFile linear = file.findObject("linear_attn_config").orElse(file);
        KimiDelta delta = new KimiDelta(
                linear.findSize("num_heads", FamilyKeys.MAX_HEADS)
                        .orElseGet(() -> file.size("linear_num_heads", FamilyKeys.MAX_HEADS)),
                linear == file
                        ? file.size("linear_head_dim", FamilyKeys.MAX_WIDTH)
                        : linear.size("head_dim", FamilyKeys.MAX_WIDTH),
                HybridKeys.kernel(linear, linear == file ? "linear_conv_kernel_dim" : "short_conv_kernel_size"),
                shared.epsilon(),
                true,
                OptionalDouble.empty());
        List<FeedForward> feedForwards = keys.feedForwards(DENSE_LAYERS, keys.mixture(keys.sigmoidRouter()));
        List<String> types = types(file, shared, linear);
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

    /** "layer_types", or the lists of layers, counted from 1, in "linear_attn_config". */
    private static List<String> types(ConfigFile file, FamilyKeys keys, ConfigFile linear) {
        int layers = keys.layers();
        List<Long> full = linear.wholeNumbers("full_attn_layers");
        List<Long> delta = linear.wholeNumbers("kda_layers");
        return keys.kinds("layer_types", layers, List.of(HybridKeys.LINEAR_ATTENTION, FamilyKeys.FULL_ATTENTION))
                .orElseGet(() -> {
                    List<Long> all = new ArrayList<>(full);
                    all.addAll(delta);
                    Collections.sort(all);
                    if (!all.equals(IntStream.rangeClosed(1, layers)
                            .mapToObj(i -> (long) i)
                            .toList())) {
                        throw file.wrong(
                                "linear_attn_config",
                                all,
                                "lists that have each of the %d layers once".formatted(layers));
                    }
                    return IntStream.rangeClosed(1, layers)
                            .mapToObj(layer -> full.contains((long) layer)
                                    ? FamilyKeys.FULL_ATTENTION
                                    : HybridKeys.LINEAR_ATTENTION)
                            .toList();
                });
    }

    /** A layer without experts has "mlp", one with experts "block_sparse_moe". */
    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA
                .rename("mlp.gate", "block_sparse_moe.gate")
                .rename("mlp.shared_expert", "block_sparse_moe.shared_experts")
                .rename("mlp.experts", "block_sparse_moe.experts")
                .rename("mlp.experts.*.gate_proj", "block_sparse_moe.experts.*.w1")
                .rename("mlp.experts.*.up_proj", "block_sparse_moe.experts.*.w3")
                .rename("mlp.experts.*.down_proj", "block_sparse_moe.experts.*.w2");
    }
}
