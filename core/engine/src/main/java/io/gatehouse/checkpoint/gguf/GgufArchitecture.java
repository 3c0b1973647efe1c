package io.gatehouse.checkpoint.gguf;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The architectures of llama.cpp whose metadata and names are translated, under the names that files use. */
enum GgufArchitecture {
    QWEN2MOE("qwen2moe"),
    QWEN3MOE("qwen3moe"),
    OLMOE("olmoe"),
    /** Mixtral, where the file has experts. */
    LLAMA("llama"),
    GPT_OSS("gpt-oss"),
    /** DeepSeek-V2 and V3 and the models of their form. */
    DEEPSEEK2("deepseek2"),
    GRANITEMOE("granitemoe"),
    GLM4MOE("glm4moe"),
    ERNIE4_5_MOE("ernie4_5-moe"),
    LFM2MOE("lfm2moe"),
    GEMMA4("gemma4");

    private final String id;

    GgufArchitecture(String id) {
        this.id = id;
    }

    /** The first part of its keys. */
    String id() {
        return id;
    }

    static GgufArchitecture of(JsonValue metadata) {
        JsonValue key = metadata.field("general.architecture");
        return Arrays.stream(values())
                .filter(architecture -> architecture.id.equals(key.text()))
                .findFirst()
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.UNSUPPORTED_MODEL,
                        "%s is '%s'; of GGUF files Gatehouse reads %s"
                                .formatted(
                                        key.place(),
                                        JsonValue.shown(key.text()),
                                        Arrays.stream(values())
                                                .map(GgufArchitecture::id)
                                                .collect(Collectors.joining(", ")))));
    }

    /**
     * Whether rows of queries and keys are stored in another order (see {@code PermutedHeads}): those whose converter
     * follows the one for Llama.
     */
    boolean permutesHeads() {
        return this == LLAMA || this == GRANITEMOE;
    }
}
