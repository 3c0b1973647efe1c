package io.gatehouse.engine.memory;

import io.gatehouse.engine.graph.Weights;
import java.util.List;
import org.tensorflow.Tensor;

/** Gives the weights of one layer after another. */
public sealed interface LayerTensors extends AutoCloseable permits ResidentLayers, StreamedLayers {
    /**
     * The tensors of a layer, in the order of {@link Weights#declared}. They are valid until the layer after the next
     * is asked for; nothing may compute with an earlier layer when this is called.
     */
    List<Tensor> layer(int layer);

    @Override
    void close();
}
