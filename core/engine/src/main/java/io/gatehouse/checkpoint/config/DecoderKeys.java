package io.gatehouse.checkpoint.config;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The keys that the models share. Sizes must be there, as Hugging Face always writes them; whatever else is absent has
 * the default of the model's own config class.
 */
final class DecoderKeys {
    static final String FULL_ATTENTION = "full_attention";
    static final String SLIDING_ATTENTION = "sliding_attention";
    static final int MAX_WIDTH = 1 << 20;
    static final int MAX_LAYERS = 10_000;
    private static final int MAX_HEADS = 1 << 12;
    private static final int MAX_VOCABULARY = 1 << 24;

    /**
     * What absent keys stand for.
     *
     * @param keyValueHeads as many as heads if absent
     */
    record Defaults(double rmsNormEps, int maxPositions, double ropeTheta, OptionalInt keyValueHeads) {}

    /** What the model's code fixes, or reads from a key of its own. */
    record Attention(AttentionBias bias, QkNorm qkNorm, Optional<Float> clipQkv) {}

    private final ConfigFile file;
    private final Defaults defaults;

    DecoderKeys(ConfigFile file, Defaults defaults) {
        this.file = file;
        this.defaults = defaults;
    }

    int layers() {
        return file.size("num_hidden_layers", MAX_LAYERS);
    }

    /** The mixture whose experts have the size at {@code sizeKey}. */
    FeedForward.Sparse mixture(String sizeKey, boolean normTopK, OptionalInt sharedExpertSize) {
        int experts = experts();
        return new FeedForward.Sparse(
                experts,
                file.size("num_experts_per_tok", experts),
                file.size(sizeKey, MAX_WIDTH),
                normTopK,
                sharedExpertSize);
    }

    /** A window over all layers, if the file has one at "sliding_window". */
    Optional<Integer> slidingWindow() {
        return file.findSize("sliding_window", Integer.MAX_VALUE);
    }

    ModelConfig config(Architecture architecture, Attention attention, ExpertNames names, List<Layer> layers) {
        requireSwiGlu();
        // Most models ignore them, but none supports another kind.
        layerTypes(layers.size());
        int hidden = file.size("hidden_size", MAX_WIDTH);
        int heads = file.size("num_attention_heads", MAX_HEADS);
        int headDim = headDim(hidden, heads);
        int positions =
                file.findSize("max_position_embeddings", Integer.MAX_VALUE).orElse(defaults.maxPositions());
        Rope rope = new RopeKeys(file, positions, headDim).read(defaults.ropeTheta());
        return new ModelConfig(
                architecture.key(),
                file.size("vocab_size", MAX_VOCABULARY),
                hidden,
                heads,
                keyValueHeads(heads),
                headDim,
                (float) file.findPositive("rms_norm_eps")
                        .orElse(defaults.rmsNormEps())
                        .doubleValue(),
                attention.clipQkv(),
                attention.bias(),
                attention.qkNorm(),
                file.flag("tie_word_embeddings", false),
                rope.scaling().maxPositions(positions),
                rope,
                names,
                layers);
    }

    /** Hugging Face's classes know the number of experts under both names, whichever they write. */
    private int experts() {
        Optional<Integer> local = file.findSize("num_local_experts", Short.MAX_VALUE);
        Optional<Integer> plain = file.findSize("num_experts", Short.MAX_VALUE);
        if (local.isPresent() && plain.isPresent() && !local.equals(plain)) {
            throw file.wrong("num_local_experts", local.get(), "the num_experts of %d".formatted(plain.get()));
        }
        return local.or(() -> plain).orElseGet(() -> file.size("num_experts", Short.MAX_VALUE));
    }

    private int keyValueHeads(int heads) {
        String key = "num_key_value_heads";
        // A null says "as many as heads" even where an absent key says otherwise.
        int absent = file.has(key) ? heads : defaults.keyValueHeads().orElse(heads);
        int found = file.findSize(key, MAX_HEADS).orElse(absent);
        if (heads % found != 0) {
            throw file.wrong(key, found, "a divisor of the %d heads".formatted(heads));
        }
        return found;
    }

    private int headDim(int hidden, int heads) {
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

    private void requireSwiGlu() {
        // "swish" is Hugging Face's other name for it.
        file.findText("hidden_act")
                .filter(name -> !name.equals("silu") && !name.equals("swish"))
                .ifPresent(name -> {
                    throw file.unsupported("hidden_act", name, "silu");
                });
    }

    /** The key "layer_types": how each layer attends. */
    Optional<List<String>> layerTypes(int layers) {
        Optional<List<String>> types = file.findTexts("layer_types");
        types.ifPresent(list -> {
            for (String type : list) {
                if (!type.equals(FULL_ATTENTION) && !type.equals(SLIDING_ATTENTION)) {
                    throw file.unsupported("layer_types", type, FULL_ATTENTION + " and " + SLIDING_ATTENTION);
                }
            }
            if (list.size() != layers) {
                throw file.corrupt("%s has %d layer_types for %d layers".formatted(file.path(), list.size(), layers));
            }
        });
        return types;
    }

    /**
     * What follows the attention in each layer of a Qwen model. Mixtures are those layers whose number, counted from one,
     * is a multiple of "decoder_sparse_step", except for those that "mlp_only_layers" names, counted from zero.
     */
    List<FeedForward> sparseSteps(FeedForward.Sparse mixture) {
        int layers = layers();
        int step = file.findSize("decoder_sparse_step", Integer.MAX_VALUE).orElse(1);
        Set<Long> dense = Set.copyOf(file.wholeNumbers("mlp_only_layers"));
        List<Boolean> sparse = IntStream.range(0, layers)
                .mapToObj(layer -> (layer + 1) % step == 0 && !dense.contains((long) layer))
                .toList();
        if (!sparse.contains(true)) {
            throw new GatehouseException(
                    ErrorCode.UNSUPPORTED_MODEL,
                    "%s makes none of the %d layers a mixture of experts".formatted(file.path(), layers));
        }
        return sparse.stream()
                .<FeedForward>map(isSparse -> isSparse ? mixture : new FeedForward.Dense(denseSize()))
                .toList();
    }

    private int denseSize() {
        return file.size("intermediate_size", MAX_WIDTH);
    }
}
