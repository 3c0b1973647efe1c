package io.gatehouse.checkpoint;

import java.util.Collections;
import java.util.Optional;

/**
 * OLMoE (arXiv 2409.02060): every layer is a mixture of experts; queries and keys are normed over the whole
 * projection. What may be absent has the default of Hugging Face's OlmoeConfig.
 */
final class OlmoeLayout {
    private static final int MAX_WIDTH = 1 << 20;
    private static final int MAX_HEADS = 1 << 12;
    private static final int MAX_LAYERS = 10_000;
    private static final double DEFAULT_ROPE_THETA = 10_000;

    private OlmoeLayout() {}

    static ModelConfig config(ConfigFile file) {
        int hidden = file.size("hidden_size", MAX_WIDTH);
        int heads = file.size("num_attention_heads", MAX_HEADS);
        int keyValueHeads = file.findSize("num_key_value_heads", MAX_HEADS).orElse(heads);
        if (heads % keyValueHeads != 0) {
            throw file.wrong("num_key_value_heads", keyValueHeads, "a divisor of the %d heads".formatted(heads));
        }
        file.findText("hidden_act").filter(name -> !name.equals("silu")).ifPresent(name -> {
            throw file.unsupported("hidden_act", name, "silu");
        });
        return new ModelConfig(
                Architecture.OLMOE.key(),
                file.size("vocab_size", 1 << 24),
                hidden,
                heads,
                keyValueHeads,
                headDim(file, hidden, heads),
                (float) file.positive("rms_norm_eps"),
                file.findPositive("clip_qkv").map(Double::floatValue),
                file.flag("attention_bias", false) ? AttentionBias.ALL : AttentionBias.NONE,
                QkNorm.PROJECTION,
                file.flag("tie_word_embeddings", false),
                file.size("max_position_embeddings", Integer.MAX_VALUE),
                RopeKeys.read(file, DEFAULT_ROPE_THETA),
                ExpertNames.MLP,
                Collections.nCopies(
                        file.size("num_hidden_layers", MAX_LAYERS), new Layer(experts(file), Optional.empty())));
    }

    static void check(ModelConfig config, ExpectedWeights expected) {
        expected.embeddings();
        for (int layer = 0; layer < config.layers().size(); layer++) {
            expected.attention(layer);
            FeedForward.Sparse mixture =
                    (FeedForward.Sparse) config.layers().get(layer).feedForward();
            expected.mixture("model.layers.%d.mlp.".formatted(layer), mixture, "gate_proj", "up_proj", "down_proj");
        }
    }

    private static int headDim(ConfigFile file, int hidden, int heads) {
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

    private static FeedForward experts(ConfigFile file) {
        int experts = file.size("num_experts", Short.MAX_VALUE);
        return new FeedForward.Sparse(
                experts,
                file.size("num_experts_per_tok", experts),
                file.size("intermediate_size", MAX_WIDTH),
                file.flag("norm_topk_prob", false));
    }
}
