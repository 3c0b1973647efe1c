package io.gatehouse.checkpoint.family.latent;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Head;
import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.LatentAttention.Latents;
import io.gatehouse.checkpoint.config.LatentAttention.Source;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mask;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.OutputGate;
import io.gatehouse.checkpoint.config.QueryScale;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.FamilyKeys;
import io.gatehouse.checkpoint.family.keys.LatentKeys;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Mistral Large 4, its text model: latent attention with an indexer that reads the layer's input, queries that grow with
 * the logarithm of their position by learned factors, rotary angles with learned factors in three of four layers, and
 * layers that use the latent vectors of earlier ones.
 */
public final class MistralLarge4 implements Family {
    private static final FamilyKeys.Defaults DEFAULTS =
            new FamilyKeys.Defaults(1e-5, 1_048_576, 10_000, OptionalInt.empty());
    private static final int DENSE_LAYERS = 1;
    private static final int PLAIN_EVERY = 4;
    private static final QueryScale GROWTH = new QueryScale.LearnedLogarithm();

    @Override
    public String title() {
        return "Mistral Large 4";
    }

    @Override
    public List<String> architectures() {
        return List.of("MistralLarge4ForConditionalGeneration");
    }

    @Override
    public List<String> textConfig() {
        return List.of("text_config");
    }

    @Override
    public ModelConfig config(ConfigFile file) {
        LatentKeys keys = new LatentKeys(file, DEFAULTS);
        FamilyKeys shared = keys.shared();
        int layers = shared.layers();
        shared.kinds("layer_types", layers, List.of("indexed_attention"));
        int groups = file.findSize("n_group", keys.experts()).orElse(1);
        Router router = new Router.Scored(
                        Router.Score.SOFTMAX, Router.Weight.SCORE, new Router.Normalisation.Sum(LatentKeys.SMALL_SUM))
                .withGroups(keys.groups(groups, Router.GroupScore.TOP_TWO_SUM, 0))
                .withScale(file.findPositive("routed_scaling_factor").orElse(1.0), false);
        List<FeedForward> feedForwards = keys.feedForwards(DENSE_LAYERS, keys.mixture(router));
        List<Boolean> positions = positions(file, layers);
        List<Source> sources = sources(file, positions);
        List<Boolean> isShared = GlmMoeDsa.sharedIndexers(file, shared);
        Residual residual = Residual.before(shared.norm());
        Head head = shared.head();
        return shared.config(
                1,
                IntStream.range(0, layers)
                        .mapToObj(layer -> new Layer(
                                attention(file, keys, positions.get(layer), isShared.get(layer), sources.get(layer)),
                                feedForwards.get(layer),
                                residual))
                        .toList(),
                new Head(
                        head.norm(), head.tied(), false, 1, Optional.of(shared.number("final_logit_softcapping", 30))));
    }

    private static LatentAttention attention(
            ConfigFile file, LatentKeys keys, boolean positions, boolean sharedIndexer, Source source) {
        FamilyKeys shared = keys.shared();
        int heads = shared.heads();
        if (shared.keyValueHeads("num_key_value_heads", heads) != heads) {
            throw file.unsupported("num_key_value_heads", "fewer than heads", "as many as heads in latent attention");
        }
        int plain = shared.width("qk_nope_head_dim");
        int rotary = shared.width("qk_rope_head_dim");
        LatentAttention.Indexer own = keys.indexer(Rope.Layout.INTERLEAVED).ofInput(GROWTH);
        LatentAttention.Indexer indexer = sharedIndexer ? own.inLaterLayer() : own;
        return new LatentAttention(
                heads,
                OptionalInt.empty(),
                shared.width("kv_lora_rank"),
                positions ? plain : plain + rotary,
                positions ? rotary : 0,
                shared.width("v_head_dim"),
                file.flag("attention_bias", false),
                shared.epsilon(),
                positions ? Optional.of(keys.rope(Rope.Layout.INTERLEAVED).withLearnedFactors()) : Optional.empty(),
                (float) (keys.temperature() / Math.sqrt(plain + rotary)),
                Optional.of(GROWTH),
                OutputGate.NONE,
                Optional.of(indexer),
                new Mask.Causal(),
                Latents.PLAIN.from(source),
                false);
    }

    /** Which layers have positions: "no_rope_layers" is 1 for these, and 0 for others. */
    private static List<Boolean> positions(ConfigFile file, int layers) {
        List<Double> rotated = file.numbersUpTo("no_rope_layers", layers);
        int every = file.findSize("no_rope_layer_interval", Integer.MAX_VALUE).orElse(PLAIN_EVERY);
        return IntStream.range(0, layers)
                .mapToObj(layer -> rotated.isEmpty() ? (layer + 1) % every != 0 : rotated.get(layer) != 0)
                .toList();
    }

    /** Whose latent vectors each layer uses: "kv_source_layers" names a layer for each, perhaps itself. */
    private static List<Source> sources(ConfigFile file, List<Boolean> positions) {
        List<Double> given = file.numbersUpTo("kv_source_layers", positions.size());
        List<Integer> sources = IntStream.range(0, positions.size())
                .mapToObj(layer -> given.isEmpty() ? layer : given.get(layer).intValue())
                .toList();
        return IntStream.range(0, sources.size())
                .mapToObj(layer -> source(file, positions, sources, layer))
                .toList();
    }

    private static Source source(ConfigFile file, List<Boolean> positions, List<Integer> sources, int layer) {
        int source = sources.get(layer);
        if (source == layer) {
            return sources.subList(layer + 1, sources.size()).contains(layer) ? Source.KEPT : Source.OWN;
        }
        int latest = IntStream.range(0, layer)
                .filter(earlier -> sources.get(earlier) == earlier
                        && positions.get(earlier).equals(positions.get(layer))
                        && sources.subList(earlier + 1, sources.size()).contains(earlier))
                .max()
                .orElse(-1);
        // Hugging Face's code keeps one set of latent vectors of layers with positions, and one of those without.
        if (source != latest) {
            throw file.wrong(
                    "kv_source_layers",
                    source,
                    "the latest layer before layer %d that others use and that is alike in having positions"
                            .formatted(layer));
        }
        return Source.SHARED;
    }

    @Override
    public TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA
                .rename("model.embed_tokens", "tok_embeddings")
                .rename("model.rope_exponents", "lerope.alpha")
                .rename("lm_head", "output")
                .rename("input_layernorm", "attention_norm")
                .rename("post_attention_layernorm", "ffn_norm")
                .rename("self_attn.q_proj", "attention.wq")
                .rename("self_attn.kv_a_proj_with_mqa", "attention.wkv_a_with_mqa")
                .rename("self_attn.kv_a_layernorm", "attention.kv_a_norm")
                .rename("self_attn.kv_b_proj", "attention.wkv_b")
                .rename("self_attn.o_proj", "attention.wo")
                .rename("self_attn.query_scale.scale", "attention.ssmax_scaling.s")
                .rename("self_attn.query_scale.bias", "attention.ssmax_scaling.b")
                .rename("self_attn.indexer", "attention.indexer")
                .rename("self_attn.indexer.query_scale.scale", "attention.indexer.ssmax_scaling.s")
                .rename("self_attn.indexer.query_scale.bias", "attention.indexer.ssmax_scaling.b")
                .rename("mlp.gate_proj", "feed_forward.w1")
                .rename("mlp.up_proj", "feed_forward.w3")
                .rename("mlp.down_proj", "feed_forward.w2")
                .rename("mlp.gate", "gate")
                .rename("mlp.experts.*.gate_proj", "experts.*.w1")
                .rename("mlp.experts.*.up_proj", "experts.*.w3")
                .rename("mlp.experts.*.down_proj", "experts.*.w2")
                .rename("mlp.shared_expert.gate_proj", "shared_experts.w1")
                .rename("mlp.shared_expert.up_proj", "shared_experts.w3")
                .rename("mlp.shared_expert.down_proj", "shared_experts.w2");
    }
}
