package io.gatehouse.checkpoint;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The entries of "architectures" that Gatehouse can run, each with the class that knows its keys and tensors. */
enum Architecture {
    OLMOE("OlmoeForCausalLM") {
        @Override
        ModelConfig read(ConfigFile file) {
            return OlmoeLayout.config(file);
        }

        @Override
        void check(ModelConfig config, WeightFiles files) {
            OlmoeLayout.check(config, new ExpectedWeights(config, files));
        }
    };

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
        if (file.findObject("quantization_config").isPresent()) {
            throw new GatehouseException(
                    ErrorCode.UNSUPPORTED_MODEL,
                    "%s has a quantization_config; Gatehouse reads weights that are not quantised"
                            .formatted(file.path()));
        }
        return read(file);
    }

    abstract ModelConfig read(ConfigFile file);

    /** Checks that every weight that {@code config} implies is there, with its shape and a type that can be read. */
    abstract void check(ModelConfig config, WeightFiles files);
}
