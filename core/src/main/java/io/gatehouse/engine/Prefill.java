package io.gatehouse.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** One pass of prompts through the layers: layer-major, so that each layer's weights are assigned once. */
final class Prefill {
    private final DecoderGraph graph;
    private final Session session;
    private final Capture capture;
    private final PrefillListener listener;

    Prefill(DecoderGraph graph, Session session, Capture capture, PrefillListener listener) {
        this.graph = graph;
        this.session = session;
        this.capture = capture;
        this.listener = listener;
    }

    void run(List<MicroBatch> batches, List<List<TFloat32>> layers) {
        List<InFlight> inFlight = new ArrayList<>();
        try {
            for (MicroBatch batch : batches) {
                inFlight.add(embed(batch));
            }
            for (int layer = 0; layer < layers.size(); layer++) {
                graph.layerWeights.assign(session, layers.get(layer));
                for (InFlight batch : inFlight) {
                    runLayer(layer, layer == layers.size() - 1, batch);
                }
            }
            for (InFlight batch : inFlight) {
                runHead(batch, layers.size());
            }
        } finally {
            inFlight.forEach(InFlight::close);
        }
    }

    private InFlight embed(MicroBatch batch) {
        try (TInt32 tokenIds = TInt32.vectorOf(batch.tokenIds())) {
            Result states = session.runner()
                    .feed(graph.tokenIds, tokenIds)
                    .fetch(graph.embedded)
                    .run();
            if (capture == Capture.TRACE) {
                listener.hiddenStates(0, batch.prompts(), floats(states.get(0)));
            }
            return new InFlight(batch, states);
        }
    }

    private void runLayer(int layer, boolean last, InFlight inFlight) {
        RouterBlock.Decision decision = graph.decision;
        Session.Runner runner = session.runner()
                .feed(graph.hidden, inFlight.hidden())
                .feed(graph.positions, inFlight.positions)
                .feed(graph.padded, inFlight.padded)
                .feed(graph.packed, inFlight.packed);
        List<Operand<?>> fetches = new ArrayList<>(List.of(
                graph.layerOutput,
                decision.experts(),
                decision.weights(),
                decision.entropy(),
                decision.topKEntropy(),
                decision.mass(),
                decision.margin()));
        if (capture == Capture.TRACE) {
            fetches.add(decision.logits());
        }
        fetches.forEach(runner::fetch);
        Result result = runner.run();
        inFlight.advance(result);
        deliver(layer, last, inFlight.batch, result);
    }

    private void deliver(int layer, boolean last, MicroBatch batch, Result result) {
        int[] experts = ints(result.get(1));
        RoutingBatch routing = new RoutingBatch(
                layer,
                batch.prompts(),
                batch.positions(),
                experts.length / batch.tokens(),
                shorts(experts),
                floats(result.get(2)),
                floats(result.get(3)),
                floats(result.get(4)),
                floats(result.get(5)),
                floats(result.get(6)));
        listener.routed(routing);
        if (capture == Capture.TRACE) {
            listener.routerLogits(routing, floats(result.get(7)));
            if (!last) {
                listener.hiddenStates(layer + 1, batch.prompts(), floats(result.get(0)));
            }
        }
        listener.layerDone(layer, batch.tokens());
    }

    private void runHead(InFlight inFlight, int layers) {
        MicroBatch batch = inFlight.batch;
        boolean everyToken = capture == Capture.TRACE;
        int[] rows = everyToken ? IntStream.range(0, batch.tokens()).toArray() : batch.lastRows();
        try (TInt32 headRows = TInt32.vectorOf(rows);
                Result result = session.runner()
                        .feed(graph.hidden, inFlight.hidden())
                        .feed(graph.headRows, headRows)
                        .fetch(graph.logits)
                        .fetch(graph.headNormed)
                        .run()) {
            float[] logits = floats(result.get(0));
            if (everyToken) {
                listener.hiddenStates(layers, batch.prompts(), floats(result.get(1)));
                listener.allLogits(batch.prompts(), logits);
            }
            int vocabulary = logits.length / rows.length;
            for (int b = 0; b < batch.promptIndexes().length; b++) {
                int row = everyToken ? batch.lastRows()[b] : b;
                float[] own = Arrays.copyOfRange(logits, row * vocabulary, (row + 1) * vocabulary);
                listener.lastLogits(batch.promptIndexes()[b], own);
            }
        }
    }

    /** A micro-batch between layers: its hidden states live in the result of the run that made them. */
    private static final class InFlight implements AutoCloseable {
        final MicroBatch batch;
        final TInt32 positions;
        final TInt32 padded;
        final TInt32 packed;
        private Result states;

        InFlight(MicroBatch batch, Result states) {
            this.batch = batch;
            this.states = states;
            this.positions = TInt32.vectorOf(batch.positions());
            this.padded = TInt32.tensorOf(StdArrays.ndCopyOf(batch.padded()));
            this.packed = TInt32.vectorOf(batch.packed());
        }

        Tensor hidden() {
            return states.get(0);
        }

        void advance(Result next) {
            states.close();
            states = next;
        }

        @Override
        public void close() {
            states.close();
            positions.close();
            padded.close();
            packed.close();
        }
    }

    private static float[] floats(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.shape().size())];
        tensor.asRawTensor().data().asFloats().read(values);
        return values;
    }

    private static int[] ints(Tensor tensor) {
        int[] values = new int[Math.toIntExact(tensor.shape().size())];
        tensor.asRawTensor().data().asInts().read(values);
        return values;
    }

    private static short[] shorts(int[] values) {
        short[] narrow = new short[values.length];
        for (int i = 0; i < values.length; i++) {
            narrow[i] = (short) values[i];
        }
        return narrow;
    }
}
