package io.gatehouse.engine.graph;

import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** A weight and the type in which it lies in memory. */
public record HeldWeight(WeightSpec<?> spec, Class<? extends TFloating> type) {
    public long bytes() {
        return spec.shape().size() * (type == TFloat32.class ? Float.BYTES : Short.BYTES);
    }
}
