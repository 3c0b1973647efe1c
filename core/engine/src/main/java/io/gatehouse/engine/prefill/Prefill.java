package io.gatehouse.engine.prefill;

import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.engine.graph.DecoderGraph;
import io.gatehouse.engine.graph.LayerGraph;
import io.gatehouse.engine.graph.LookaheadGraph;
import io.gatehouse.engine.memory.LoadedModel;
import io.gatehouse.engine.memory.TensorMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * One pass of prompts through the layers: layer-major, so that each layer's weights are needed once. A prefix that
 * prompts share goes through each layer before them and leaves them the state of its mixer.
 */
public final class Prefill {
    private final LoadedModel model;
    private final DecoderGraph graph;
    private final ModelConfig config;
    private final RotaryTable rotary;
    private final Capture capture;
    private final boolean everyOutput;
    private final Optional<Caches> caches;

    /** @param everyOutput whether the last layer's experts run for every token, and not for the last one of each prompt */
    public Prefill(LoadedModel model, RotaryTable rotary, Capture capture, boolean everyOutput) {
        this(model, rotary, capture, everyOutput, Optional.empty());
    }

    /** @param caches that receive what the layers keep of the prompts, which are then generated from */
    Prefill(LoadedModel model, RotaryTable rotary, Capture capture, boolean everyOutput, Optional<Caches> caches) {
        this.model = model;
        this.graph = model.graph();
        this.config = graph.config();
        this.rotary = rotary;
        this.capture = capture;
        this.everyOutput = everyOutput;
        this.caches = caches;
    }

    /** Adds fetches to a run and says where each will be in its result. What is asked for twice is fetched once. */
    static final class Fetches {
        private final Session.Runner runner;
        private final Map<Output<?>, Integer> places = new HashMap<>();

        Fetches(Session.Runner runner) {
            this.runner = runner;
        }

        int add(Operand<?> output) {
            return places.computeIfAbsent(output.asOutput(), absent -> {
                runner.fetch(absent);
                return places.size();
            });
        }
    }

    /** The micro-batches of a group between layers. */
    private record Group(Optional<InFlight> prefix, List<InFlight> prompts) {}

    /** Runs requests in as few passes as memory allows. */
    public void run(List<PrefillRequest> requests, BatchLimit limit, long maxTogether) {
        PassPlan.passes(requests, config.ropes(), limit, maxTogether).forEach(plan -> run(plan, Optional.empty()));
    }

    /** @param step the pasts of the micro-batch of the plan that is a step, if one is */
    void run(PassPlan plan, Optional<Step> step) {
        List<InFlight> all = new ArrayList<>();
        try (Delivery delivery = new Delivery()) {
            List<Group> groups = plan.groups().stream()
                    .map(group -> embed(group, all, delivery))
                    .toList();
            for (int layer = 0; layer < config.layers().size(); layer++) {
                graph.layerWeights(config.layers().get(layer))
                        .assign(model.session(), model.layers().layer(layer));
                for (Group group : groups) {
                    runLayer(layer, group, step, delivery);
                }
            }
            new Head(config, graph, model.session(), capture).run(all, delivery);
        } finally {
            all.forEach(InFlight::close);
        }
    }

    private Group embed(PassPlan.Group group, List<InFlight> all, Delivery delivery) {
        PrefillListener listener = group.listener();
        Capture wanted = group.again() ? capture.ofLast() : capture;
        Optional<InFlight> prefix = group.prefix().map(batch -> embed(batch, true, listener, wanted, all, delivery));
        return new Group(
                prefix,
                group.prompts().stream()
                        .map(batch -> embed(batch, false, listener, wanted, all, delivery))
                        .toList());
    }

    private InFlight embed(
            MicroBatch batch,
            boolean prefix,
            PrefillListener listener,
            Capture wanted,
            List<InFlight> all,
            Delivery delivery) {
        int[] embedded = Arrays.stream(batch.tokenIds())
                .map(id -> config.placeholders().contains(id) ? 0 : id)
                .toArray();
        try (TInt32 tokenIds = TInt32.vectorOf(embedded)) {
            Result states = model.session()
                    .runner()
                    .feed(graph.embedding().tokenIds(), tokenIds)
                    .fetch(graph.embedding().embedded())
                    .run();
            InFlight inFlight = inFlight(batch, prefix, listener, wanted, states);
            all.add(inFlight);
            if (capture.trace()) {
                delivery.submit(() -> deliverStates(0, inFlight));
                delivery.await();
            }
            return inFlight;
        }
    }

    /** Takes the states over, or closes them. */
    private InFlight inFlight(
            MicroBatch batch, boolean prefix, PrefillListener listener, Capture wanted, Result states) {
        try {
            Map<Rope, RotaryTable.Angles> angles = new HashMap<>();
            config.ropes()
                    .forEach(rope -> angles.put(rope, rotary.angles(rope, batch.positions(), batch.textLengths())));
            return new InFlight(batch, prefix, listener, wanted, angles, states);
        } catch (RuntimeException | Error failure) {
            states.close();
            throw failure;
        }
    }

    private void runLayer(int layer, Group group, Optional<Step> step, Delivery delivery) {
        group.prefix().ifPresent(prefix -> runLayer(layer, prefix, Optional.empty(), Optional.empty(), delivery));
        group.prompts()
                .forEach(prompts -> runLayer(
                        layer,
                        prompts,
                        group.prefix(),
                        step.filter(any -> prompts.batch().isStep()),
                        delivery));
    }

    private void runLayer(
            int layer, InFlight inFlight, Optional<InFlight> prefix, Optional<Step> step, Delivery delivery) {
        Layer shape = config.layers().get(layer);
        boolean lastLayer = layer == config.layers().size() - 1;
        boolean answerOnly = lastLayer && !inFlight.prefix() && !everyOutput;
        boolean outputUnused = lastLayer && inFlight.prefix() && !everyOutput;
        int lanes = step.map(texts -> texts.lanes(layer)).orElse(0);
        LayerGraph part = graph.layer(new LayerGraph.Kind(shape.shape(), prefix.isPresent(), answerOnly, lanes));
        Session.Runner runner = feed(shape, part, inFlight, prefix);
        List<Tensor> fed = lanes == 0 ? List.of() : step.orElseThrow().feed(layer, part, graph.inputs(lanes), runner);
        graph.inputs().experts().ifPresent(inputs -> model.changes().feed(layer, inputs, runner));
        Fetches fetches = new Fetches(runner);
        List<Integer> state =
                inFlight.prefix() ? part.state().stream().map(fetches::add).toList() : List.of();
        List<Integer> cache =
                caches.isPresent() ? part.cache().stream().map(fetches::add).toList() : List.of();
        Optional<Integer> unseen = part.unseen().map(fetches::add);
        Optional<InFlight.KeptLatents> latents = part.latents()
                .map(fetches::add)
                .map(place ->
                        new InFlight.KeptLatents(place, shape.mixer().rope().isPresent()));
        int output = outputUnused && !state.isEmpty() ? state.get(0) : fetches.add(part.output());
        Optional<RoutingReadout> readout = inFlight.recorded().count() == 0
                ? Optional.empty()
                : part.routing()
                        .map(routing -> new RoutingReadout(routing, inFlight.capture(), inFlight, answerOnly, fetches));
        Optional<RoutingReadout> mixerReadout = capture.trace()
                        && inFlight.recorded().count() > 0
                ? part.mixerRouting().map(routing -> new RoutingReadout(routing, capture, inFlight, false, fetches))
                : Optional.empty();
        boolean looksAhead =
                readout.isPresent() && !inFlight.capture().lookahead().isEmpty();
        Optional<Integer> read = looksAhead ? Optional.of(fetches.add(part.read())) : Optional.empty();
        Result result;
        try (TInt32 window = TInt32.scalarOf(shape.mixer().mask().window());
                TFloat32 depth = TFloat32.scalarOf(shape.mixer().depth());
                TFloat32 shares = TFloat32.vectorOf(shape.residual().factors())) {
            result = runner.feed(graph.inputs().window(), window)
                    .feed(graph.inputs().depth(), depth)
                    .feed(graph.inputs().shares(), shares)
                    .run();
        } finally {
            fed.forEach(Tensor::close);
        }
        Map<Integer, short[]> lookahead;
        try {
            lookahead = read.map(place -> lookAhead(layer, (TFloat32) result.get(place), inFlight))
                    .orElse(Map.of());
            // The delivery before may still read from what this replaces, and may end the pass.
            delivery.await();
        } catch (RuntimeException | Error ended) {
            result.close();
            throw ended;
        }
        inFlight.advance(new InFlight.LayerResult(result, output, answerOnly, state, cache, unseen, latents));
        if (caches.isPresent() && !inFlight.prefix()) {
            caches.get().store(layer, inFlight, prefix);
        }
        delivery.submit(() -> deliver(layer, lastLayer, inFlight, result, lookahead, readout, mixerReadout));
    }

    /**
     * What the router of the layer chooses for the recorded rows if it sees what earlier blocks read, by distance.
     *
     * @param read what its own block read, which later layers look back to
     */
    private Map<Integer, short[]> lookAhead(int layer, TFloat32 read, InFlight inFlight) {
        Map<Integer, short[]> chosen = new TreeMap<>();
        LookaheadGraph router = graph.lookahead(config.layers().get(layer));
        for (int distance : inFlight.capture().lookahead()) {
            Optional<TFloat32> earlier = distance == 0 ? Optional.of(read) : inFlight.earlierRead(distance);
            earlier.ifPresent(states -> {
                Session.Runner runner = model.session().runner().feed(router.earlier(), states);
                graph.inputs().experts().ifPresent(inputs -> model.changes().feed(layer, inputs, runner));
                try (Result result = runner.fetch(router.experts()).run()) {
                    int topK = Math.toIntExact(result.get(0).shape().get(1));
                    chosen.put(distance, inFlight.recorded().shorts(TensorMemory.ints(result.get(0)), topK));
                }
            });
        }
        inFlight.keepRead(read);
        return chosen;
    }

    private Session.Runner feed(Layer layer, LayerGraph part, InFlight inFlight, Optional<InFlight> prefix) {
        Session.Runner runner =
                inFlight.feed(graph.inputs(), layer.mixer(), model.session().runner());
        prefix.ifPresent(past -> {
            for (int i = 0; i < part.past().size(); i++) {
                runner.feed(part.past().get(i), past.state(i));
            }
        });
        return runner;
    }

    private void deliver(
            int layer,
            boolean lastLayer,
            InFlight inFlight,
            Result result,
            Map<Integer, short[]> lookahead,
            Optional<RoutingReadout> readout,
            Optional<RoutingReadout> mixerReadout) {
        readout.ifPresent(fetched -> {
            RoutingBatch routing = fetched.read(layer, result, inFlight.recorded(), lookahead);
            inFlight.listener().routed(routing);
            if (capture.trace()) {
                inFlight.listener().routerLogits(routing, fetched.logits(result, inFlight.recorded()));
            }
        });
        mixerReadout.ifPresent(fetched -> inFlight.listener()
                .mixerRouted(
                        fetched.read(layer, result, inFlight.recorded(), Map.of()),
                        fetched.logits(result, inFlight.recorded())));
        if (capture.trace() && !lastLayer) {
            deliverStates(layer + 1, inFlight);
        }
        inFlight.listener().layerDone(layer, inFlight.batch().promptTokens());
    }

    /** Nothing of a model with several residual streams: no one of them is the state. */
    private void deliverStates(int index, InFlight inFlight) {
        if (config.streams().isPresent()) {
            return;
        }
        float[] states = TensorMemory.floats(inFlight.hidden());
        RecordedRows rows = inFlight.recorded();
        inFlight.listener().hiddenStates(index, rows.prompts(), rows.floats(states, config.hiddenSize()));
    }
}
