package io.gatehouse.engine.graph.feedforward;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Session;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** Masks and scales of single experts, and which of them are resident, as interventions set them and layers are fed. */
public final class ExpertChanges implements AutoCloseable {
    /**
     * Where a layer is fed it.
     *
     * @param mask [E] 1 for experts that no token is sent to, 0 for others
     * @param scale [E] what the output of each expert is multiplied by
     * @param residents what tokens prefer, if they do
     */
    public record Inputs(Placeholder<TFloat32> mask, Placeholder<TFloat32> scale, Optional<Residents> residents) {
        public static Inputs declare(Ops tf, Kinds kinds) {
            return new Inputs(
                    tf.placeholder(TFloat32.class),
                    tf.placeholder(TFloat32.class),
                    kinds.preference().map(rule -> new Residents(tf.placeholder(TFloat32.class), rule)));
        }
    }

    /**
     * Experts that tokens prefer.
     *
     * @param resident [E] 1 for experts that are in fast memory, 0 for others
     * @param rule how far they are preferred
     */
    public record Residents(Placeholder<TFloat32> resident, Preference rule) {}

    /**
     * How far resident experts are preferred.
     *
     * @param keep number of first experts of a token that stay as they are
     * @param candidates number of experts of a token, those with the largest selection scores, among which residents are
     *     taken; experts with the same score as the last of them count, too
     */
    public record Preference(int keep, int candidates) {}

    /**
     * What a graph is built for: masks and scales, and a preference where there is one.
     *
     * @param preference how far resident experts are preferred
     */
    public record Kinds(Optional<Preference> preference) {}

    /** What a layer is fed. */
    public record Vectors(float[] mask, float[] scale, float[] resident) {}

    private record Tensors(TFloat32 mask, TFloat32 scale, TFloat32 resident) {}

    private final Map<Integer, Tensors> layers = new HashMap<>();

    /** Sets what is changed in a layer. */
    public void set(int layer, Vectors changes) {
        layers.put(layer, new Tensors(vector(changes.mask()), vector(changes.scale()), vector(changes.resident())));
    }

    public void feed(int layer, Inputs inputs, Session.Runner runner) {
        Tensors tensors = layers.get(layer);
        if (tensors != null) {
            runner.feed(inputs.mask(), tensors.mask()).feed(inputs.scale(), tensors.scale());
            inputs.residents().ifPresent(residents -> runner.feed(residents.resident(), tensors.resident()));
        }
    }

    @Override
    public void close() {
        layers.values().forEach(tensors -> {
            tensors.mask().close();
            tensors.scale().close();
            tensors.resident().close();
        });
    }

    private static TFloat32 vector(float[] values) {
        return TFloat32.tensorOf(StdArrays.ndCopyOf(values));
    }
}
