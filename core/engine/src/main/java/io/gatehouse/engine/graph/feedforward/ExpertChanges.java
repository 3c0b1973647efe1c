package io.gatehouse.engine.graph.feedforward;

import java.util.HashMap;
import java.util.Map;
import org.tensorflow.Session;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** Masks and scales of single experts, which interventions set and layers are fed. */
public final class ExpertChanges implements AutoCloseable {
    /**
     * Where a layer is fed it.
     *
     * @param mask [E] 1 for experts that no token is sent to, 0 for others
     * @param scale [E] what the output of each expert is multiplied by
     */
    public record Inputs(Placeholder<TFloat32> mask, Placeholder<TFloat32> scale) {
        public static Inputs declare(Ops tf) {
            return new Inputs(tf.placeholder(TFloat32.class), tf.placeholder(TFloat32.class));
        }
    }

    private record Vectors(TFloat32 mask, TFloat32 scale) {}

    private final Map<Integer, Vectors> layers = new HashMap<>();

    /**
     * Sets what is changed in a layer.
     *
     * @param mask [E] as it is fed
     * @param scale [E] as it is fed
     */
    public void set(int layer, float[] mask, float[] scale) {
        layers.put(layer, new Vectors(vector(mask), vector(scale)));
    }

    public void feed(int layer, Inputs inputs, Session.Runner runner) {
        Vectors vectors = layers.get(layer);
        if (vectors != null) {
            runner.feed(inputs.mask(), vectors.mask()).feed(inputs.scale(), vectors.scale());
        }
    }

    @Override
    public void close() {
        layers.values().forEach(vectors -> {
            vectors.mask().close();
            vectors.scale().close();
        });
    }

    private static TFloat32 vector(float[] values) {
        return TFloat32.tensorOf(StdArrays.ndCopyOf(values));
    }
}
