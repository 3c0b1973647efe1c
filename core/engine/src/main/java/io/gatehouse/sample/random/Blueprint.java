package io.gatehouse.sample.random;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.base.Resources;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A model whose sizes a random checkpoint can have: published ones, each with the keys of its config.json on the hub, and
 * a tiny one of each of four architectures.
 *
 * <p>A file has three keys that are not of config.json: {@code _published}, where the model is; {@code _uncertain}, what
 * of the keys was not compared with the published file; and {@code _storage}, the "quantization_config" of each packed
 * form that the model is published in.
 */
public enum Blueprint {
    OLMOE_1B_7B("olmoe-1b-7b"),
    MIXTRAL_8X7B("mixtral-8x7b"),
    QWEN1_5_MOE_A2_7B("qwen1.5-moe-a2.7b"),
    QWEN3_30B_A3B("qwen3-30b-a3b"),
    QWEN3_NEXT_80B_A3B("qwen3-next-80b-a3b"),
    DEEPSEEK_V2_LITE("deepseek-v2-lite"),
    DEEPSEEK_V3("deepseek-v3"),
    MOONLIGHT_16B_A3B("moonlight-16b-a3b"),
    KIMI_K2_THINKING("kimi-k2-thinking"),
    KIMI_LINEAR_48B_A3B("kimi-linear-48b-a3b"),
    GLM_4_5_AIR("glm-4.5-air"),
    GLM_4_7_FLASH("glm-4.7-flash"),
    GPT_OSS_20B("gpt-oss-20b"),
    GPT_OSS_120B("gpt-oss-120b"),
    MINIMAX_M2("minimax-m2"),
    MINIMAX_TEXT_01("minimax-text-01"),
    GRANITE_3_0_3B_A800M("granite-3.0-3b-a800m"),
    GRANITE_4_0_H_TINY("granite-4.0-h-tiny"),
    LFM2_8B_A1B("lfm2-8b-a1b"),
    ERNIE_4_5_21B_A3B("ernie-4.5-21b-a3b"),
    HUNYUAN_A13B("hunyuan-a13b"),
    LLAMA_4_SCOUT("llama-4-scout"),
    PHI_3_5_MOE("phi-3.5-moe"),
    DBRX("dbrx"),
    JAMBA_V0_1("jamba-v0.1"),
    NEMOTRON_3_NANO_30B_A3B("nemotron-3-nano-30b-a3b"),
    DOTS_LLM1("dots.llm1"),
    FLEXOLMO_7X7B("flexolmo-7x7b"),
    TRINITY_MINI("trinity-mini"),
    TINY_OLMOE("tiny-olmoe"),
    TINY_MIXTRAL("tiny-mixtral"),
    TINY_QWEN2_MOE("tiny-qwen2-moe"),
    TINY_QWEN3_MOE("tiny-qwen3-moe");

    /** What configs call the number of layers. */
    private static final List<String> LAYERS = List.of("num_hidden_layers", "n_layers");

    /** A letter for each layer. */
    private static final String PATTERN = "hybrid_override_pattern";

    /** Lists of layers by their numbers, from 1. */
    private static final Set<String> NUMBERED = Set.of("full_attn_layers", "kda_layers");

    private static final String STORAGE = "_storage";

    private final String title;

    Blueprint(String title) {
        this.title = title;
    }

    /** What users call each of them. */
    public static List<String> titles() {
        return Arrays.stream(values()).map(Blueprint::title).toList();
    }

    /** Returns the one of that title; INVALID_ARGUMENT if there is none. */
    public static Blueprint titled(String title) {
        return Arrays.stream(values())
                .filter(blueprint -> blueprint.title.equals(title))
                .findFirst()
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Unknown model '%s' of --like; it must be one of %s"
                                .formatted(title, String.join(", ", titles()))));
    }

    public String title() {
        return title;
    }

    /** The model's config.json, which the caller may change. */
    public ObjectNode config() {
        ObjectNode config = file();
        List<String> own = new ArrayList<>();
        config.fieldNames().forEachRemaining(own::add);
        config.remove(own.stream().filter(key -> key.startsWith("_")).toList());
        return config;
    }

    /** The packed forms that the model is published in: fp8, mxfp4 or int4. */
    public Set<String> storages() {
        Set<String> names = new TreeSet<>();
        file().path(STORAGE).fieldNames().forEachRemaining(names::add);
        return names;
    }

    /**
     * The model's config.json where its weights are packed.
     *
     * @throws GatehouseException INVALID_ARGUMENT if it is not published so
     */
    public ObjectNode config(String storage) {
        JsonNode packing = file().path(STORAGE).path(storage);
        if (packing.isMissingNode()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s is not published in '%s'; it is in %s"
                            .formatted(
                                    title,
                                    storage,
                                    storages().isEmpty() ? "no packed form" : String.join(", ", storages())));
        }
        ObjectNode config = config();
        config.set("quantization_config", packing);
        return config;
    }

    /**
     * Gives a config another number of layers: the first ones of the model, and over again where it has fewer.
     *
     * @param config of this blueprint, which is changed
     */
    public void setLayers(ObjectNode config, int layers) {
        String key = LAYERS.stream().filter(config::has).findFirst().orElseThrow();
        int published = config.path(key).asInt();
        config.put(key, layers);
        for (Map.Entry<String, JsonNode> entry : List.copyOf(config.properties())) {
            if (entry.getValue() instanceof ArrayNode list && list.size() == published) {
                ArrayNode other = config.putArray(entry.getKey());
                for (int layer = 0; layer < layers; layer++) {
                    other.add(list.get(layer % published));
                }
            } else if (entry.getKey().equals(PATTERN)) {
                String pattern = entry.getValue().textValue();
                config.put(PATTERN, pattern.repeat(layers / published + 1).substring(0, layers));
            } else if (entry.getValue() instanceof ObjectNode inner) {
                NUMBERED.stream().filter(inner::has).forEach(name -> number(inner, name, published, layers));
            }
        }
    }

    private static void number(ObjectNode keys, String name, int published, int layers) {
        Set<Integer> before = new TreeSet<>();
        keys.path(name).forEach(number -> before.add(number.asInt()));
        ArrayNode numbers = keys.putArray(name);
        for (int layer = 1; layer <= layers; layer++) {
            if (before.contains((layer - 1) % published + 1)) {
                numbers.add(layer);
            }
        }
    }

    private ObjectNode file() {
        try {
            return (ObjectNode) new ObjectMapper().readTree(Resources.text(Blueprint.class, title + ".json"));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The config of %s is not JSON".formatted(title), e);
        }
    }
}
