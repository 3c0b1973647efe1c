package io.gatehouse.engine.memory;

import io.gatehouse.engine.graph.DecoderGraph;
import io.gatehouse.engine.graph.HeldWeight;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Tensor;

/** All layers in memory. */
public final class ResidentLayers implements LayerTensors {
    private final List<List<Tensor>> layers = new ArrayList<>();

    /**
     * @param shapes for each layer the weights it has
     */
    public ResidentLayers(WeightReader reader, List<List<HeldWeight>> shapes) {
        try {
            for (int layer = 0; layer < shapes.size(); layer++) {
                List<Tensor> tensors = new ArrayList<>();
                layers.add(tensors);
                for (HeldWeight weight : shapes.get(layer)) {
                    Tensor tensor = WeightReader.allocate(weight);
                    tensors.add(tensor);
                    reader.read(DecoderGraph.layerPrefix(layer), weight, tensor);
                }
            }
        } catch (RuntimeException failure) {
            close();
            throw failure;
        }
    }

    @Override
    public List<Tensor> layer(int layer) {
        return layers.get(layer);
    }

    @Override
    public void close() {
        layers.forEach(layer -> layer.forEach(Tensor::close));
    }
}
