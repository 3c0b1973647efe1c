package io.gatehouse.checkpoint.config;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The entries of "architectures" that Gatehouse can run, each with the class that knows its keys. */
enum Architecture {
    OLMOE("OlmoeForCausalLM"),
    MIXTRAL("MixtralForCausalLM"),
    QWEN2_MOE("Qwen2MoeForCausalLM"),
    QWEN3_MOE("Qwen3MoeForCausalLM");

    private final String key;

    Architecture(String key) {
        this.key = key;
    }

    static Architecture of(ConfigFile file) {
        String wanted = file.architecture();
        for (Architecture architecture : values()) {
            if (architecture.key.equals(wanted)) {
                return architecture;
            }
        }
        String known = Arrays.stream(values()).map(Architecture::key).collect(Collectors.joining(", "));
        throw file.unsupported("architectures", wanted, known);
    }

    /** The entry in "architectures". */
    String key() {
        return key;
    }

    /** Reads every key that changes the result, and refuses by name what is not implemented. */
    ModelConfig config(ConfigFile file) {
        ForeignKeys.refuse(file);
        return switch (this) {
            case OLMOE -> OlmoeLayout.read(file);
            case MIXTRAL -> MixtralLayout.read(file);
            case QWEN2_MOE -> Qwen2MoeLayout.read(file);
            case QWEN3_MOE -> Qwen3MoeLayout.read(file);
        };
    }
}
