package io.gatehouse.engine.graph;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.engine.graph.feedforward.ExpertChanges;
import io.gatehouse.engine.graph.mixer.LayerInputs;
import io.gatehouse.engine.graph.op.Lanes;
import io.gatehouse.engine.graph.op.Weights;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tensorflow.Graph;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * The decoder as a graph in parts that are run one after the other: embedding, a generic layer for each kind, head. The
 * hidden states leave the graph between runs, so that one set of layer variables serves all layers of a shape. Layers
 * are added on first use, which must not be while the graph runs.
 */
public final class DecoderGraph implements AutoCloseable {
    private final Graph graph = new Graph();
    private final Ops tf = Ops.create(graph);
    private final ModelConfig config;
    private final Class<? extends TFloating> attentionType;
    private final Class<? extends TFloating> expertsType;
    private final Map<Layer, Weights> layerWeights = new LinkedHashMap<>();
    private final Map<LayerGraph.Kind, LayerGraph> layers = new HashMap<>();
    private final Map<Layer, LookaheadGraph> lookaheads = new HashMap<>();
    private final LayerInputs inputs;
    private final Map<Integer, LayerInputs> stepInputs = new HashMap<>();
    private final EmbeddingGraph embedding;
    private final HeadGraph head;

    /**
     * @param config the model of the checkpoint, with another top-k where an intervention sets one
     * @param attentionType in which embedding, attention and head are computed
     * @param expertsType in which feed-forward blocks are computed
     * @param changes what is changed about single experts, if anything is
     */
    public DecoderGraph(
            Checkpoint checkpoint,
            ModelConfig config,
            Class<? extends TFloating> attentionType,
            Class<? extends TFloating> expertsType,
            Optional<ExpertChanges.Kinds> changes) {
        this.config = config;
        this.attentionType = attentionType;
        this.expertsType = expertsType;
        this.inputs = LayerInputs.declare(tf, changes.map(kinds -> ExpertChanges.Inputs.declare(tf, kinds)));
        this.embedding = EmbeddingGraph.build(tf, checkpoint, config, attentionType);
        this.head = HeadGraph.build(tf, checkpoint, config, attentionType);
        for (Layer layer : config.layers()) {
            layerWeights.computeIfAbsent(layer.shape(), absent -> weights(checkpoint, absent));
            layer(new LayerGraph.Kind(layer.shape(), false, false));
        }
    }

    /** Names of a layer's weights stand under this. */
    public static String layerPrefix(int layer) {
        return "model.layers." + layer + ".";
    }

    /** The model that this computes. */
    public ModelConfig config() {
        return config;
    }

    public Graph graph() {
        return graph;
    }

    public EmbeddingGraph embedding() {
        return embedding;
    }

    /** What every layer is fed. */
    public LayerInputs inputs() {
        return inputs;
    }

    /** What every layer is fed in a step whose texts stand in this many lanes. */
    public LayerInputs inputs(int lanes) {
        return stepInputs.computeIfAbsent(lanes, absent -> inputs.with(Lanes.declare(tf, lanes)));
    }

    /** The type that mixers are computed in. */
    public Class<? extends TFloating> mixerType() {
        return attentionType;
    }

    public HeadGraph head() {
        return head;
    }

    /** The weights that all layers of the shape of this one use in turn. */
    public Weights layerWeights(Layer layer) {
        return requireNonNull(layerWeights.get(layer.shape()), "no such layer");
    }

    public LayerGraph layer(LayerGraph.Kind kind) {
        return layers.computeIfAbsent(kind, absent -> builder(absent).build());
    }

    /** The router of a layer with experts, on what earlier layers read. */
    public LookaheadGraph lookahead(Layer layer) {
        return lookaheads.computeIfAbsent(
                layer.shape(),
                absent -> builder(new LayerGraph.Kind(absent, false, false)).lookahead());
    }

    private LayerBuilder<?, ?> builder(LayerGraph.Kind kind) {
        return new LayerBuilder<>(
                tf,
                config.hiddenSize(),
                new LayerGraph.Types<>(attentionType, expertsType),
                kind,
                kind.lanes() > 0 ? inputs(kind.lanes()) : inputs,
                layerWeights(kind.layer()));
    }

    @Override
    public void close() {
        graph.close();
    }

    private Weights weights(Checkpoint checkpoint, Layer shape) {
        List<String> prefixes = IntStream.range(0, config.layers().size())
                .filter(layer -> config.layers().get(layer).shape().equals(shape))
                .mapToObj(DecoderGraph::layerPrefix)
                .toList();
        return new Weights(tf, "layer" + layerWeights.size(), checkpoint, prefixes);
    }
}
