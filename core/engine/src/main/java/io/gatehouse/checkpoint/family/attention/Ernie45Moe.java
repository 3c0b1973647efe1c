package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Activation;
import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Head;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * ERNIE 4.5 (Baidu), and its text model within ERNIE 4.5 VL: pairs that are stored side by side are rotated, and a softmax
 * with a bias of the selection chooses experts. The other experts of ERNIE 4.5 VL, which images are sent to, are not read.
 */
public final class Ernie45Moe implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-5, 131_072, 500_000, OptionalInt.of(4), true);

    @Override
    public String title() {
        return "ERNIE 4.5";
    }

    @Override
    public List<String> architectures() {
        return List.of("Ernie4_5_MoeForCausalLM", "Ernie4_5_VLMoeForConditionalGeneration");
    }

    @Override
    public List<String> textConfig() {
        return List.of("text_config");
    }

    @Override
    public List<String> deviations() {
        return List.of("Of ERNIE 4.5 VL, the experts that images are sent to are not read.");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        boolean readsImages = readsImages(file.architecture());
        boolean biased = file.flag("use_bias", false);
        Attention attention = keys.attention()
                .rope(keys.rope().with(Rope.Layout.INTERLEAVED))
                .bias(biased ? AttentionBias.ALL : AttentionBias.NONE)
                .build();
        Router router = Router.softmax(true)
                .withSelectionBias(true)
                .withNormalisation(new Router.Normalisation.AtLeast(keys.number("moe_norm_min", 1e-12)));
        keys.requireSwiGlu();
        int experts = keys.experts("moe_num_experts");
        int size = readsImages && file.isList("moe_intermediate_size")
                ? file.numbers("moe_intermediate_size", 2).get(0).intValue()
                : keys.width("moe_intermediate_size");
        FeedForward.Sparse plain =
                new FeedForward.Sparse(experts, file.size("moe_k", experts), Mlp.swiGlu(size), router);
        int shared = file.findWhole("moe_num_shared_experts", 0, FamilyKeys.MAX_WIDTH)
                .orElse(2);
        FeedForward.Sparse mixture = shared == 0
                ? plain
                : plain.with(SharedExpert.added(new Mlp(shared * size, new Activation.SwiGlu(), biased)));
        FeedForward dense =
                new FeedForward.Dense(new Mlp(keys.width("intermediate_size"), new Activation.SwiGlu(), biased));
        List<Boolean> sparse = sparse(file, keys);
        Residual residual = Residual.before(keys.norm());
        Head head = keys.head();
        return keys.config(
                1,
                keys.layers(layer -> new Layer(attention, sparse.get(layer) ? mixture : dense, residual)),
                new Head(head.norm(), head.tied(), biased, 1, Optional.empty()));
    }

    @Override
    public TensorNames names(ModelConfig config) {
        TensorNames names = TensorNames.DEEPSEEK.rename(
                "mlp.gate.e_score_correction_bias", "mlp.moe_statics.e_score_correction_bias");
        return readsImages(config.architecture())
                ? names.transposed("mlp.gate.weight", "mlp.gate.weight")
                        .rows("mlp.gate.e_score_correction_bias", "mlp.moe_statics.e_score_correction_bias", 0)
                        .withFurtherExperts()
                : names;
    }

    private static boolean readsImages(String architecture) {
        return architecture.startsWith("Ernie4_5_VL");
    }

    /** Every "moe_layer_interval"th layer from "moe_layer_start_index" to "moe_layer_end_index" is a mixture. */
    private static List<Boolean> sparse(ConfigFile file, FamilyKeys keys) {
        int layers = keys.layers();
        int start = file.findWhole("moe_layer_start_index", 0, FamilyKeys.MAX_LAYERS)
                .orElse(1);
        int end =
                file.findWhole("moe_layer_end_index", -1, FamilyKeys.MAX_LAYERS).orElse(-1);
        int last = end == -1 ? layers - 1 : end;
        int interval =
                file.findSize("moe_layer_interval", FamilyKeys.MAX_LAYERS).orElse(1);
        return keys.kinds("mlp_layer_types", layers, List.of("dense", "sparse"))
                .map(types -> types.stream().map(type -> type.equals("sparse")).toList())
                .orElseGet(() -> IntStream.range(0, layers)
                        .mapToObj(layer -> (layer + 1) % interval == 0 && layer >= start && layer <= last)
                        .toList());
    }
}
