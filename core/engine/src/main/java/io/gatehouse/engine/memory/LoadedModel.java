package io.gatehouse.engine.memory;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.graph.DecoderGraph;
import io.gatehouse.engine.graph.feedforward.ExpertChanges;
import io.gatehouse.engine.graph.op.Weights;
import java.util.List;
import org.tensorflow.Session;

/** A model that is ready to compute: graph, session and weights. Closing it closes all of them. */
public record LoadedModel(
        DecoderGraph graph, Session session, OuterWeights outer, LayerTensors layers, ExpertChanges changes)
        implements AutoCloseable {
    /**
     * Reads the weights. Session and changes are closed if that fails; the graph stays the caller's.
     *
     * @param mode where the weights of the layers are between the passes
     */
    public static LoadedModel open(
            Checkpoint checkpoint, DecoderGraph graph, Session session, ExpertChanges changes, LayerTensors.Mode mode) {
        try {
            OuterWeights outer = OuterWeights.read(new WeightReader(checkpoint), graph, session);
            try {
                return new LoadedModel(graph, session, outer, layers(checkpoint, graph, mode), changes);
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

    private static LayerTensors layers(Checkpoint checkpoint, DecoderGraph graph, LayerTensors.Mode mode) {
        List<List<Weights.Variable>> shapes = LayerTensors.shapes(graph);
        return switch (mode) {
            case RESIDENT -> new LayerTensors.Resident(new WeightReader(checkpoint), shapes);
            case PACKED -> new LayerTensors.Packed(checkpoint, shapes);
            case STREAMED -> new LayerTensors.Streamed(new WeightReader(checkpoint), shapes);
        };
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
