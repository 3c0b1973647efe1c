package io.gatehouse.engine.memory;

import io.gatehouse.engine.graph.DecoderGraph;
import io.gatehouse.engine.graph.op.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Session;
import org.tensorflow.Tensor;

/** The weights of embedding and head. Where the two are tied they are one tensor. */
public final class OuterWeights implements AutoCloseable {
    private final Map<Weights.Variable, Tensor> tensors = new LinkedHashMap<>();

    private OuterWeights() {}

    public static OuterWeights read(WeightReader reader, DecoderGraph graph, Session session) {
        OuterWeights outer = new OuterWeights();
        try {
            outer.assign(reader, graph.embedding().weights(), session);
            outer.assign(reader, graph.head().weights(), session);
            return outer;
        } catch (RuntimeException failure) {
            outer.close();
            throw failure;
        }
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
    }

    private void assign(WeightReader reader, Weights weights, Session session) {
        List<Tensor> values = weights.variables().stream()
                .map(weight -> tensor(reader, weight))
                .toList();
        weights.assign(session, values);
    }

    private Tensor tensor(WeightReader reader, Weights.Variable weight) {
        return tensors.computeIfAbsent(weight, absent -> {
            Tensor tensor = WeightReader.allocate(absent);
            try {
                reader.read("", absent, tensor);
                return tensor;
            } catch (RuntimeException failure) {
                tensor.close();
                throw failure;
            }
        });
    }
}
