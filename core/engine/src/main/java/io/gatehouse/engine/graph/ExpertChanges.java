package io.gatehouse.engine.graph;

import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.engine.Interventions;
import java.util.HashMap;
import java.util.Map;
import org.tensorflow.Session;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** What interventions change about single experts, as it is fed to each layer. */
public final class ExpertChanges implements AutoCloseable {
    /**
     * Where a layer is fed it.
     *
     * @param mask [E] 1 for experts that no token is sent to, 0 for others
     * @param scale [E] what the output of each expert is multiplied by
     */
    public record Inputs(Placeholder<TFloat32> mask, Placeholder<TFloat32> scale) {
        static Inputs declare(Ops tf) {
            return new Inputs(tf.placeholder(TFloat32.class), tf.placeholder(TFloat32.class));
        }
    }

    private record Fed(TFloat32 mask, TFloat32 scale) {}

    private final Map<Integer, Fed> layers = new HashMap<>();

    public ExpertChanges(Interventions interventions, ModelConfig config) {
        if (!interventions.ofExperts()) {
            return;
        }
        for (int layer = 0; layer < config.layers().size(); layer++) {
            if (config.layers().get(layer).feedForward() instanceof FeedForward.Sparse sparse) {
                layers.put(
                        layer,
                        new Fed(
                                vector(interventions.maskOf(layer, sparse.experts())),
                                vector(interventions.scalesOf(layer, sparse.experts()))));
            }
        }
    }

    public void feed(int layer, Inputs inputs, Session.Runner runner) {
        Fed fed = layers.get(layer);
        if (fed != null) {
            runner.feed(inputs.mask(), fed.mask()).feed(inputs.scale(), fed.scale());
        }
    }

    @Override
    public void close() {
        layers.values().forEach(fed -> {
            fed.mask().close();
            fed.scale().close();
        });
    }

    private static TFloat32 vector(float[] values) {
        return TFloat32.tensorOf(StdArrays.ndCopyOf(values));
    }
}
