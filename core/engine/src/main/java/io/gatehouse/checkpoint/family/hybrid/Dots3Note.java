package io.gatehouse.checkpoint.family.hybrid;

import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mask;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.RopeKeys;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.HybridKeys;
import io.gatehouse.checkpoint.family.keys.LatentKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * dots3-note, its text model: latent attention with an indexer, in layers with a window without one and with sizes of
 * their own; a gate for each head; DeepSeek-V3's router.
 */
public final class Dots3Note implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-5, 524_288, 80_000_000, OptionalInt.empty());
    private static final double WINDOW_THETA = 50_000;
    private static final String INDEXED_ATTENTION = "indexed_attention";

    @Override
    public String title() {
        return "dots3-note";
    }

    @Override
    public List<String> architectures() {
        return List.of("Dots3NoteForConditionalGeneration", "Dots3NoteForCausalLM");
    }

    @Override
    public List<String> textConfig() {
        return List.of("text_config");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        LatentKeys keys = new LatentKeys(file, DEFAULTS);
        FamilyKeys shared = keys.shared();
        shared.requireText("attention_gate_type", "headwise");
        shared.requireText("swa_attention_gate_type", "headwise");
        shared.requireFlag("apply_mla_qkv_lora_rescale", true);
        shared.requireFlag("mlp_bias", false);
        int layers = shared.layers();
        List<String> types = types(file, shared);
        List<LatentAttention> attentions = IntStream.range(0, layers)
                .mapToObj(layer -> types.get(layer).equals(FamilyKeys.SLIDING_ATTENTION)
                        ? windowed(file, shared, layer)
                        : full(file, keys, types.get(layer)))
                .toList();
        FeedForward.Sparse mixture = shared.mixture(
                        keys.experts(), "num_experts_per_tok", "moe_intermediate_size", keys.sigmoidRouter())
                .with(SharedExpert.added(Mlp.swiGlu(Math.multiplyExact(
                        file.findSize("n_shared_experts", Short.MAX_VALUE).orElse(1), sharedSize(file)))));
        List<Boolean> sparse = sparse(file, shared);
        List<FeedForward> feedForwards = shared.feedForwards(sparse::get, mixture);
        Residual residual = Residual.before(shared.norm());
        return shared.config(
                1,
                shared.layers(layer -> new Layer(attentions.get(layer), feedForwards.get(layer), residual)),
                shared.head());
    }

    private static int sharedSize(ConfigFile file) {
        return file.findSize("moe_shared_expert_intermediate_size", FamilyKeys.MAX_WIDTH)
                .or(() -> file.findSize("shared_experts_intermediate_size", FamilyKeys.MAX_WIDTH))
                .orElse(1536);
    }

    /** "use_dsa" says whether layers without a window have an indexer; published files call them full all the same. */
    private static List<String> types(ConfigFile file, FamilyKeys keys) {
        boolean decided = file.has("use_dsa") || !file.has("per_layer_config");
        boolean windows = file.flag("use_sliding_window", true);
        String full = file.flag("use_dsa", true) ? INDEXED_ATTENTION : FamilyKeys.FULL_ATTENTION;
        return HybridKeys.layerTypes(
                        keys,
                        layer -> !windows || layer < 2 || layer % 4 == 1 ? full : FamilyKeys.SLIDING_ATTENTION,
                        FamilyKeys.FULL_ATTENTION,
                        INDEXED_ATTENTION,
                        FamilyKeys.SLIDING_ATTENTION)
                .stream()
                .map(type -> decided && !type.equals(FamilyKeys.SLIDING_ATTENTION) ? full : type)
                .toList();
    }

    /** "mlp_layer_types"; or else mixtures from "first_k_dense_replace" on, where "moe_layer_freq" says so. */
    private static List<Boolean> sparse(ConfigFile file, FamilyKeys keys) {
        int layers = keys.layers();
        int first = file.findWhole("first_k_dense_replace", 0, FamilyKeys.MAX_LAYERS)
                .orElse(1);
        List<Double> byLayer = file.isList("moe_layer_freq") ? file.numbersUpTo("moe_layer_freq", layers) : List.of();
        int every = file.isList("moe_layer_freq")
                ? 1
                : file.findSize("moe_layer_freq", Integer.MAX_VALUE).orElse(1);
        return keys.kinds("mlp_layer_types", layers, List.of("dense", "sparse"))
                .map(types -> types.stream().map(type -> type.equals("sparse")).toList())
                .orElseGet(() -> IntStream.range(0, layers)
                        .mapToObj(layer ->
                                layer >= first && (byLayer.isEmpty() ? layer % every == 0 : byLayer.get(layer) != 0))
                        .toList());
    }

    private static LatentAttention full(ConfigFile file, LatentKeys keys, String type) {
        FamilyKeys shared = keys.shared();
        int rotary = shared.width("qk_rope_head_dim");
        return attention(
                shared,
                shared.heads(),
                file.size("q_lora_rank", FamilyKeys.MAX_WIDTH),
                shared.width("kv_lora_rank"),
                shared.width("qk_nope_head_dim"),
                rotary,
                shared.width("v_head_dim"),
                rope(file, shared, type, file.size("head_dim", FamilyKeys.MAX_WIDTH), rotary),
                type.equals(INDEXED_ATTENTION) ? Optional.of(keys.indexer(Rope.Layout.INTERLEAVED)) : Optional.empty(),
                new Mask.Causal());
    }

    private static LatentAttention windowed(ConfigFile file, FamilyKeys keys, int layer) {
        int plain = size(file, layer, "qk_nope_head_dim", 192);
        int headDim = size(file, layer, "head_dim", 256);
        int rotary = size(file, layer, "qk_rope_head_dim", headDim - plain);
        int heads = size(file, layer, "num_attention_heads", 64);
        int keyValueHeads = size(file, layer, "num_key_value_heads", heads);
        if (keyValueHeads != heads) {
            throw file.unsupported(
                    "swa_num_key_value_heads", String.valueOf(keyValueHeads), "as many as heads in latent attention");
        }
        int window = file.findSize("sliding_window", Integer.MAX_VALUE)
                .or(() -> file.findSize("sliding_window_size", Integer.MAX_VALUE))
                .orElse(512);
        return attention(
                keys,
                heads,
                size(file, layer, "q_lora_rank", 1024),
                size(file, layer, "kv_lora_rank", 1024),
                plain,
                rotary,
                size(file, layer, "v_head_dim", 128),
                rope(file, keys, FamilyKeys.SLIDING_ATTENTION, headDim, rotary),
                Optional.empty(),
                new Mask.Window(window));
    }

    /** The size of a layer with a window: transformers 5 saves what differs in some layers under their numbers. */
    private static int size(ConfigFile file, int layer, String key, int absent) {
        return file.findObject("per_layer_config")
                .flatMap(all -> all.findObject(String.valueOf(layer)))
                .flatMap(own -> own.findSize(key, FamilyKeys.MAX_WIDTH))
                .or(() -> file.findSize("swa_" + key, FamilyKeys.MAX_WIDTH))
                .orElse(absent);
    }

    /**
     * The embedding of the layers of one kind: of an object of its own, or else with a theta of its own.
     *
     * @param rotary rotated entries of a head
     */
    private static Rope rope(ConfigFile file, FamilyKeys keys, String type, int headDim, int rotary) {
        RopeKeys ropes = new RopeKeys(file, keys.positions(), headDim);
        double share = (double) rotary / headDim;
        boolean byKind = file.findObject("rope_parameters")
                .filter(all -> !all.objects().isEmpty())
                .isPresent();
        double windowTheta = file.findPositive("swa_rope_theta").orElse(WINDOW_THETA);
        Rope rope = byKind
                ? ropes.read(type, DEFAULTS.ropeTheta(), share)
                        .orElseThrow(() -> file.unsupported("rope_parameters", "null", "an embedding in all layers"))
                : type.equals(FamilyKeys.SLIDING_ATTENTION)
                        ? ropes.read(windowTheta, share, true)
                        : ropes.readPartial(DEFAULTS.ropeTheta(), share);
        if (rope.dims() != rotary) {
            throw file.wrong("qk_rope_head_dim", rotary, "the %d rotated entries of its rope".formatted(rope.dims()));
        }
        return rope.with(Rope.Layout.INTERLEAVED);
    }

    private static LatentAttention attention(
            FamilyKeys keys,
            int heads,
            int queryRank,
            int latentRank,
            int plain,
            int rotary,
            int valueDim,
            Rope rope,
            Optional<LatentAttention.Indexer> indexer,
            Mask mask) {
        return new LatentAttention(
                heads,
                OptionalInt.of(queryRank),
                latentRank,
                plain,
                rotary,
                valueDim,
                keys.bias(false) == AttentionBias.ALL,
                keys.epsilon(),
                Optional.of(rope),
                (float) (1 / Math.sqrt(plain + rotary)),
                Optional.empty(),
                OutputGate.SIGMOID_HEAD,
                indexer,
                mask,
                new LatentAttention.Latents(true, true, LatentAttention.Source.OWN),
                false);
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return LatentKeys.NAMES
                .rename("self_attn.output_gate", "self_attn.g_proj")
                .rename("self_attn.k_rope_layernorm", "self_attn.k_rope_only_layernorm");
    }
}
