package io.gatehouse.engine.prefill;

import io.gatehouse.engine.graph.feedforward.FeedForwardBlock;
import io.gatehouse.engine.graph.feedforward.RouterBlock;
import io.gatehouse.engine.memory.TensorMemory;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Tensor;
import org.tensorflow.types.TFloat32;

/** Fetches what the router of a layer decided, and reads it for the rows that are recorded. */
final class RoutingReadout {
    private final int experts;
    private final Optional<Integer> scores;
    private final int weights;
    private final int entropy;
    private final int topKEntropy;
    private final int mass;
    private final int margin;
    private final Optional<Detail> probabilities;
    private final Optional<Detail> expertNorms;
    private final Optional<Integer> logits;
    private final boolean answersOnly;

    /** Values that are wanted of some of the recorded rows. */
    private record Detail(int fetched, RecordedRows wanted, int[] rows) {
        RoutingBatch.RowValues read(Result result, boolean alone) {
            Tensor tensor = result.get(fetched);
            int width = Math.toIntExact(tensor.shape().get(1));
            RecordedRows present = alone ? wanted.alone() : wanted;
            return new RoutingBatch.RowValues(rows, width, present.floats(TensorMemory.floats(tensor), width));
        }
    }

    /**
     * @param answersOnly whether norms are there for the answer rows only, which are then all that are wanted
     */
    RoutingReadout(
            FeedForwardBlock.Routing routing,
            Capture capture,
            InFlight inFlight,
            boolean answersOnly,
            Prefill.Fetches fetches) {
        this.answersOnly = answersOnly;
        RouterBlock.Decision decision = routing.decision();
        this.experts = fetches.add(decision.experts());
        this.scores = decision.scores().map(fetches::add);
        this.weights = fetches.add(decision.weights());
        this.entropy = fetches.add(decision.entropy());
        this.topKEntropy = fetches.add(decision.topKEntropy());
        this.mass = fetches.add(decision.mass());
        this.margin = fetches.add(decision.margin());
        this.probabilities = detail(capture.probabilities(), decision.probabilities(), capture, inFlight, fetches);
        this.expertNorms = detail(capture.expertNorms(), routing.expertNorms(), capture, inFlight, fetches);
        this.logits = capture.trace() ? Optional.of(fetches.add(decision.logits())) : Optional.empty();
    }

    private static Optional<Detail> detail(
            Capture.Tokens tokens,
            Operand<TFloat32> value,
            Capture capture,
            InFlight inFlight,
            Prefill.Fetches fetches) {
        RecordedRows wanted = RecordedRows.of(tokens, inFlight.batch(), inFlight.prefix());
        if (wanted.count() == 0) {
            return Optional.empty();
        }
        // Each row of a micro-batch is recorded once, where it is not of a prefix, and that has no last tokens.
        int[] rows = tokens == capture.tokens() ? wanted.alone().sources() : wanted.sources();
        return Optional.of(new Detail(fetches.add(value), wanted, rows));
    }

    /** @param lookahead of the recorded rows */
    RoutingBatch read(int layer, Result result, RecordedRows rows, Map<Integer, short[]> lookahead) {
        int topK = Math.toIntExact(result.get(experts).shape().get(1));
        float[] entropies = rows.floats(TensorMemory.floats(result.get(entropy)), 1);
        requireFinite(layer, entropies);
        return new RoutingBatch(
                layer,
                rows.prompts(),
                rows.positions(),
                topK,
                rows.shorts(TensorMemory.ints(result.get(experts)), topK),
                scores.map(fetched -> rows.floats(TensorMemory.floats(result.get(fetched)), topK)),
                rows.floats(TensorMemory.floats(result.get(weights)), topK),
                entropies,
                rows.floats(TensorMemory.floats(result.get(topKEntropy)), 1),
                rows.floats(TensorMemory.floats(result.get(mass)), 1),
                rows.floats(TensorMemory.floats(result.get(margin)), 1),
                lookahead,
                probabilities.map(detail -> detail.read(result, false)),
                expertNorms.map(detail -> detail.read(result, answersOnly)));
    }

    /** Router logits of the recorded rows, in a trace. */
    float[] logits(Result result, RecordedRows rows) {
        Tensor tensor = result.get(logits.orElseThrow());
        return rows.floats(
                TensorMemory.floats(tensor), Math.toIntExact(tensor.shape().get(1)));
    }

    private static void requireFinite(int layer, float[] entropies) {
        for (float entropy : entropies) {
            if (!Float.isFinite(entropy)) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_CHECKPOINT,
                        "The router of layer %d gave values that are not numbers: the weights before it overflow"
                                .formatted(layer));
            }
        }
    }
}
