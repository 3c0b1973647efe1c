package io.gatehouse.checkpoint.config;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The keys that the models share. Sizes must be there, as Hugging Face always writes them; whatever else is absent has
 * the default of the model's own config class.
 */
final class DecoderKeys {
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
        // Most models do not heed them, but none knows another kind.
        LayerTypes.find(file, layers.size());
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
            throw file.wrong(
                    given.isPresent() ? "head_dim" : "num_attention_heads",
                    given.orElse(heads),
                    "possible: rotary embedding needs heads of an even size");
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
}
