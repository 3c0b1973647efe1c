package io.gatehouse.engine;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.FeedForward;
import io.gatehouse.checkpoint.ModelConfig;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;

/**
 * A loaded model. All arithmetic is fp32 ({@code exact}). Not thread-safe: the variables of the generic layer hold one
 * layer at a time.
 */
public final class Engine implements AutoCloseable {
    /** Cells of the padded rectangle in one micro-batch; larger ones were measured to gain nothing. */
    private static final int MICRO_BATCH_TOKENS = 4096;

    private final ModelConfig config;
    private final DecoderGraph graph;
    private final Session session;
    private final List<TFloat32> embedding = new ArrayList<>();
    private final List<List<TFloat32>> layers = new ArrayList<>();
    private final List<TFloat32> head = new ArrayList<>();

    private Engine(ModelConfig config, DecoderGraph graph) {
        this.config = config;
        this.graph = graph;
        this.session = new Session(graph.graph(), sessionConfig());
    }

    /** Reads the weights of a checkpoint; all of them stay in memory until {@link #close}. */
    public static Engine load(Checkpoint checkpoint) {
        ModelConfig config = checkpoint.config();
        Engine engine = new Engine(config, new DecoderGraph(config, onlyLayerKind(config)));
        try {
            engine.read(new WeightLoader(checkpoint));
            return engine;
        } catch (RuntimeException failure) {
            engine.close();
            throw failure;
        }
    }

    private void read(WeightLoader loader) {
        embedding.addAll(loader.load("", graph.embeddingWeights.specs()));
        for (int layer = 0; layer < config.layers().size(); layer++) {
            layers.add(loader.load("model.layers." + layer + ".", graph.layerWeights.specs()));
        }
        head.addAll(loader.load("", graph.headWeights.specs()));
        graph.embeddingWeights.assign(session, embedding);
        graph.headWeights.assign(session, head);
    }

    public ModelConfig config() {
        return config;
    }

    /**
     * Runs prompts through the model. All of them are in flight together, layer by layer, so the caller bounds memory
     * by how many it gives: hidden states take 4 x hidden size bytes a token.
     *
     * @param prompts token ids, each at least one and less than the vocabulary size
     */
    public void prefill(List<int[]> prompts, Capture capture, PrefillListener listener) {
        prompts.forEach(this::requireValid);
        new Prefill(graph, session, capture, listener).run(MicroBatch.pack(prompts, MICRO_BATCH_TOKENS), layers);
    }

    @Override
    public void close() {
        session.close();
        graph.close();
        embedding.forEach(TFloat32::close);
        layers.forEach(layer -> layer.forEach(TFloat32::close));
        head.forEach(TFloat32::close);
    }

    private void requireValid(int[] prompt) {
        if (prompt.length == 0 || prompt.length > config.maxPositions()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "A prompt has %d tokens; the model takes 1 to %d".formatted(prompt.length, config.maxPositions()));
        }
        for (int token : prompt) {
            if (token < 0 || token >= config.vocabSize()) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Token id %d is outside the model's vocabulary of %d".formatted(token, config.vocabSize()));
            }
        }
    }

    private static FeedForward.Sparse onlyLayerKind(ModelConfig config) {
        List<FeedForward> kinds = config.feedForwards().stream().distinct().toList();
        if (kinds.size() == 1 && kinds.get(0) instanceof FeedForward.Sparse sparse) {
            return sparse;
        }
        throw new GatehouseException(
                ErrorCode.UNSUPPORTED_MODEL,
                "The engine runs models whose layers are all mixture-of-experts layers of one shape; this one has "
                        + kinds);
    }

    private static ConfigProto sessionConfig() {
        int threads = Runtime.getRuntime().availableProcessors();
        return ConfigProto.newBuilder()
                .setIntraOpParallelismThreads(threads)
                .setInterOpParallelismThreads(threads)
                .build();
    }
}
