package io.gatehouse.engine.memory;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.graph.DecoderGraph;
import io.gatehouse.engine.graph.ExpertChanges;
import io.gatehouse.engine.graph.Weights;
import java.util.List;
import org.tensorflow.Session;

/** A model that is ready to compute: graph, session and weights. Closing it closes all of them. */
public record LoadedModel(
        DecoderGraph graph, Session session, OuterWeights outer, LayerTensors layers, ExpertChanges changes)
        implements AutoCloseable {
    /**
     * Reads the weights. Session and changes are closed if that fails; the graph stays the caller's.
     *
     * @param streamed whether layers are read again for every pass instead of staying in memory
     */
    public static LoadedModel open(
            Checkpoint checkpoint, DecoderGraph graph, Session session, ExpertChanges changes, boolean streamed) {
        WeightReader reader = new WeightReader(checkpoint);
        try {
            OuterWeights outer = OuterWeights.read(reader, graph, session);
            try {
                return new LoadedModel(graph, session, outer, layers(reader, graph, streamed), changes);
            } catch (RuntimeException | Error failure) {
                outer.close();
                throw failure;
            }
        } catch (RuntimeException | Error failure) {
            changes.close();
            session.close();
            throw failure;
        }
    }

    private static LayerTensors layers(WeightReader reader, DecoderGraph graph, boolean streamed) {
        List<List<Weights.Variable>> weights = graph.config().layers().stream()
                .map(layer -> graph.layerWeights(layer).variables())
                .toList();
        return streamed ? new LayerTensors.Streamed(reader, weights) : new LayerTensors.Resident(reader, weights);
    }

    @Override
    public void close() {
        layers.close();
        changes.close();
        session.close();
        graph.close();
        outer.close();
    }
}
