package io.gatehouse.checkpoint.family.keys;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mixer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.QueryScale;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.RopeKeys;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.SharedExpert;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The keys of DeepSeek's models, which many families have: multi-head latent attention, layers that are dense first, and a
 * mixture of experts beside shared ones. Some families spell them differently; both spellings are read.
 */
public final class LatentKeys {
    /** What a family with norms of latent vectors says of them. */
    public static final String EPSILON_NOTE =
            "The norms of the latent vectors have epsilon 1e-6 whatever rms_norm_eps says, as in transformers; vLLM and"
                    + " SGLang take rms_norm_eps.";

    /** What the files of these families call a mixture's shared expert. */
    public static final TensorNames NAMES = TensorNames.LLAMA.rename("mlp.shared_expert", "mlp.shared_experts");

    /** What is added to the sum of the weights before they are divided by it. */
    public static final float SMALL_SUM = 1e-20f;

    private final ConfigFile file;
    private final FamilyKeys keys;
    private final FamilyKeys.Defaults defaults;

    public LatentKeys(ConfigFile file, FamilyKeys.Defaults defaults) {
        this.file = file;
        this.keys = new FamilyKeys(file, defaults);
        this.defaults = defaults;
    }

    /** The keys that these families share with all others. */
    public FamilyKeys shared() {
        return keys;
    }

    /** The rotary embedding of the rotated part of a head. */
    public Rope rope(Rope.Layout layout) {
        return rope(layout, file.size("qk_rope_head_dim", FamilyKeys.MAX_WIDTH));
    }

    /**
     * The rotary embedding of the rotated part of a head.
     *
     * @param of entries that "partial_rotary_factor" is a share of
     */
    public Rope rope(Rope.Layout layout, int of) {
        int dims = file.size("qk_rope_head_dim", FamilyKeys.MAX_WIDTH);
        Rope rope = new RopeKeys(file, keys.positions(), of)
                .readPartial(defaults.ropeTheta(), (double) dims / of)
                .with(layout);
        if (rope.dims() != dims) {
            throw file.wrong("qk_rope_head_dim", dims, "the %d rotated entries of its rope".formatted(rope.dims()));
        }
        return rope;
    }

    /** The layout that "rope_interleave" names. */
    public Rope.Layout layout() {
        return file.flag("rope_interleave", true) ? Rope.Layout.INTERLEAVED : Rope.Layout.HALVES;
    }

    /** Latent attention with nothing beside it. */
    public LatentAttention attention(Optional<Rope> rope) {
        return attention(rope, Optional.empty(), OutputGate.NONE, Optional.empty());
    }

    public LatentAttention attention(
            Optional<Rope> rope,
            Optional<QueryScale> queryScale,
            OutputGate gate,
            Optional<LatentAttention.Indexer> indexer) {
        int heads = keys.heads();
        int keyValueHeads = keys.keyValueHeads("num_key_value_heads", heads);
        if (keyValueHeads != heads) {
            throw file.unsupported(
                    "num_key_value_heads", String.valueOf(keyValueHeads), "as many as heads in latent attention");
        }
        int plain = keys.width("qk_nope_head_dim");
        int rotary = keys.width("qk_rope_head_dim");
        return new LatentAttention(
                heads,
                file.findSize("q_lora_rank", FamilyKeys.MAX_WIDTH)
                        .map(OptionalInt::of)
                        .orElse(OptionalInt.empty()),
                keys.width("kv_lora_rank"),
                plain,
                rotary,
                keys.width("v_head_dim"),
                file.flag("attention_bias", false),
                LatentAttention.LATENT_EPSILON,
                rope,
                (float) (temperature() / Math.sqrt(plain + rotary)),
                queryScale,
                gate,
                indexer);
    }

    /** The indexer of sparse attention. */
    public LatentAttention.Indexer indexer(Rope.Layout layout) {
        int dim = keys.width("index_head_dim");
        if (dim < keys.width("qk_rope_head_dim")) {
            throw file.wrong("index_head_dim", dim, "at least the qk_rope_head_dim");
        }
        return new LatentAttention.Indexer(
                file.size("index_n_heads", FamilyKeys.MAX_HEADS),
                dim,
                file.size("index_topk", Integer.MAX_VALUE),
                layout,
                false);
    }

    /** The square of yarn's temperature with "mscale_all_dim", which the scores are multiplied with. */
    public double temperature() {
        return parameters()
                .filter(rope -> !rope.findText(rope.has("rope_type") ? "rope_type" : "type")
                        .orElse("default")
                        .equals("default"))
                .map(rope -> {
                    double mscale = rope.findNumber("mscale_all_dim").orElse(0.0);
                    double factor = rope.findPositive("factor").orElse(1.0);
                    double temperature = factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
                    return temperature * temperature;
                })
                .orElse(1.0);
    }

    /** The object with the keys of the rotary embedding. */
    public Optional<ConfigFile> parameters() {
        return file.findObject("rope_scaling").or(() -> file.findObject("rope_parameters"));
    }

    /** The number of routed experts. */
    public int experts() {
        return file.findSize("n_routed_experts", Short.MAX_VALUE).orElseGet(keys::experts);
    }

    /** DeepSeek-V3's router with either spelling of its keys. */
    public Router.Scored sigmoidRouter() {
        keys.requireText("scoring_func", "sigmoid");
        keys.requireText("moe_router_activation_func", "sigmoid");
        keys.requireText("topk_method", "noaux_tc");
        int experts = experts();
        int groups = file.findSize("n_group", experts)
                .or(() -> file.findSize("num_expert_group", experts))
                .orElse(1);
        boolean normalised = file.flag("norm_topk_prob", file.flag("moe_renormalize", true));
        return Router.sigmoid(normalised ? new Router.Normalisation.Sum(SMALL_SUM) : new Router.Normalisation.None())
                .withGroups(groups(groups, Router.GroupScore.TOP_TWO_SUM, Float.NEGATIVE_INFINITY))
                .withScale(file.findPositive("routed_scaling_factor").orElse(1.0), false);
    }

    /** Of {@code count} groups, "topk_group" are kept. */
    public Optional<Router.Groups> groups(int count, Router.GroupScore by, float excluded) {
        int experts = experts();
        if (experts % count != 0) {
            throw file.wrong("n_group", count, "a divisor of the %d experts".formatted(experts));
        }
        int kept = file.findSize("topk_group", count).orElse(1);
        return kept == count ? Optional.empty() : Optional.of(new Router.Groups(count, kept, by, excluded));
    }

    /** The mixture, and beside it the shared experts as one network of their common width. */
    public FeedForward.Sparse mixture(Router router) {
        String topK = file.has("num_experts_per_token") ? "num_experts_per_token" : "num_experts_per_tok";
        FeedForward.Sparse mixture = keys.mixture(experts(), topK, "moe_intermediate_size", router);
        Optional<Integer> shared = file.findWhole("n_shared_experts", 0, Short.MAX_VALUE)
                .or(() -> file.findWhole("num_shared_experts", 0, Short.MAX_VALUE));
        return shared.filter(count -> count > 0)
                .map(count -> mixture.with(
                        SharedExpert.added(Mlp.swiGlu(Math.multiplyExact(count, keys.width("moe_intermediate_size"))))))
                .orElse(mixture);
    }

    /** Dense layers first, then mixtures. */
    public List<FeedForward> feedForwards(int denseLayers, FeedForward.Sparse mixture) {
        int every = file.findSize("moe_layer_freq", Integer.MAX_VALUE).orElse(1);
        if (every != 1) {
            throw file.unsupported("moe_layer_freq", String.valueOf(every), "1");
        }
        return keys.denseFirst("first_k_dense_replace", denseLayers, mixture);
    }

    /** A model whose layers have the same mixer. */
    public List<Layer> layers(Mixer mixer, List<FeedForward> feedForwards) {
        Residual residual = Residual.before(keys.norm());
        return IntStream.range(0, feedForwards.size())
                .mapToObj(layer -> new Layer(mixer, feedForwards.get(layer), residual))
                .toList();
    }
}
