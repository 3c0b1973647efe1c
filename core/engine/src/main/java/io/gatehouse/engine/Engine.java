package io.gatehouse.engine;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.DecoderTensors;
import io.gatehouse.checkpoint.config.MixerCache;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.engine.graph.DecoderGraph;
import io.gatehouse.engine.graph.feedforward.ExpertChanges;
import io.gatehouse.engine.memory.LoadedModel;
import io.gatehouse.engine.memory.WeightReader;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.Generated;
import io.gatehouse.engine.prefill.GenerationListener;
import io.gatehouse.engine.prefill.GenerationOptions;
import io.gatehouse.engine.prefill.Generator;
import io.gatehouse.engine.prefill.PassPlan;
import io.gatehouse.engine.prefill.Prefill;
import io.gatehouse.engine.prefill.PrefillListener;
import io.gatehouse.engine.prefill.PrefillRequest;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.engine.prefill.RotaryTable;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.List;
import org.tensorflow.Session;

/** A loaded model. Not thread-safe: the variables of the generic layers hold one layer at a time. */
public final class Engine implements AutoCloseable {
    /** Hidden states of the prompts that go through the layers together take at most this much. */
    private static final long IN_FLIGHT_BYTES = 256L << 20;

    private final ModelConfig config;
    private final Precision precision;
    private final Device device;
    private final Interventions interventions;
    private final MemoryPlan memory;
    private final LoadedModel model;
    private final RotaryTable rotary;

    private Engine(
            ModelConfig config, EngineOptions options, MemoryPlan memory, LoadedModel model, RotaryTable rotary) {
        this.config = config;
        this.precision = options.precision();
        this.device = options.device();
        this.interventions = options.interventions();
        this.memory = memory;
        this.model = model;
        this.rotary = rotary;
    }

    /** Reads the weights of a checkpoint to run it in fp32 on the CPU. */
    public static Engine load(Checkpoint checkpoint) {
        return load(checkpoint, EngineOptions.EXACT);
    }

    /**
     * Reads the weights of a checkpoint, all of them or, where they do not fit, two layers at a time. Packed weights stay
     * packed where that takes less memory.
     *
     * @throws GatehouseException OUT_OF_MEMORY if not even that fits, INVALID_ARGUMENT if there is no such device, or
     *     an intervention names an expert that is not there,
     *     CORRUPT_CHECKPOINT if a weight is not a number
     */
    public static Engine load(Checkpoint checkpoint, EngineOptions options) {
        return loadExactly(
                checkpoint, requireNonNull(options, "options is null").forThisMachine());
    }

    /**
     * The same, in the plan of the options even where another is faster and more exact: a run that was begun in one plan
     * goes on in it.
     *
     * @throws GatehouseException like {@link #load(Checkpoint, EngineOptions)}
     */
    public static Engine loadExactly(Checkpoint checkpoint, EngineOptions options) {
        return load(checkpoint, options, DeviceSession.MIN_OPTIMIZED_PARAMETERS);
    }

    /** @param minOptimized parameters from which the graph is optimized */
    static Engine load(Checkpoint checkpoint, EngineOptions options, long minOptimized) {
        Interventions interventions = options.interventions();
        ModelConfig config = interventions.applyTo(checkpoint.config());
        Precision precision = options.precision();
        float[] ropeExponents = ropeExponents(checkpoint, config);
        DecoderGraph graph = new DecoderGraph(
                checkpoint, config, precision.attention(), precision.experts(), interventions.expertChangeKinds());
        try {
            MemoryPlan memory = MemoryPlan.of(checkpoint, graph, options.memory());
            Session session = DeviceSession.open(
                    options.device(), graph.graph(), checkpoint.footprint().parameters() >= minOptimized);
            ExpertChanges changes = interventions.expertChanges(config);
            return new Engine(
                    config,
                    options,
                    memory,
                    LoadedModel.open(checkpoint, graph, session, changes, memory.layers()),
                    new RotaryTable(ropeExponents));
        } catch (RuntimeException failure) {
            graph.close();
            throw failure;
        }
    }

    /** What a learned rotary embedding has for each pair; nothing where none is learned. */
    private static float[] ropeExponents(Checkpoint checkpoint, ModelConfig config) {
        return config.ropes().stream()
                .filter(Rope::learned)
                .findFirst()
                .map(rope -> new WeightReader(checkpoint).vector(DecoderTensors.ROPE_EXPONENTS, rope.dims() / 2))
                .orElseGet(() -> new float[0]);
    }

    /** The model that is run: that of the checkpoint, with another top-k where the interventions have one. */
    public ModelConfig config() {
        return config;
    }

    /** The plan that is computed in: {@code EXACT} on a CPU that is slower in bf16, whatever the options say. */
    public Precision precision() {
        return precision;
    }

    public Device device() {
        return device;
    }

    /** What is changed about the routing. */
    public Interventions interventions() {
        return interventions;
    }

    public MemoryPlan memory() {
        return memory;
    }

    /** Runs the prompts of one request through the model, as {@link #prefill(List, Capture)} does. */
    public void prefill(List<Prompt> prompts, Capture capture, PrefillListener listener) {
        prefill(List.of(new PrefillRequest(prompts, listener)), capture);
    }

    /**
     * Runs prompts through the model. As many as memory allows are in flight together, layer by layer: the more, the
     * less often weights are read or decoded that do not stay as they are computed with. A prompt that is longer than the model was trained for is computed like any other.
     *
     * @throws GatehouseException what {@link #require} throws for any of them; what a listener throws
     */
    public void prefill(List<PrefillRequest> requests, Capture capture) {
        prefill(requests, capture, capture.everyOutput());
    }

    /** The same, where the last layer's experts may run for every token although their output is not used. */
    public void prefill(List<PrefillRequest> requests, Capture capture, boolean everyOutput) {
        requests.forEach(request -> request.prompts().forEach(this::require));
        Prefill prefill = new Prefill(model, rotary, capture, everyOutput);
        prefill.run(requests, memory.batches(), Math.max(1, tokensTogether() / capture.statesPerToken()));
    }

    /**
     * Generates a text after each prompt, many texts at a time. In {@code EXACT} a text has the same bits
     * whatever other texts are generated beside it.
     *
     * @return in the order of the prompts
     * @throws GatehouseException what {@link #require} throws for any of them; OUT_OF_MEMORY if a text may become too long
     *     for the available memory, UNSUPPORTED_MODEL if a mixer of the model has no cache yet; what the listener throws
     */
    public List<Generated> generate(
            List<Prompt> prompts, GenerationOptions options, Capture capture, GenerationListener listener) {
        prompts.forEach(this::require);
        return generator(capture).run(List.copyOf(prompts), options, listener);
    }

    private Generator generator(Capture capture) {
        long together = Math.max(1, tokensTogether() / (1 + widestCache() / config.hiddenSize()));
        return new Generator(model, rotary, capture, capture.everyOutput(), memory.batches(), together);
    }

    /**
     * Refuses a prompt after which no text can be generated, even alone.
     *
     * @throws GatehouseException what {@link #require(Prompt)} throws; OUT_OF_MEMORY if the text may become too long for
     *     the available memory, UNSUPPORTED_MODEL if a mixer of the model has no cache yet
     */
    public void require(Prompt prompt, GenerationOptions options) {
        require(prompt);
        generator(Capture.NOTHING).require(prompt, options);
    }

    /** Numbers that the layer which keeps most keeps of each token. */
    private long widestCache() {
        return config.layers().stream()
                .flatMap(layer -> layer.mixer().cache(config.hiddenSize()).stream())
                .mapToLong(cache -> cache.tokens().stream()
                        .mapToLong(MixerCache.PerToken::width)
                        .sum())
                .max()
                .orElse(0);
    }

    /** The most tokens that go through the layers together: weights that do not stay are read once for each such pass. */
    public long tokensTogether() {
        return Math.max(1, IN_FLIGHT_BYTES / (Float.BYTES * (long) config.stateSize()));
    }

    /**
     * Refuses a prompt that cannot be computed: an empty one, one with an id that is not in the vocabulary, or one too
     * long for the available memory. One that is longer than the model was trained for is not refused.
     *
     * @throws GatehouseException INVALID_ARGUMENT or OUT_OF_MEMORY
     */
    public void require(Prompt prompt) {
        int[] tokens = prompt.tokens();
        if (tokens.length == 0) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, "A prompt has no tokens");
        }
        for (int token : tokens) {
            if (token < 0 || token >= config.vocabSize()) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Token id %d is outside the model's vocabulary of %d".formatted(token, config.vocabSize()));
            }
        }
        PassPlan.require(prompt, config.ropes(), memory.batches());
    }

    @Override
    public void close() {
        model.close();
    }
}
