package io.gatehouse.engine.prefill;

import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.engine.graph.DecoderGraph;
import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.memory.TensorMemory;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/** The final norm and the logits, for the last token of each prompt, or for all tokens. */
final class Head {
    /** At a time: the logits of a large vocabulary are wider than any other state. */
    private static final int MOST_LOGITS = 1 << 24;

    private static final int MOST_ROWS = 256;

    private final ModelConfig config;
    private final DecoderGraph graph;
    private final Session session;
    private final Capture capture;

    Head(ModelConfig config, DecoderGraph graph, Session session, Capture capture) {
        this.config = config;
        this.graph = graph;
        this.session = session;
        this.capture = capture;
    }

    void run(List<InFlight> all, Delivery delivery) {
        delivery.await();
        for (InFlight inFlight : all) {
            // The tokens of a step are chosen from their logits one by one.
            if (inFlight.capture().logits() && !inFlight.batch().isStep()) {
                everyToken(inFlight, delivery);
            } else if (!inFlight.prefix()) {
                lastTokens(inFlight, delivery);
            }
        }
        delivery.await();
    }

    private void lastTokens(InFlight inFlight, Delivery delivery) {
        int width = config.stateSize();
        RecordedRows last = inFlight.last();
        float[] states = inFlight.lastStates();
        int rows = rowsTogether();
        for (int from = 0; from < last.count(); from += rows) {
            int first = from;
            int count = Math.min(rows, last.count() - from);
            Scores scores = score(Arrays.copyOfRange(states, from * width, (from + count) * width), count);
            delivery.submit(() -> {
                for (int row = 0; row < count; row++) {
                    inFlight.listener().lastLogits(last.prompts()[first + row], scores.row(row));
                }
            });
        }
    }

    private int rowsTogether() {
        int fit = MOST_LOGITS / config.vocabSize() / Blocks.ROW_BLOCK * Blocks.ROW_BLOCK;
        return Math.max(Blocks.ROW_BLOCK, Math.min(MOST_ROWS, fit));
    }

    private void everyToken(InFlight inFlight, Delivery delivery) {
        int width = config.stateSize();
        RecordedRows all = RecordedRows.all(inFlight.batch());
        float[] states = all.floats(TensorMemory.floats(inFlight.hidden()), width);
        int rows = rowsTogether();
        for (int from = 0; from < all.count(); from += rows) {
            int first = from;
            int count = Math.min(rows, all.count() - from);
            Scores scores = score(Arrays.copyOfRange(states, from * width, (from + count) * width), count);
            delivery.submit(() -> deliver(inFlight, all, first, count, scores));
        }
    }

    private void deliver(InFlight inFlight, RecordedRows all, int first, int count, Scores scores) {
        int[] prompts = Arrays.copyOfRange(all.prompts(), first, first + count);
        if (capture.trace() && config.streams().isEmpty()) {
            inFlight.listener().hiddenStates(config.layers().size(), prompts, scores.normed());
        }
        inFlight.listener().allLogits(prompts, scores.logits());
        if (inFlight.prefix()) {
            return;
        }
        RecordedRows last = inFlight.last();
        for (int i = 0; i < last.count(); i++) {
            int row = last.sources()[i] - first;
            if (row >= 0 && row < count) {
                inFlight.listener().lastLogits(last.prompts()[i], scores.row(row));
            }
        }
    }

    /**
     * @param normed [rows x hidden]
     * @param logits [rows x vocabulary]
     */
    private record Scores(float[] normed, float[] logits, int vocabulary) {
        float[] row(int row) {
            return Arrays.copyOfRange(logits, row * vocabulary, (row + 1) * vocabulary);
        }
    }

    private Scores score(float[] states, int rows) {
        int width = config.stateSize();
        int fed = MicroBatch.wholeBlocks(rows);
        try (TFloat32 input = TFloat32.tensorOf(
                        Shape.of(fed, width),
                        target -> target.asRawTensor().data().asFloats().write(Arrays.copyOf(states, fed * width)));
                Result result = session.runner()
                        .feed(graph.head().states(), input)
                        .fetch(graph.head().normed())
                        .fetch(graph.head().logits())
                        .run()) {
            float[] normed = Arrays.copyOf(TensorMemory.floats(result.get(0)), rows * config.hiddenSize());
            float[] logits = Arrays.copyOf(TensorMemory.floats(result.get(1)), rows * config.vocabSize());
            requireFinite(logits);
            return new Scores(normed, logits, config.vocabSize());
        }
    }

    private static void requireFinite(float[] logits) {
        for (float logit : logits) {
            if (!Float.isFinite(logit)) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_CHECKPOINT,
                        "The head gave logits that are not numbers: the weights before it overflow");
            }
        }
    }
}
