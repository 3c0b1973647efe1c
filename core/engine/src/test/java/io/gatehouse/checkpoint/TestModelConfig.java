package io.gatehouse.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Head;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.RopeKeys;
import io.gatehouse.checkpoint.config.RopeScaling;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each case is the tiny config with some keys set as JSON text, or removed. */
final class TestModelConfig {
    private static final Path FILE = Path.of("model/config.json");

    @Test
    void readsEveryKeyThatChangesTheResult() {
        Attention attention = Attention.builder(2, 2, 2)
                .qkNorm(QkNorm.ofProjection(1e-5f))
                .rope(new Rope(10_000, new RopeScaling.None(), 2))
                .build();
        Norm norm = Norm.rms(1e-5f);
        assertThat(config("{}"))
                .isEqualTo(new ModelConfig(
                        "OlmoeForCausalLM",
                        5,
                        4,
                        64,
                        1,
                        List.of(new Layer(attention, mixture(false), Residual.before(norm))),
                        Head.plain(norm, false)));
        assertThat(attention("{\"clip_qkv\": 8}").clip()).contains(8f);
        assertThat(attention("{\"num_key_value_heads\": 1}").keyValueHeads()).isEqualTo(1);
        assertThat(attention("{\"head_dim\": 6}").headDim()).isEqualTo(6);
        assertThat(config("{\"norm_topk_prob\": true}").feedForwards()).containsExactly(mixture(true));
        assertThat(config("{\"tie_word_embeddings\": true}").tieWordEmbeddings())
                .isTrue();
        assertThat(attention("{\"attention_bias\": true}").bias()).isEqualTo(AttentionBias.ALL);
        assertThat(config("{\"num_hidden_layers\": 7}").layers()).hasSize(7);
        assertThat(config("{\"rms_norm_eps\": 1e-6}").head().norm().epsilon()).isEqualTo(1e-6f);
    }

    @Test
    void takesHuggingFacesDefaultsForWhatMayBeAbsent() {
        assertThat(config(
                        "{}",
                        "num_key_value_heads",
                        "clip_qkv",
                        "rms_norm_eps",
                        "rope_theta",
                        "rope_scaling",
                        "attention_bias",
                        "norm_topk_prob",
                        "tie_word_embeddings",
                        "hidden_act"))
                .isEqualTo(config("{}"));
        assertThat(config("{\"num_key_value_heads\": null}")).isEqualTo(config("{}"));
    }

    @Test
    void readsBothRopeDialects() {
        assertThat(config("{\"rope_theta\": 500000}").ropes())
                .containsExactly(new Rope(500_000, new RopeScaling.None(), 2));
        assertThat(config("{\"rope_scaling\": {\"type\": \"default\"}}").ropes())
                .containsExactly(new Rope(10_000, new RopeScaling.None(), 2));
        assertThat(config("{\"rope_scaling\": {\"rope_type\": \"default\"}}").ropes())
                .containsExactly(new Rope(10_000, new RopeScaling.None(), 2));
        String newer = "{\"rope_parameters\": {\"rope_theta\": 20000.0, \"rope_type\": \"default\"}}";
        assertThat(config(newer, "rope_theta", "rope_scaling").ropes())
                .containsExactly(new Rope(20_000, new RopeScaling.None(), 2));
        assertThat(config("{\"rope_parameters\": {\"rope_type\": \"default\"}}").ropes())
                .containsExactly(new Rope(10_000, new RopeScaling.None(), 2));
    }

    @Test
    void refusesByNameWhatIsNotImplemented() {
        unsupported("{\"architectures\": [\"LlamaForCausalLM\"]}", "architectures 'LlamaForCausalLM'");
        unsupported("{\"hidden_act\": \"gelu\"}", "hidden_act 'gelu'; Gatehouse supports silu");
        unsupported("{\"layer_types\": [\"linear_attention\"]}", "layer_types 'linear_attention'");
        unsupported("{\"rope_scaling\": {\"type\": \"longrope\"}}", "rope_scaling.type 'longrope'; Gatehouse supports");
        unsupported("{\"rope_parameters\": {\"rope_type\": \"mrope\"}}", "rope_parameters.rope_type 'mrope'");
        unsupported("{\"partial_rotary_factor\": 0.5}", "partial_rotary_factor '0.5'");
        unsupported(
                "{\"rope_parameters\": {\"partial_rotary_factor\": 0.5}}",
                "rope_parameters.partial_rotary_factor '0.5'");
        unsupported("{\"use_attention_sinks\": true}", "has the key 'use_attention_sinks'");
        unsupported("{\"final_logit_softcapping\": 30.0}", "has the key 'final_logit_softcapping'");
        unsupported("{\"no_rope_layers\": [1]}", "has the key 'no_rope_layers'");
        unsupported("{\"routed_scaling_factor\": 2.5}", "has the key 'routed_scaling_factor'");
        unsupported("{\"scoring_func\": \"sigmoid\"}", "scoring_func 'sigmoid'; Gatehouse supports softmax");
    }

    @Test
    void passesOverKeysOfOtherModelsThatChangeNothing() {
        assertThat(config("""
                        {"use_attention_sinks": false, "final_logit_softcapping": null, "no_rope_layers": [],
                         "routed_scaling_factor": 1.0, "n_group": 1, "scoring_func": "softmax",
                         "layer_types": ["full_attention"], "hidden_act": "swish", "dtype": "float16",
                         "num_local_experts": 2, "partial_rotary_factor": 1.0}
                        """)).isEqualTo(config("{}"));
    }

    @Test
    void listsTheArchitecturesThatWork() {
        unsupported(
                "{\"architectures\": [\"LlamaForCausalLM\"]}",
                "Gatehouse supports OlmoeForCausalLM, MixtralForCausalLM, Qwen2MoeForCausalLM, Qwen3MoeForCausalLM");
    }

    @Test
    void namesTheKeyThatIsMissing() {
        for (String key : List.of(
                "architectures",
                "hidden_size",
                "intermediate_size",
                "num_attention_heads",
                "num_experts",
                "num_experts_per_tok",
                "num_hidden_layers",
                "vocab_size")) {
            assertThatExceptionOfType(GatehouseException.class)
                    .isThrownBy(() -> config("{}", key))
                    .withMessage(FILE + " has no field '" + key + "'.")
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_CHECKPOINT));
        }
    }

    @Test
    void namesKeyAndValueThatAreWrong() {
        wrong("{\"hidden_size\": \"4\"}", "field 'hidden_size' is \"4\" instead of a whole number");
        wrong("{\"hidden_size\": 4.0}", "field 'hidden_size' is 4.0 instead of a whole number");
        wrong("{\"hidden_size\": 0}", "field 'hidden_size' is 0 instead of a number from 1 to 1,048,576");
        wrong("{\"hidden_size\": -4}", "field 'hidden_size' is -4 instead of a number from 1 to 1,048,576");
        wrong(
                "{\"vocab_size\": 99999999999999999999}",
                "field 'vocab_size' is 99999999999999999999 instead of a number");
        wrong("{\"num_experts\": 32768}", "field 'num_experts' is 32768 instead of a number from 1 to 32,767");
        wrong("{\"num_experts_per_tok\": 3}", "field 'num_experts_per_tok' is 3 instead of a number from 1 to 2");
        wrong("{\"num_hidden_layers\": 2147483647}", "instead of a number from 1 to 10,000");
        wrong(
                "{\"num_attention_heads\": 3, \"num_key_value_heads\": 1}",
                "field 'num_attention_heads' is 3 instead of a divisor of the hidden_size 4");
        wrong("{\"num_attention_heads\": 4}", "instead of a number that gives heads of an even size");
        wrong("{\"head_dim\": 3}", "field 'head_dim' is 3 instead of an even number, which rotary embedding needs");
        wrong("{\"num_key_value_heads\": 4}", "field 'num_key_value_heads' is 4 instead of a divisor of the 2 heads");
        wrong("{\"rms_norm_eps\": 0}", "field 'rms_norm_eps' is 0 instead of a positive number");
        wrong("{\"rms_norm_eps\": 1e-60}", "field 'rms_norm_eps' is 1.0E-60 instead of a positive number");
        wrong("{\"rms_norm_eps\": true}", "field 'rms_norm_eps' is true instead of a number");
        wrong("{\"clip_qkv\": -1.5}", "field 'clip_qkv' is -1.5 instead of a positive number");
        wrong("{\"rope_theta\": \"big\"}", "field 'rope_theta' is \"big\" instead of a number");
        wrong("{\"rope_scaling\": 2}", "field 'rope_scaling' is 2 instead of an object");
        wrong("{\"rope_scaling\": {\"type\": 2}}", "field 'rope_scaling.type' is 2 instead of a text");
        wrong(
                "{\"rope_parameters\": {\"rope_theta\": 0}}",
                "field 'rope_parameters.rope_theta' is 0 instead of a positive");
        wrong("{\"tie_word_embeddings\": 1}", "field 'tie_word_embeddings' is 1 instead of true or false");
        wrong("{\"hidden_act\": 1}", "field 'hidden_act' is 1 instead of a text");
        wrong("{\"num_local_experts\": 3}", "field 'num_local_experts' is 3 instead of the num_experts of 2");
        wrong("{\"layer_types\": \"full_attention\"}", "instead of a list of names");
        wrong("{\"layer_types\": []}", "has 0 layer_types for 1 layers");
        wrong("{\"architectures\": []}", "field 'architectures' is [] instead of a list of names");
        wrong("{\"architectures\": \"OlmoeForCausalLM\"}", "instead of a list of names");
    }

    @Test
    void refusesNumbersThatNoFloatHolds() {
        String huge = TinyModel.CONFIG.replace("10000.0", "1e999");
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() ->
                        new RopeKeys(ConfigFile.parse(FILE, huge.getBytes(StandardCharsets.UTF_8)), 64, 2).read(1))
                .withMessageContaining("'rope_theta'")
                .withMessageContaining("instead of a positive number");
    }

    @Test
    void refusesFilesThatAreNoJsonObject() {
        for (String content : List.of("", "  ", "[]", "3", "null", "\"config\"")) {
            refusesContent(content, FILE + " is not a JSON object");
        }
        refusesContent("{", FILE + " is not valid JSON at line 1");
        refusesContent("{\"a\": 1, \"a\": 1}", FILE + " is not valid JSON at line 1");
        refusesContent("{} {}", FILE + " is not valid JSON at line 1");
        refusesContent("{\"a\": NaN}", FILE + " is not valid JSON at line 1");
        refusesContent("{\"a\": " + "[".repeat(99_999), FILE + " is not valid JSON");
    }

    private static FeedForward.Sparse mixture(boolean normalised) {
        return new FeedForward.Sparse(2, 1, Mlp.swiGlu(3), Router.softmax(normalised));
    }

    private static Attention attention(String changes) {
        return (Attention) config(changes).layers().get(0).mixer();
    }

    private static ModelConfig config(String changes, String... removed) {
        return TinyModel.olmoe().with(changes, removed).read(FILE);
    }

    private static void unsupported(String changes, String message) {
        refuses(changes, ErrorCode.UNSUPPORTED_MODEL, message);
    }

    private static void wrong(String changes, String message) {
        refuses(changes, ErrorCode.CORRUPT_CHECKPOINT, message);
    }

    private static void refuses(String changes, ErrorCode code, String message) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> config(changes))
                .withMessageStartingWith(FILE.toString())
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }

    private static void refusesContent(String content, String message) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> ConfigFile.parse(FILE, content.getBytes(StandardCharsets.UTF_8)))
                .withMessageStartingWith(message)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_CHECKPOINT));
    }
}
