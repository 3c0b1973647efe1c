package io.gatehouse.checkpoint.config;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Keys of other models' configs. Hugging Face's code for the families that did not ask for them ignores them, but a config
 * that has one was written for code that uses it: to run it anyway would compute a different model.
 */
public final class ForeignKeys {
    /** Each changes the result unless it is null, false, zero or empty. */
    private static final List<String> SWITCHES = List.of(
            "alibi",
            "attention_chunk_size",
            "attention_sinks",
            "attn_logit_softcapping",
            "dual_chunk_attention_config",
            "final_logit_softcapping",
            "first_k_dense_replace",
            "kv_lora_rank",
            "mlp_bias",
            "n_shared_experts",
            "no_rope_layers",
            "q_lora_rank",
            "rope_interleaved",
            "rope_local_base_freq",
            "rotary_dim",
            "use_attention_sinks",
            "use_mrope",
            "use_qk_norm");

    /** Each changes the result unless it is null or one. */
    private static final List<String> FACTORS = List.of(
            "attention_multiplier",
            "embedding_multiplier",
            "logit_scale",
            "logits_scaling",
            "n_group",
            "residual_multiplier",
            "rotary_pct",
            "routed_scaling_factor",
            "topk_group");

    /** Keys that name one of several ways, with the way that is implemented. */
    private static final Map<String, String> CHOICES =
            Map.of("scoring_func", "softmax", "topk_method", "greedy", "position_embedding_type", "rope");

    private ForeignKeys() {}

    /** Refuses a key that changes the result of another family, and that the file's own family did not ask for. */
    public static void refuse(ConfigFile file) {
        List<String> switches =
                SWITCHES.stream().filter(key -> !file.wasAsked(key)).toList();
        List<String> factors =
                FACTORS.stream().filter(key -> !file.wasAsked(key)).toList();
        List<String> choices =
                CHOICES.keySet().stream().filter(key -> !file.wasAsked(key)).toList();
        Stream.concat(
                        switches.stream().filter(file::isOn),
                        factors.stream().filter(key -> file.findNumber(key).orElse(1.0) != 1))
                .forEach(key -> {
                    throw new GatehouseException(
                            ErrorCode.UNSUPPORTED_MODEL,
                            "%s has the key '%s', which its architecture does not use".formatted(file.path(), key));
                });
        choices.forEach(key -> file.findText(key)
                .filter(found -> !found.equals(CHOICES.get(key)))
                .ifPresent(found -> {
                    throw file.unsupported(key, found, String.valueOf(CHOICES.get(key)));
                }));
    }
}
