package io.gatehouse.sample.random;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.base.Resources;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Arrays;
import java.util.List;

/**
 * A model whose sizes a random checkpoint can have: four published ones, each with the keys of its config.json on the
 * hub, and a tiny one of each of their architectures.
 */
public enum Blueprint {
    OLMOE_1B_7B("olmoe-1b-7b"),
    MIXTRAL_8X7B("mixtral-8x7b"),
    QWEN1_5_MOE_A2_7B("qwen1.5-moe-a2.7b"),
    QWEN3_30B_A3B("qwen3-30b-a3b"),
    TINY_OLMOE("tiny-olmoe"),
    TINY_MIXTRAL("tiny-mixtral"),
    TINY_QWEN2_MOE("tiny-qwen2-moe"),
    TINY_QWEN3_MOE("tiny-qwen3-moe");

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
                        "There is no model '%s' to be like; there are %s"
                                .formatted(title, String.join(", ", titles()))));
    }

    public String title() {
        return title;
    }

    /** The model's config.json, which the caller may change. */
    public ObjectNode config() {
        try {
            return (ObjectNode) new ObjectMapper().readTree(Resources.text(Blueprint.class, title + ".json"));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The config of %s is not JSON".formatted(title), e);
        }
    }
}
