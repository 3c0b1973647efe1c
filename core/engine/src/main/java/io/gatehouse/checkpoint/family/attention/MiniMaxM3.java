package io.gatehouse.checkpoint.family.attention;

import io.gatehouse.checkpoint.config.Activation;
import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * MiniMax-M3, its text model: layers whose tokens see the blocks of tokens that an indexer chooses, a sigmoid router whose
 * scale multiplies the summed output, and clamped SwiGLUs everywhere.
 */
public final class MiniMaxM3 implements Family {
    private static final FamilyKeys.Defaults DEFAULTS = new FamilyKeys.Defaults(1e-6, 524_288, 5_000_000, 4);
    private static final String SPARSE = "minimax_m3_sparse";

    @Override
    public String title() {
        return "MiniMax-M3";
    }

    @Override
    public List<String> architectures() {
        return List.of("MiniMaxM3SparseForConditionalGeneration", "MiniMaxM3VLForCausalLM");
    }

    @Override
    public List<String> textConfig() {
        return List.of("text_config");
    }

    @Override
    public List<String> deviations() {
        return List.of(
                "transformers 5.24 does not read rotary_dim, which Gatehouse reads where rope_parameters has no partial_rotary_factor.");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        FamilyKeys keys = new FamilyKeys(file, DEFAULTS);
        keys.requireText("scoring_func", "sigmoid");
        keys.requireText("qk_norm_type", "per_head");
        keys.requireFlag("use_qk_norm", true);
        keys.requireFlag("use_gemma_norm", true);
        file.findText("hidden_act")
                .filter(name -> !name.equals("swigluoai") && !name.equals("silu"))
                .ifPresent(name -> {
                    throw file.unsupported("hidden_act", name, "swigluoai");
                });
        int sharedExperts = file.findSize("n_shared_experts", Short.MAX_VALUE).orElse(1);
        if (sharedExperts != 1) {
            throw file.unsupported("n_shared_experts", String.valueOf(sharedExperts), "1");
        }
        Norm norm = new Norm(Norm.Kind.RMS_ONE_PLUS, keys.epsilon());
        Activation activation =
                new Activation.ClampedSwiGlu(keys.number("swiglu_alpha", 1.702), keys.number("swiglu_limit", 7));
        int experts = keys.experts();
        Router router = Router.sigmoid(new Router.Normalisation.Sum(0))
                .withSelectionBias(file.flag("use_routing_bias", true))
                .withScale(file.findPositive("routed_scaling_factor").orElse(2.0), true);
        FeedForward mixture = new FeedForward.Sparse(
                        experts,
                        file.size("num_experts_per_tok", experts),
                        new Mlp(keys.width("intermediate_size"), activation, false),
                        router)
                .with(SharedExpert.added(new Mlp(keys.width("shared_intermediate_size"), activation, false)));
        FeedForward dense = new FeedForward.Dense(new Mlp(keys.width("dense_intermediate_size"), activation, false));
        int layers = keys.layers();
        List<Boolean> sparse = keys.kinds("mlp_layer_types", layers, List.of("dense", "sparse"))
                .map(types -> types.stream().map(type -> type.equals("sparse")).toList())
                .orElseGet(() -> flags(file, "moe_layer_freq", layers, true));
        List<Optional<Attention.BlockIndexer>> indexers = indexers(file, keys, norm);
        return keys.config(
                1,
                keys.layers(layer -> new Layer(
                        attention(file, keys, norm, indexers.get(layer)),
                        sparse.get(layer) ? mixture : dense,
                        Residual.before(norm))),
                keys.head(norm));
    }

    private static Attention attention(
            ConfigFile file, FamilyKeys keys, Norm norm, Optional<Attention.BlockIndexer> indexer) {
        double share =
                file.findSize("rotary_dim", FamilyKeys.MAX_HEADS).orElse(keys.headDim()) / (double) keys.headDim();
        return keys.attention()
                .rope(keys.partialRope(share))
                .qkNorm(new QkNorm(QkNorm.Span.HEAD, norm, false))
                .indexer(indexer)
                .build();
    }

    /** The indexer of each layer that has one, by "sparse_attention_config" or by transformers' own keys. */
    private static List<Optional<Attention.BlockIndexer>> indexers(ConfigFile file, FamilyKeys keys, Norm norm) {
        int layers = keys.layers();
        Optional<ConfigFile> published = file.findObject("sparse_attention_config");
        List<Boolean> sparse = keys.kinds("layer_types", layers, List.of(FamilyKeys.FULL_ATTENTION, SPARSE))
                .map(types -> types.stream().map(type -> type.equals(SPARSE)).toList())
                .orElseGet(() -> published
                        .map(sparsity -> flags(sparsity, "sparse_attention_freq", layers, false))
                        .orElse(IntStream.range(0, layers)
                                .mapToObj(layer -> false)
                                .toList()));
        if (!sparse.contains(true)) {
            return IntStream.range(0, layers)
                    .mapToObj(layer -> Optional.<Attention.BlockIndexer>empty())
                    .toList();
        }
        published.ifPresent(sparsity -> requireKnown(sparsity, sparse));
        int heads = size(file, published, "sparse_num_index_heads", "index_n_heads", 4);
        int keyValueHeads = keys.attention().build().keyValueHeads();
        if (heads != keyValueHeads) {
            throw file.unsupported(
                    "index_n_heads",
                    String.valueOf(heads),
                    "as many as the %d key-value heads".formatted(keyValueHeads));
        }
        int topBlocks = size(file, published, "sparse_topk_blocks", "index_topk_blocks", 16);
        int latest = size(file, published, "sparse_local_block", "index_local_blocks", 1);
        if (latest > topBlocks) {
            throw file.wrong("index_local_blocks", latest, "at most the %d blocks".formatted(topBlocks));
        }
        Attention.BlockIndexer indexer = new Attention.BlockIndexer(
                size(file, published, "sparse_index_dim", "index_head_dim", 128),
                size(file, published, "sparse_block_size", "index_block_size", 128),
                topBlocks,
                latest,
                norm);
        return sparse.stream()
                .map(present -> present ? Optional.of(indexer) : Optional.<Attention.BlockIndexer>empty())
                .toList();
    }

    private static void requireKnown(ConfigFile sparsity, List<Boolean> sparse) {
        if (!sparsity.flag("use_sparse_attention", true)) {
            throw sparsity.unsupported("use_sparse_attention", "false", "true where layers have it");
        }
        String type = sparsity.findText("sparse_score_type").orElse("max");
        if (!type.equals("max")) {
            throw sparsity.unsupported("sparse_score_type", type, "max");
        }
        if (sparsity.isOn("sparse_init_block")) {
            throw sparsity.unsupported("sparse_init_block", "a number", "0");
        }
        List<Boolean> withoutValues = flags(sparsity, "sparse_disable_index_value", sparse.size(), true);
        for (int layer = 0; layer < sparse.size(); layer++) {
            if (sparse.get(layer) && !withoutValues.get(layer)) {
                throw sparsity.unsupported("sparse_disable_index_value", "0", "1 in every sparse layer");
            }
        }
    }

    private static int size(
            ConfigFile file, Optional<ConfigFile> published, String publishedKey, String key, int absent) {
        return published
                .flatMap(sparsity -> sparsity.findSize(publishedKey, FamilyKeys.MAX_WIDTH))
                .or(() -> file.findSize(key, FamilyKeys.MAX_WIDTH))
                .orElse(absent);
    }

    /** A list of zeros and ones for the layers. */
    private static List<Boolean> flags(ConfigFile file, String key, int layers, boolean absent) {
        List<Double> numbers = file.numbersUpTo(key, layers);
        return IntStream.range(0, layers)
                .mapToObj(layer -> numbers.isEmpty() ? absent : numbers.get(layer) != 0)
                .toList();
    }

    /** A layer without experts has "mlp", one with experts "block_sparse_moe". */
    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA
                .rename("mlp.gate", "block_sparse_moe.gate")
                .rename("mlp.gate.e_score_correction_bias", "block_sparse_moe.e_score_correction_bias")
                .rename("mlp.shared_expert", "block_sparse_moe.shared_experts")
                .rename("mlp.experts", "block_sparse_moe.experts")
                .rename("mlp.experts.*.gate_proj", "block_sparse_moe.experts.*.w1")
                .rename("mlp.experts.*.up_proj", "block_sparse_moe.experts.*.w3")
                .rename("mlp.experts.*.down_proj", "block_sparse_moe.experts.*.w2")
                .rename("self_attn.indexer.q_proj", "self_attn.index_q_proj")
                .rename("self_attn.indexer.k_proj", "self_attn.index_k_proj")
                .rename("self_attn.indexer.q_norm", "self_attn.index_q_norm")
                .rename("self_attn.indexer.k_norm", "self_attn.index_k_norm");
    }
}
