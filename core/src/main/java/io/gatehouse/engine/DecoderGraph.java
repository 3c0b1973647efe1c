package io.gatehouse.engine;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.FeedForward;
import io.gatehouse.checkpoint.ModelConfig;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * The decoder as a graph in parts that are run one after the other: embedding, a generic layer for each kind, head. The
 * hidden states leave the graph between runs, so that one set of layer variables serves all layers of a shape. Layers
 * are added when they are first asked for, which must not be while the graph runs.
 */
final class DecoderGraph implements AutoCloseable {
    private final Graph graph = new Graph();
    private final Ops tf = Ops.create(graph);
    private final Blocks blocks = new Blocks(tf);
    private final ModelConfig config;
    private final Precision precision;
    private final Map<FeedForward, Weights> layerWeights = new LinkedHashMap<>();
    private final Map<LayerKind, LayerGraph> layers = new HashMap<>();

    final LayerInputs inputs;

    final Weights embeddingWeights;
    final Placeholder<TInt32> tokenIds = tf.placeholder(TInt32.class);
    final Operand<TFloat32> embedded;

    final Weights headWeights;
    final Placeholder<TFloat32> headInput = tf.placeholder(TFloat32.class);
    final Operand<TFloat32> headNormed;
    final Operand<TFloat32> logits;

    /**
     * @param config the model of the checkpoint, with another top-k where one was asked for
     * @param changedExperts whether something is changed about single experts
     */
    DecoderGraph(Checkpoint checkpoint, ModelConfig config, Precision precision, boolean changedExperts) {
        this.config = config;
        this.precision = precision;
        this.inputs = LayerInputs.declare(tf, changedExperts);
        this.embeddingWeights = new Weights(tf, "embedding", new HeldTypes(checkpoint, List.of("")));
        this.embedded = blocks.cast(
                blocks.rows(embeddingWeights.held(embeddingSpec(precision.attention())), tokenIds), TFloat32.class);
        // A tied head reads the same tensor; each part declares it, and they share it where the types agree.
        this.headWeights = new Weights(tf, "head", new HeldTypes(checkpoint, List.of("")));
        this.headNormed = blocks.rmsNorm(
                headInput,
                headWeights.value(WeightSpec.vector("model.norm.weight", config.hiddenSize())),
                config.rmsNormEps());
        this.logits = logits(precision.attention());
        for (FeedForward shape : config.feedForwards()) {
            layerWeights.computeIfAbsent(shape, absent -> weights(checkpoint, absent));
            layer(new LayerKind(shape, false, false));
        }
    }

    /** Names of a layer's weights stand under this. */
    static String layerPrefix(int layer) {
        return "model.layers." + layer + ".";
    }

    /** The model that this computes. */
    ModelConfig config() {
        return config;
    }

    Graph graph() {
        return graph;
    }

    /** The weights that all layers of this shape use in turn. */
    Weights layerWeights(FeedForward shape) {
        return requireNonNull(layerWeights.get(shape), "no such layer");
    }

    LayerGraph layer(LayerKind kind) {
        return layers.computeIfAbsent(
                kind,
                absent -> LayerGraph.build(tf, config, precision, absent, inputs, layerWeights(absent.feedForward())));
    }

    @Override
    public void close() {
        graph.close();
    }

    private Weights weights(Checkpoint checkpoint, FeedForward shape) {
        List<String> prefixes = IntStream.range(0, config.layers().size())
                .filter(layer -> config.layers().get(layer).feedForward().equals(shape))
                .mapToObj(DecoderGraph::layerPrefix)
                .toList();
        return new Weights(tf, "layer" + layerWeights.size(), new HeldTypes(checkpoint, prefixes));
    }

    private <T extends TFloating> WeightSpec<T> embeddingSpec(Class<T> type) {
        return WeightSpec.matrix("model.embed_tokens.weight", config.vocabSize(), config.hiddenSize(), type);
    }

    private <T extends TFloating> Operand<TFloat32> logits(Class<T> type) {
        WeightSpec<T> spec = config.tieWordEmbeddings()
                ? embeddingSpec(type)
                : WeightSpec.matrix("lm_head.weight", config.vocabSize(), config.hiddenSize(), type);
        return blocks.cast(blocks.project(blocks.cast(headNormed, type), headWeights.value(spec)), TFloat32.class);
    }
}
