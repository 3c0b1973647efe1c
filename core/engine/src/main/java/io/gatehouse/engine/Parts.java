package io.gatehouse.engine;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.engine.graph.DecoderGraph;
import io.gatehouse.engine.graph.ExpertChanges;
import io.gatehouse.engine.graph.HeldWeight;
import io.gatehouse.engine.memory.LayerTensors;
import io.gatehouse.engine.memory.OuterWeights;
import io.gatehouse.engine.memory.ResidentLayers;
import io.gatehouse.engine.memory.StreamedLayers;
import io.gatehouse.engine.memory.WeightReader;
import java.util.List;
import org.tensorflow.Session;

/** What a loaded model consists of: graph, session and weights. */
public record Parts(DecoderGraph graph, Session session, OuterWeights outer, LayerTensors layers, ExpertChanges changes)
        implements AutoCloseable {

    /** Opens a session and reads the weights. The graph stays the caller's if that fails. */
    public static Parts open(Checkpoint checkpoint, DecoderGraph graph, EngineOptions options, MemoryPlan memory) {
        WeightReader reader = new WeightReader(checkpoint);
        List<FeedForward> shapes = graph.config().feedForwards();
        Session session = options.device().open(graph.graph());
        try {
            OuterWeights outer = OuterWeights.read(reader, graph, session);
            try {
                // Before the layers, which are the last that has to be closed where something fails.
                ExpertChanges changes = new ExpertChanges(options.interventions(), graph.config());
                try {
                    return new Parts(graph, session, outer, layers(reader, graph, shapes, memory), changes);
                } catch (RuntimeException | Error failure) {
                    changes.close();
                    throw failure;
                }
            } catch (RuntimeException | Error failure) {
                outer.close();
                throw failure;
            }
        } catch (RuntimeException | Error failure) {
            session.close();
            throw failure;
        }
    }

    private static LayerTensors layers(
            WeightReader reader, DecoderGraph graph, List<FeedForward> shapes, MemoryPlan memory) {
        List<List<HeldWeight>> weights = shapes.stream()
                .map(shape -> graph.layerWeights(shape).declared())
                .toList();
        return memory.streamed() ? new StreamedLayers(reader, weights) : new ResidentLayers(reader, weights);
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
