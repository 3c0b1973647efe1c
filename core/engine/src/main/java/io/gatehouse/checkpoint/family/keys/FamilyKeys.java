package io.gatehouse.checkpoint.family.keys;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Head;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mask;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.RopeKeys;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The keys that families share. Sizes must be there, as Hugging Face always writes them; whatever else is absent has
 * the default of the model's own config class.
 */
public final class FamilyKeys {
    public static final String FULL_ATTENTION = "full_attention";
    public static final String SLIDING_ATTENTION = "sliding_attention";
    public static final int MAX_WIDTH = 1 << 20;
    public static final int MAX_LAYERS = 10_000;
    public static final int MAX_HEADS = 1 << 12;
    private static final int MAX_VOCABULARY = 1 << 24;

    /**
     * What absent keys stand for.
     *
     * @param keyValueHeads as many as heads if absent
     * @param tied whether the head's weights are the embeddings
     */
    public record Defaults(
            double epsilon, int maxPositions, double ropeTheta, OptionalInt keyValueHeads, boolean tied) {
        /** Of a model whose head has weights of its own. */
        public Defaults(double epsilon, int maxPositions, double ropeTheta, OptionalInt keyValueHeads) {
            this(epsilon, maxPositions, ropeTheta, keyValueHeads, false);
        }

        /** Of a model whose head has weights of its own. */
        public Defaults(double epsilon, int maxPositions, double ropeTheta, int keyValueHeads) {
            this(epsilon, maxPositions, ropeTheta, OptionalInt.of(keyValueHeads), false);
        }
    }

    private final ConfigFile file;
    private final Defaults defaults;

    /** @param file the keys of the text model */
    public FamilyKeys(ConfigFile file, Defaults defaults) {
        this.file = file;
        this.defaults = defaults;
    }

    /** Number of decoder layers. */
    public int layers() {
        return file.size("num_hidden_layers", MAX_LAYERS);
    }

    /** Entries of a state of the residual stream. */
    public int hidden() {
        return file.size("hidden_size", MAX_WIDTH);
    }

    /** Attention heads. */
    public int heads() {
        return file.size("num_attention_heads", MAX_HEADS);
    }

    /** The size at a key that must be there. */
    public int width(String key) {
        return file.size(key, MAX_WIDTH);
    }

    /** Biases on all projections of the attention, or on none, as "attention_bias" says. */
    public AttentionBias bias(boolean absent) {
        return file.flag("attention_bias", absent) ? AttentionBias.ALL : AttentionBias.NONE;
    }

    /** Tokens of the vocabulary. */
    public int vocabulary() {
        return file.size("vocab_size", MAX_VOCABULARY);
    }

    /** A number at a key. */
    public float number(String key, double absent) {
        return file.findNumber(key).orElse(absent).floatValue();
    }

    /** The epsilon of the model's norms. */
    public float epsilon() {
        return file.findPositive("rms_norm_eps").orElse(defaults.epsilon()).floatValue();
    }

    /** The model's RMS norm. */
    public Norm norm() {
        return Norm.rms(epsilon());
    }

    /** Llama's attention with the model's heads, without rotary embedding. */
    public Attention.Builder attention() {
        int heads = heads();
        return Attention.builder(heads, keyValueHeads("num_key_value_heads", heads), headDim(heads));
    }

    /** The key-value heads at a key, which the heads must be a multiple of. */
    public int keyValueHeads(String key, int heads) {
        // A null says "as many as heads" even where an absent key says otherwise.
        int absent = file.has(key) ? heads : defaults.keyValueHeads().orElse(heads);
        int found = file.findSize(key, MAX_HEADS).orElse(absent);
        if (heads % found != 0) {
            throw file.wrong(key, found, "a divisor of the %d heads".formatted(heads));
        }
        return found;
    }

    /** Size of a head. */
    public int headDim() {
        return headDim(heads());
    }

    private int headDim(int heads) {
        int hidden = hidden();
        Optional<Integer> given = file.findSize("head_dim", MAX_HEADS);
        if (given.isEmpty() && hidden % heads != 0) {
            throw file.wrong("num_attention_heads", heads, "a divisor of the hidden_size %d".formatted(hidden));
        }
        int headDim = given.orElseGet(() -> hidden / heads);
        if (headDim % 2 != 0) {
            throw given.isPresent()
                    ? file.wrong("head_dim", headDim, "an even number, which rotary embedding needs")
                    : file.wrong("num_attention_heads", heads, "a number that gives heads of an even size");
        }
        return headDim;
    }

    /** The rotary embedding of whole heads, the same in all layers. */
    public Rope rope() {
        return ropeKeys().read(defaults.ropeTheta());
    }

    /** The rotary embedding of a part of each head, the same in all layers. */
    public Rope partialRope(double defaultShare) {
        return ropeKeys().readPartial(defaults.ropeTheta(), defaultShare);
    }

    /** The rotary embedding of layers of a kind, with this share of a head where no key says it. */
    public Optional<Rope> rope(String kind, double defaultTheta, double defaultShare) {
        return ropeKeys().read(kind, defaultTheta, defaultShare);
    }

    /** The rotary embedding of whole heads with this theta, without scaling; none where it is 0. */
    public Optional<Rope> rope(double theta) {
        return theta == 0 ? Optional.empty() : Optional.of(ropeKeys().read(theta, 1, false));
    }

    /** The rotary embedding of a part of each head with this theta. */
    public Rope rope(double theta, double share) {
        return ropeKeys().read(theta, share, true);
    }

    private RopeKeys ropeKeys() {
        return new RopeKeys(file, positions(), headDim());
    }

    /** Tokens of the longest text without scaling. */
    public int positions() {
        return file.findSize("max_position_embeddings", Integer.MAX_VALUE).orElse(defaults.maxPositions());
    }

    /** A window over all layers, if the file has one at "sliding_window". */
    public Mask window() {
        return file.findSize("sliding_window", Integer.MAX_VALUE)
                .<Mask>map(Mask.Window::new)
                .orElseGet(Mask.Causal::new);
    }

    /** The mask of a layer of the kind that "layer_types" has for it. */
    public Mask mask(String layerType) {
        return layerType.equals(SLIDING_ATTENTION)
                ? new Mask.Window(file.size("sliding_window", Integer.MAX_VALUE))
                : new Mask.Causal();
    }

    /** The key "layer_types", or what an absent one stands for, layer by layer. */
    public List<String> layerTypes(IntFunction<String> absent) {
        int layers = layers();
        return layerTypes(layers)
                .orElseGet(() -> IntStream.range(0, layers).mapToObj(absent).toList());
    }

    /** The key "layer_types": how each layer attends, full or sliding. */
    public Optional<List<String>> layerTypes(int layers) {
        return kinds("layer_types", layers, List.of(FULL_ATTENTION, SLIDING_ATTENTION));
    }

    /** A key that has one of some names for each layer. */
    public Optional<List<String>> kinds(String key, int layers, List<String> known) {
        Optional<List<String>> types = file.findTexts(key);
        types.ifPresent(list -> {
            for (String type : list) {
                if (!known.contains(type)) {
                    throw file.unsupported(key, type, String.join(" and ", known));
                }
            }
            if (list.size() != layers) {
                throw file.corrupt("%s has %d %s for %d layers".formatted(file.path(), list.size(), key, layers));
            }
        });
        return types;
    }

    /** The experts and the chosen ones of Qwen's and Mixtral's keys, each of the size at {@code sizeKey}. */
    public FeedForward.Sparse mixture(String sizeKey, Router router) {
        return mixture(experts(), "num_experts_per_tok", sizeKey, router);
    }

    /** A mixture of SwiGLUs. */
    public FeedForward.Sparse mixture(int experts, String topKKey, String sizeKey, Router router) {
        requireSwiGlu();
        return new FeedForward.Sparse(experts, file.size(topKKey, experts), Mlp.swiGlu(width(sizeKey)), router);
    }

    /** Hugging Face's classes know the number of experts under both names, whichever they write. */
    public int experts() {
        Optional<Integer> local = file.findSize("num_local_experts", Short.MAX_VALUE);
        Optional<Integer> plain = file.findSize("num_experts", Short.MAX_VALUE);
        if (local.isPresent() && plain.isPresent() && !local.equals(plain)) {
            throw file.wrong("num_local_experts", local.get(), "the num_experts of %d".formatted(plain.get()));
        }
        return local.or(() -> plain).orElseGet(() -> file.size("num_experts", Short.MAX_VALUE));
    }

    /** The number of experts at a key of the family's own. */
    public int experts(String key) {
        return file.size(key, Short.MAX_VALUE);
    }

    /**
     * The router of DeepSeek-V3 with its keys: sigmoids with a bias of the selection, groups, weights that are divided by
     * their sum + 1e-20 and scaled.
     *
     * @param normalised whether weights are divided where no key says it
     */
    public Router.Scored deepSeekV3Router(int experts, boolean normalised) {
        requireText("scoring_func", "sigmoid");
        requireText("topk_method", "noaux_tc");
        int groups = file.findSize("n_group", experts).orElse(1);
        int kept = file.findSize("topk_group", groups).orElse(1);
        if (experts % groups != 0) {
            throw file.wrong("n_group", groups, "a divisor of the %d experts".formatted(experts));
        }
        Router.Normalisation normalisation = file.flag("norm_topk_prob", normalised)
                ? new Router.Normalisation.Sum(1e-20f)
                : new Router.Normalisation.None();
        return Router.sigmoid(normalisation)
                .withGroups(
                        groups == kept
                                ? Optional.empty()
                                : Optional.of(new Router.Groups(
                                        groups, kept, Router.GroupScore.TOP_TWO_SUM, Float.NEGATIVE_INFINITY)))
                .withScale(file.findPositive("routed_scaling_factor").orElse(1.0), false);
    }

    /** DeepSeek-V3's mixture: its router, and a shared expert as wide as several. */
    public FeedForward.Sparse deepSeekV3Mixture(String expertsKey, String sharedKey, int sharedAbsent) {
        return deepSeekV3Mixture(expertsKey, sharedKey, sharedAbsent, true);
    }

    /**
     * The same.
     *
     * @param normalised whether weights are divided by their sum where no key says it
     */
    public FeedForward.Sparse deepSeekV3Mixture(
            String expertsKey, String sharedKey, int sharedAbsent, boolean normalised) {
        int experts = expertsKey.equals("num_experts") ? experts() : experts(expertsKey);
        Router router = deepSeekV3Router(experts, normalised);
        return shared(
                mixture(experts, "num_experts_per_tok", "moe_intermediate_size", router), sharedKey, sharedAbsent);
    }

    /** A mixture with a shared expert as wide as the number of experts at a key; 0 is none. */
    public FeedForward.Sparse shared(FeedForward.Sparse mixture, String key, int absent) {
        int count =
                file.findWhole(key, 0, MAX_WIDTH / mixture.intermediateSize()).orElse(absent);
        return count == 0
                ? mixture
                : mixture.with(SharedExpert.added(mixture.expert().withSize(count * mixture.intermediateSize())));
    }

    /** A key that may be absent but has one value that is implemented. */
    public void requireText(String key, String only) {
        file.findText(key).filter(found -> !found.equals(only)).ifPresent(found -> {
            throw file.unsupported(key, found, only);
        });
    }

    /** A flag that may be absent but has one value that is implemented. */
    public void requireFlag(String key, boolean only) {
        if (file.flag(key, only) != only) {
            throw file.unsupported(key, String.valueOf(!only), String.valueOf(only));
        }
    }

    /** Refuses an activation other than SwiGLU's at "hidden_act". */
    public void requireSwiGlu() {
        // "swish" is Hugging Face's other name for it.
        file.findText("hidden_act")
                .filter(name -> !name.equals("silu") && !name.equals("swish"))
                .ifPresent(name -> {
                    throw file.unsupported("hidden_act", name, "silu");
                });
    }

    /**
     * What follows the attention in each layer of a Qwen model. Mixtures are those layers whose number, counted from one,
     * is a multiple of "decoder_sparse_step", except for those that "mlp_only_layers" names, counted from zero.
     */
    public List<FeedForward> sparseSteps(FeedForward.Sparse mixture) {
        int step = file.findSize("decoder_sparse_step", Integer.MAX_VALUE).orElse(1);
        Set<Long> dense = Set.copyOf(file.wholeNumbers("mlp_only_layers"));
        return feedForwards(layer -> (layer + 1) % step == 0 && !dense.contains((long) layer), mixture);
    }

    /** Dense layers up to the number at a key, mixtures from there on; "mlp_layer_types" wins where it is there. */
    public List<FeedForward> denseFirst(String key, int absent, FeedForward.Sparse mixture) {
        List<Boolean> sparse = sparse(key, absent);
        return feedForwards(sparse::get, mixture);
    }

    /** Whether each layer is a mixture. */
    public List<Boolean> sparse(String key, int absent) {
        int first = file.findWhole(key, 0, MAX_LAYERS).orElse(absent);
        Optional<List<String>> types = kinds("mlp_layer_types", layers(), List.of("dense", "sparse"));
        return IntStream.range(0, layers())
                .mapToObj(layer ->
                        types.map(list -> list.get(layer).equals("sparse")).orElse(layer >= first))
                .toList();
    }

    /** A mixture where {@code sparse} says so, and elsewhere a SwiGLU of "intermediate_size". */
    public List<FeedForward> feedForwards(IntPredicate sparse, FeedForward.Sparse mixture) {
        int layers = layers();
        if (IntStream.range(0, layers).noneMatch(sparse)) {
            throw new GatehouseException(
                    ErrorCode.UNSUPPORTED_MODEL,
                    "%s makes none of the %d layers a mixture of experts".formatted(file.path(), layers));
        }
        return IntStream.range(0, layers)
                .<FeedForward>mapToObj(
                        layer -> sparse.test(layer) ? mixture : new FeedForward.Dense(width("intermediate_size")))
                .toList();
    }

    /** All layers. */
    public List<Layer> layers(IntFunction<Layer> layer) {
        return IntStream.range(0, layers()).mapToObj(layer).toList();
    }

    /** One layer for all. */
    public List<Layer> alike(Layer layer) {
        return Collections.nCopies(layers(), layer);
    }

    /** The final norm is the layers', and the head has the embeddings' weights where "tie_word_embeddings". */
    public Head head() {
        return head(norm());
    }

    /** A head with this final norm. */
    public Head head(Norm norm) {
        return Head.plain(norm, file.flag("tie_word_embeddings", defaults.tied()));
    }

    /** A model with plain embeddings and head. */
    public ModelConfig config(List<Layer> layers) {
        return config(1, layers, head());
    }

    /** A model. */
    public ModelConfig config(float embeddingFactor, List<Layer> layers, Head head) {
        if (!file.wasAsked("layer_types")) {
            // The family ignores them, but none supports another kind.
            layerTypes(layers.size());
        }
        int positions = positions();
        return new ModelConfig(
                file.architecture(),
                vocabulary(),
                hidden(),
                layers.stream()
                        .flatMap(layer -> layer.mixer().rope().stream())
                        .mapToInt(rope -> rope.scaling().maxPositions(positions))
                        .max()
                        .orElse(positions),
                embeddingFactor,
                layers,
                head);
    }
}
