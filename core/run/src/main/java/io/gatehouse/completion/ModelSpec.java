package io.gatehouse.completion;

import static java.util.Objects.requireNonNull;

/**
 * A model and how it is to be computed.
 *
 * @param path directory in Hugging Face's layout, or GGUF file
 * @param precision exact, balanced or fast
 * @param device cpu, gpu or gpu:N
 */
public record ModelSpec(String path, String precision, String device) {
    public ModelSpec {
        requireNonNull(path, "path is null");
        requireNonNull(precision, "precision is null");
        requireNonNull(device, "device is null");
    }
}
