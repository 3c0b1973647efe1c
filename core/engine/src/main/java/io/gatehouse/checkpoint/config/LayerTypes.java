package io.gatehouse.checkpoint.config;

import java.util.List;
import java.util.Optional;

/** The key "layer_types": how each layer attends. */
final class LayerTypes {
    static final String FULL = "full_attention";
    static final String SLIDING = "sliding_attention";

    private LayerTypes() {}

    static Optional<List<String>> find(ConfigFile file, int layers) {
        Optional<List<String>> types = file.findTexts("layer_types");
        types.ifPresent(list -> {
            for (String type : list) {
                if (!type.equals(FULL) && !type.equals(SLIDING)) {
                    throw file.unsupported("layer_types", type, FULL + " and " + SLIDING);
                }
            }
            if (list.size() != layers) {
                throw file.corrupt("%s has %d layer_types for %d layers".formatted(file.path(), list.size(), layers));
            }
        });
        return types;
    }
}
