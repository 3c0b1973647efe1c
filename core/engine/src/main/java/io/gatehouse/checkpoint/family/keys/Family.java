package io.gatehouse.checkpoint.family.keys;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.ModelConfig;
import java.util.List;

/**
 * A family of models: the entries of "architectures" that name it, the keys of its config.json, and the names of its
 * tensors. {@link Families} lists all of them.
 */
public interface Family {
    /** What people call its models. */
    default String title() {
        return architectures().get(0);
    }

    /** The entries of "architectures" in config.json. */
    List<String> architectures();

    /**
     * Reads every key that changes the result.
     *
     * @param file the keys of the text model: those under "text_config" in a model that also reads images
     * @throws io.gatehouse.error.GatehouseException UNSUPPORTED_MODEL for a key that asks for something that is not
     *     implemented, by its name; CORRUPT_CHECKPOINT for a wrong value
     */
    ModelConfig config(ConfigFile file);

    /** What the files of such a model call the tensors. */
    default TensorNames names(ModelConfig config) {
        return TensorNames.LLAMA;
    }

    /** In what the result differs from that of Hugging Face's code or of other engines, in sentences. */
    default List<String> deviations() {
        return List.of();
    }

    /** Where config.json holds the keys of the text model; its own keys if empty. */
    default List<String> textConfig() {
        return List.of();
    }
}
