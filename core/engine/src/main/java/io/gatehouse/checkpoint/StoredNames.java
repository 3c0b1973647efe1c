package io.gatehouse.checkpoint;

import io.gatehouse.checkpoint.config.ExpertNames;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the tensors of a model under the names that Hugging Face publishes checkpoints with, in files that name them
 * otherwise: those of a decoder that was saved by itself, without the "model." in front, and those that transformers 5
 * writes in its own layout, where a layer's experts are two tensors, [experts, 2 x size, hidden] with
 * each gate above its up and [experts, hidden, size], and Mixtral's mixture is called like the others'.
 */
final class StoredNames {
    private static final String DECODER = "model.";
    private static final String BLOCK = "mlp";

    private final Map<String, TensorInfo> stored;
    private final ExpertNames names;
    private final Pattern expert;
    private final Pattern router;

    StoredNames(Map<String, TensorInfo> stored, ExpertNames names) {
        this.stored = stored;
        this.names = names;
        String layer = "(model\\.layers\\.\\d+\\.)" + Pattern.quote(names.block());
        this.router = Pattern.compile(layer + "\\.gate\\.weight");
        this.expert = Pattern.compile(layer + "\\.experts\\.(\\d{1,9})\\.(\\w+)\\.weight");
    }

    /** Returns the tensor under the requested name. */
    Optional<TensorInfo> find(String name) {
        return withOrWithoutDecoder(name)
                .or(() -> routerOfOwnLayout(name))
                .or(() -> expertOfOwnLayout(name))
                .map(tensor -> tensor.named(name));
    }

    private Optional<TensorInfo> withOrWithoutDecoder(String name) {
        Optional<TensorInfo> whole = Optional.ofNullable(stored.get(name));
        return whole.isPresent() || !name.startsWith(DECODER)
                ? whole
                : Optional.ofNullable(stored.get(name.substring(DECODER.length())));
    }

    private Optional<TensorInfo> routerOfOwnLayout(String name) {
        Matcher matcher = router.matcher(name);
        return matcher.matches() ? withOrWithoutDecoder(matcher.group(1) + BLOCK + ".gate.weight") : Optional.empty();
    }

    private Optional<TensorInfo> expertOfOwnLayout(String name) {
        Matcher matcher = expert.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String experts = matcher.group(1) + BLOCK + ".experts.";
        int index = Integer.parseInt(matcher.group(2));
        String projection = matcher.group(3);
        if (projection.equals(names.down())) {
            return withOrWithoutDecoder(experts + "down_proj").flatMap(all -> part(all, index, 0, 1));
        }
        int half = projection.equals(names.gate()) ? 0 : 1;
        return withOrWithoutDecoder(experts + "gate_up_proj").flatMap(all -> part(all, index, half, 2));
    }

    /** One of the parts that each expert's rows are divided into; none where the tensor has no such expert. */
    private static Optional<TensorInfo> part(TensorInfo all, int expert, int part, int parts) {
        List<Long> shape = all.shape();
        if (shape.size() != 3 || expert >= shape.get(0) || shape.get(1) % parts != 0) {
            return Optional.empty();
        }
        long rows = shape.get(1) / parts;
        long bytes = rows * shape.get(2) * all.dtype().bytes();
        long offset = all.offset() + ((long) expert * parts + part) * bytes;
        return Optional.of(
                new TensorInfo(all.name(), all.dtype(), List.of(rows, shape.get(2)), all.file(), offset, bytes));
    }
}
