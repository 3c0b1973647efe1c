package io.gatehouse.engine.graph;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.safetensors.DType;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * The type in which each weight lies in memory. A matrix that is computed with in bf16 lies in bf16. One that is
 * computed with in fp32 lies as it is stored, where all layers store it in one 16-bit type, and is widened in the graph:
 * that loses nothing and halves the memory. What is small lies in fp32.
 */
final class HeldTypes {
    private final Checkpoint checkpoint;
    private final List<String> prefixes;

    /**
     * @param prefixes what stands before the names of a weight, once for each layer that it is read for
     */
    HeldTypes(Checkpoint checkpoint, List<String> prefixes) {
        this.checkpoint = checkpoint;
        this.prefixes = List.copyOf(prefixes);
    }

    Class<? extends TFloating> of(WeightSpec<?> weight) {
        if (weight.shape().numDimensions() < 2) {
            return TFloat32.class;
        }
        if (weight.type() == TBfloat16.class) {
            return TBfloat16.class;
        }
        Set<DType> stored = prefixes.stream()
                .flatMap(prefix -> weight.tensors().stream().map(tensor -> prefix + tensor))
                .map(name -> checkpoint.tensor(name).dtype())
                .collect(Collectors.toSet());
        if (stored.equals(Set.of(DType.BF16))) {
            return TBfloat16.class;
        }
        return stored.equals(Set.of(DType.F16)) ? TFloat16.class : TFloat32.class;
    }
}
