package io.gatehouse.checkpoint.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Translates the metadata of a GGUF file to the keys of Hugging Face's config.json, as llama.cpp's converter wrote them
 * from there. What llama.cpp fixes in its code for an architecture is written out.
 */
public final class GgufConfig {
    private static final int MAX_LAYERS = 10_000;
    private static final int MAX = 1 << 30;
    private static final int SOFTMAX = 1;
    private static final int SIGMOID = 2;

    private final GgufModel model;
    private final JsonValue keys;
    private final GgufArchitecture architecture;
    private final ObjectNode config = JsonNodeFactory.instance.objectNode();

    private GgufConfig(GgufModel model) {
        this.model = model;
        this.keys = model.metadata();
        this.architecture = GgufArchitecture.of(keys);
    }

    /**
     * Returns the config.
     *
     * @throws GatehouseException UNSUPPORTED_MODEL or CORRUPT_CHECKPOINT
     */
    public static ObjectNode of(GgufModel model) {
        GgufConfig translation = new GgufConfig(model);
        translation.translate();
        return translation.config;
    }

    private void translate() {
        int experts = whole("expert_count").orElse(0);
        if (experts == 0) {
            throw new GatehouseException(
                    ErrorCode.UNSUPPORTED_MODEL,
                    "%s has no experts: '%s' is absent or 0; Gatehouse runs mixture-of-experts models"
                            .formatted(model.path(), key("expert_count")));
        }
        decoder();
        switch (architecture) {
            case QWEN2MOE -> qwen2Moe(experts);
            case QWEN3MOE -> qwen3Moe(experts);
            case OLMOE -> olmoe(experts);
            case LLAMA -> mixtral(experts);
            case GPT_OSS -> gptOss(experts);
            case DEEPSEEK2 -> deepseek(experts);
            case GRANITEMOE -> granite(experts);
            case GLM4MOE -> glm4(experts);
            case ERNIE4_5_MOE -> ernie(experts);
            case LFM2MOE -> lfm2(experts);
            case GEMMA4 -> gemma4(experts);
        }
    }

    private String key(String name) {
        return architecture.id() + "." + name;
    }

    private Optional<JsonValue> find(String name) {
        return keys.find(key(name));
    }

    private Optional<Integer> whole(String name) {
        return find(name).map(value -> value.integer(0, MAX));
    }

    private int needed(String name, int max) {
        return keys.field(key(name)).integer(1, max);
    }

    private Optional<Double> number(String name) {
        return find(name).map(JsonValue::anyNumber);
    }

    private int layers() {
        int blocks = needed("block_count", MAX_LAYERS);
        int predictors = whole("nextn_predict_layers").orElse(0);
        if (predictors >= blocks) {
            throw keys.field(key("nextn_predict_layers")).instead("fewer than the %d layers".formatted(blocks));
        }
        return blocks - predictors;
    }

    /** A key that may be a list with a number for each layer. */
    private List<Integer> perLayer(String name, int least) {
        JsonValue value = keys.field(key(name));
        int blocks = needed("block_count", MAX_LAYERS);
        if (!value.node().isArray()) {
            int all = value.integer(Math.max(1, least), MAX);
            return Collections.nCopies(blocks, all);
        }
        if (value.size() != blocks) {
            throw value.instead("a list of %d numbers".formatted(blocks));
        }
        List<Integer> each = new ArrayList<>();
        for (int layer = 0; layer < blocks; layer++) {
            each.add(value.item(layer).integer(least, MAX));
        }
        return each;
    }

    private int largest(String name) {
        int largest =
                perLayer(name, 0).stream().mapToInt(Integer::intValue).max().orElse(0);
        if (largest < 1) {
            throw keys.field(key(name)).instead("a positive number");
        }
        return largest;
    }

    private void decoder() {
        config.put("num_hidden_layers", layers());
        config.put("hidden_size", needed("embedding_length", MAX));
        config.put("num_attention_heads", largest("attention.head_count"));
        if (find("attention.head_count_kv").isPresent()) {
            config.put("num_key_value_heads", largest("attention.head_count_kv"));
        }
        config.put("max_position_embeddings", needed("context_length", Integer.MAX_VALUE));
        number("attention.layer_norm_rms_epsilon").ifPresent(value -> config.put("rms_norm_eps", value));
        config.put("vocab_size", vocabulary());
        config.put("tie_word_embeddings", !model.has("output.weight"));
        config.put("hidden_act", "silu");
        config.put("dtype", "bfloat16");
        config.set("rope_parameters", rope());
    }

    private int vocabulary() {
        return keys.find("tokenizer.ggml.tokens")
                .map(JsonValue::size)
                .or(() -> whole("vocab_size"))
                .orElseThrow(() -> keys.corrupt("has no tokenizer.ggml.tokens"));
    }

    private ObjectNode rope() {
        ObjectNode rope = JsonNodeFactory.instance.objectNode();
        rope.put("rope_theta", number("rope.freq_base").orElse(10_000.0));
        String type = find("rope.scaling.type").map(JsonValue::text).orElse("none");
        switch (type) {
            case "none" -> rope.put("rope_type", "default");
            case "linear" -> {
                rope.put("rope_type", "linear");
                rope.put("factor", keys.field(key("rope.scaling.factor")).anyNumber());
            }
            case "yarn" -> yarn(rope);
            default ->
                throw new GatehouseException(
                        ErrorCode.UNSUPPORTED_MODEL,
                        "%s asks for %s '%s'; Gatehouse reads none, linear and yarn"
                                .formatted(model.path(), key("rope.scaling.type"), JsonValue.shown(type)));
        }
        return rope;
    }

    private void yarn(ObjectNode rope) {
        rope.put("rope_type", "yarn");
        rope.put("factor", keys.field(key("rope.scaling.factor")).anyNumber());
        whole("rope.scaling.original_context_length")
                .ifPresent(value -> rope.put("original_max_position_embeddings", value));
        number("rope.scaling.yarn_beta_fast").ifPresent(value -> rope.put("beta_fast", value));
        number("rope.scaling.yarn_beta_slow").ifPresent(value -> rope.put("beta_slow", value));
        // Written as 0.1 x mscale_all_dim; published models have the same mscale.
        number("rope.scaling.yarn_log_multiplier").ifPresent(value -> {
            double scale = Math.rint(value * 1e7) / 1e6;
            rope.put("mscale", scale);
            rope.put("mscale_all_dim", scale);
        });
    }

    private void headSize() {
        whole("attention.key_length")
                .or(() -> whole("rope.dimension_count"))
                .ifPresent(value -> config.put("head_dim", value));
    }

    private void architecture(String name) {
        config.putArray("architectures").add(name);
    }

    private void used() {
        config.put("num_experts_per_tok", needed("expert_used_count", MAX));
    }

    private boolean hasBias() {
        return model.has("blk.0.attn_q.bias");
    }

    private void qwen2Moe(int experts) {
        architecture("Qwen2MoeForCausalLM");
        config.put("num_experts", experts);
        used();
        config.put("intermediate_size", needed("feed_forward_length", MAX));
        config.put("moe_intermediate_size", needed("expert_feed_forward_length", MAX));
        config.put("shared_expert_intermediate_size", needed("expert_shared_feed_forward_length", MAX));
        config.put("norm_topk_prob", false);
        config.put("use_sliding_window", false);
    }

    private void qwen3Moe(int experts) {
        architecture("Qwen3MoeForCausalLM");
        config.put("num_experts", experts);
        used();
        headSize();
        config.put("intermediate_size", needed("feed_forward_length", MAX));
        config.put("moe_intermediate_size", needed("expert_feed_forward_length", MAX));
        config.put("norm_topk_prob", true);
        config.put("attention_bias", hasBias());
        config.put("use_sliding_window", false);
    }

    private void olmoe(int experts) {
        architecture("OlmoeForCausalLM");
        config.put("num_experts", experts);
        used();
        config.put("intermediate_size", needed("feed_forward_length", MAX));
        config.put("norm_topk_prob", false);
        config.put("attention_bias", hasBias());
        number("attention.clamp_kqv").ifPresent(value -> config.put("clip_qkv", value));
    }

    private void mixtral(int experts) {
        if (model.has("rope_freqs.weight")) {
            throw new GatehouseException(
                    ErrorCode.UNSUPPORTED_MODEL,
                    "%s has the tensor rope_freqs.weight, which Mixtral does not have".formatted(model.path()));
        }
        architecture("MixtralForCausalLM");
        config.put("num_local_experts", experts);
        used();
        headSize();
        config.put("intermediate_size", needed("feed_forward_length", MAX));
        config.putNull("sliding_window");
    }

    private void gptOss(int experts) {
        architecture("GptOssForCausalLM");
        config.put("num_local_experts", experts);
        used();
        headSize();
        config.put("intermediate_size", needed("expert_feed_forward_length", MAX));
        config.put("attention_bias", true);
        config.put("sliding_window", needed("attention.sliding_window", MAX));
        config.put("swiglu_alpha", 1.702);
        config.put("swiglu_limit", 7.0);
        ArrayNode types = config.putArray("layer_types");
        for (int layer = 0; layer < layers(); layer++) {
            types.add(layer % 2 == 0 ? "sliding_attention" : "full_attention");
        }
        // There is no key for it; OpenAI's models do not round the ends of the ramp.
        if (config.get("rope_parameters") instanceof ObjectNode rope && rope.has("factor")) {
            rope.put("truncate", false);
        }
    }

    private void deepseek(int experts) {
        int gating = whole("expert_gating_func").orElse(SOFTMAX);
        boolean third = gating == SIGMOID;
        architecture(third ? "DeepseekV3ForCausalLM" : "DeepseekV2ForCausalLM");
        if (!third && gating != SOFTMAX) {
            throw keys.field(key("expert_gating_func")).instead("1 (softmax) or 2 (sigmoid)");
        }
        int rotated = needed("rope.dimension_count", MAX);
        int keySize = whole("attention.key_length_mla").orElseGet(() -> needed("attention.key_length", MAX));
        if (keySize <= rotated) {
            throw keys.corrupt("has keys of %d values of which %d are rotated".formatted(keySize, rotated));
        }
        // Files that keep the latent in the cache have one head of keys.
        config.put("num_key_value_heads", config.path("num_attention_heads").intValue());
        config.put("kv_lora_rank", needed("attention.kv_lora_rank", MAX));
        whole("attention.q_lora_rank")
                .filter(rank -> rank > 0)
                .ifPresentOrElse(rank -> config.put("q_lora_rank", rank), () -> config.putNull("q_lora_rank"));
        config.put("qk_rope_head_dim", rotated);
        config.put("qk_nope_head_dim", keySize - rotated);
        config.put(
                "v_head_dim",
                whole("attention.value_length_mla").orElseGet(() -> needed("attention.value_length", MAX)));
        config.put("intermediate_size", needed("feed_forward_length", MAX));
        config.put("moe_intermediate_size", needed("expert_feed_forward_length", MAX));
        config.put("n_routed_experts", experts);
        config.put("n_shared_experts", whole("expert_shared_count").orElse(0));
        used();
        config.put("first_k_dense_replace", whole("leading_dense_block_count").orElse(0));
        groups();
        config.put("norm_topk_prob", truth("expert_weights_norm"));
        config.put("routed_scaling_factor", number("expert_weights_scale").orElse(1.0));
        config.put("scoring_func", third ? "sigmoid" : "softmax");
        boolean grouped = config.path("n_group").intValue() > 1;
        config.put("topk_method", third ? "noaux_tc" : grouped ? "group_limited_greedy" : "greedy");
    }

    private void groups() {
        config.put("n_group", Math.max(1, whole("expert_group_count").orElse(1)));
        config.put("topk_group", Math.max(1, whole("expert_group_used_count").orElse(1)));
    }

    private boolean truth(String name) {
        return find(name).map(JsonValue::truth).orElse(false);
    }

    private void granite(int experts) {
        Optional<Integer> shared = whole("expert_shared_feed_forward_length").filter(size -> size > 0);
        architecture(shared.isPresent() ? "GraniteMoeSharedForCausalLM" : "GraniteMoeForCausalLM");
        shared.ifPresent(size -> config.put("shared_intermediate_size", size));
        config.put("num_local_experts", experts);
        used();
        config.put("intermediate_size", needed("feed_forward_length", MAX));
        config.put("attention_bias", hasBias());
        number("attention.scale").ifPresent(value -> config.put("attention_multiplier", value));
        number("embedding_scale").ifPresent(value -> config.put("embedding_multiplier", value));
        number("residual_scale").ifPresent(value -> config.put("residual_multiplier", value));
        number("logit_scale").ifPresent(value -> config.put("logits_scaling", value));
    }

    private void glm4(int experts) {
        architecture("Glm4MoeForCausalLM");
        headSize();
        config.put("n_routed_experts", experts);
        config.put("n_shared_experts", whole("expert_shared_count").orElse(0));
        used();
        config.put("intermediate_size", needed("feed_forward_length", MAX));
        config.put("moe_intermediate_size", needed("expert_feed_forward_length", MAX));
        config.put("first_k_dense_replace", whole("leading_dense_block_count").orElse(0));
        groups();
        config.put("norm_topk_prob", truth("expert_weights_norm"));
        config.put("routed_scaling_factor", number("expert_weights_scale").orElse(1.0));
        config.put("attention_bias", hasBias());
        config.put("use_qk_norm", model.has("blk.0.attn_q_norm.weight"));
        double head = config.path("head_dim").asDouble(1);
        whole("rope.dimension_count").ifPresent(rotated -> rope("partial_rotary_factor", rotated / head));
    }

    private void rope(String name, double value) {
        if (config.get("rope_parameters") instanceof ObjectNode rope) {
            rope.put(name, value);
        }
    }

    private void ernie(int experts) {
        architecture("Ernie4_5_MoeForCausalLM");
        headSize();
        config.put("moe_num_experts", experts);
        config.put("moe_k", needed("expert_used_count", MAX));
        config.put("moe_num_shared_experts", whole("expert_shared_count").orElse(0));
        config.put("intermediate_size", needed("feed_forward_length", MAX));
        config.put("moe_intermediate_size", needed("expert_feed_forward_length", MAX));
        config.put("moe_layer_start_index", whole("leading_dense_block_count").orElse(0));
        config.put("moe_layer_end_index", layers() - 1);
        config.put(
                "moe_layer_interval",
                whole("interleave_moe_layer_step").filter(step -> step > 0).orElse(1));
        config.put("use_bias", hasBias());
    }

    private void lfm2(int experts) {
        architecture("Lfm2MoeForCausalLM");
        config.put("norm_eps", config.path("rms_norm_eps").asDouble(1e-5));
        config.put("num_experts", experts);
        used();
        config.put("intermediate_size", needed("feed_forward_length", MAX));
        config.put("moe_intermediate_size", needed("expert_feed_forward_length", MAX));
        config.put("num_dense_layers", whole("leading_dense_block_count").orElse(0));
        config.put("conv_L_cache", needed("shortconv.l_cache", MAX));
        config.put("conv_bias", model.has("blk.0.shortconv.conv.bias"));
        config.put("norm_topk_prob", true);
        config.put("routed_scaling_factor", number("expert_weights_scale").orElse(1.0));
        config.put("use_expert_bias", model.stored().keySet().stream().anyMatch(name -> name.contains(".exp_probs_b")));
        ArrayNode types = config.putArray("layer_types");
        perLayer("attention.head_count_kv", 0).forEach(heads -> types.add(heads == 0 ? "conv" : "full_attention"));
    }

    private void gemma4(int experts) {
        architecture("Gemma4ForCausalLM");
        config.put("enable_moe_block", true);
        config.put("num_experts", experts);
        config.put("top_k_experts", needed("expert_used_count", MAX));
        config.put("intermediate_size", largest("feed_forward_length"));
        config.put("moe_intermediate_size", needed("expert_feed_forward_length", MAX));
        config.put("global_head_dim", needed("attention.key_length", MAX));
        config.put("head_dim", needed("attention.key_length_swa", MAX));
        config.put("sliding_window", needed("attention.sliding_window", MAX));
        config.put("num_kv_shared_layers", whole("attention.shared_kv_layers").orElse(0));
        config.put(
                "hidden_size_per_layer_input",
                whole("embedding_length_per_layer_input").orElse(0));
        number("final_logit_softcapping").ifPresent(value -> config.put("final_logit_softcapping", value));
        config.remove("hidden_act");
        config.put("hidden_activation", "gelu_pytorch_tanh");
        List<Boolean> sliding = new ArrayList<>();
        JsonValue pattern = keys.field(key("attention.sliding_window_pattern"));
        if (pattern.size() != layers()) {
            throw pattern.instead("a list of %d values".formatted(layers()));
        }
        ArrayNode types = config.putArray("layer_types");
        for (int layer = 0; layer < layers(); layer++) {
            sliding.add(pattern.item(layer).truth());
            types.add(sliding.get(layer) ? "sliding_attention" : "full_attention");
        }
        heads(sliding);
        // The rotated quarter of full layers is in rope_freqs.weight.
        ObjectNode rope = config.putObject("rope_parameters");
        rope.putObject("full_attention")
                .put("rope_type", "proportional")
                .put("partial_rotary_factor", 0.25)
                .put("rope_theta", number("rope.freq_base").orElse(1_000_000.0));
        rope.putObject("sliding_attention")
                .put("rope_type", "default")
                .put("rope_theta", number("rope.freq_base_swa").orElse(10_000.0));
        boolean keysAreValues =
                sliding.contains(false) && !model.has("blk.%d.attn_v.weight".formatted(sliding.indexOf(false)));
        config.put("attention_k_eq_v", keysAreValues);
    }

    /** Full layers may have fewer heads of keys than sliding ones. */
    private void heads(List<Boolean> sliding) {
        List<Integer> each = perLayer("attention.head_count_kv", 1);
        int full = sliding.indexOf(false);
        int windowed = sliding.indexOf(true);
        JsonNode none = JsonNodeFactory.instance.nullNode();
        config.put("num_key_value_heads", each.get(Math.max(0, windowed)));
        boolean differ = full >= 0 && windowed >= 0 && !each.get(full).equals(each.get(windowed));
        config.set("num_global_key_value_heads", differ ? JsonNodeFactory.instance.numberNode(each.get(full)) : none);
    }
}
