package io.gatehouse.engine;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Optional;
import org.tensorflow.Result;
import org.tensorflow.Tensor;

/** Fetches what the router of a layer decided, and reads it for the rows that are recorded. */
final class RoutingReadout {
    private final int experts;
    private final int weights;
    private final int entropy;
    private final int topKEntropy;
    private final int mass;
    private final int margin;
    private final Optional<Integer> probabilities;
    private final Optional<Integer> expertNorms;
    private final Optional<Integer> logits;
    private final boolean answersOnly;

    /**
     * @param answersOnly whether norms are there for the answer rows only, which are then those recorded
     */
    RoutingReadout(FeedForwardBlock.Routing routing, Capture capture, boolean answersOnly, FetchList fetches) {
        this.answersOnly = answersOnly;
        RouterBlock.Decision decision = routing.decision();
        this.experts = fetches.add(decision.experts());
        this.weights = fetches.add(decision.weights());
        this.entropy = fetches.add(decision.entropy());
        this.topKEntropy = fetches.add(decision.topKEntropy());
        this.mass = fetches.add(decision.mass());
        this.margin = fetches.add(decision.margin());
        this.probabilities =
                capture.probabilities() ? Optional.of(fetches.add(decision.probabilities())) : Optional.empty();
        this.expertNorms = capture.expertNorms() ? Optional.of(fetches.add(routing.expertNorms())) : Optional.empty();
        this.logits = capture.trace() ? Optional.of(fetches.add(decision.logits())) : Optional.empty();
    }

    RoutingBatch read(int layer, Result result, RecordedRows rows) {
        int topK = Math.toIntExact(result.get(experts).shape().get(1));
        float[] entropies = rows.floats(TensorMemory.floats(result.get(entropy)), 1);
        requireFinite(layer, entropies);
        return new RoutingBatch(
                layer,
                rows.prompts(),
                rows.positions(),
                topK,
                rows.shorts(TensorMemory.ints(result.get(experts)), topK),
                rows.floats(TensorMemory.floats(result.get(weights)), topK),
                entropies,
                rows.floats(TensorMemory.floats(result.get(topKEntropy)), 1),
                rows.floats(TensorMemory.floats(result.get(mass)), 1),
                rows.floats(TensorMemory.floats(result.get(margin)), 1),
                probabilities.map(index -> wide(result.get(index), rows)),
                expertNorms.map(index ->
                        (answersOnly ? rows.alone() : rows).floats(TensorMemory.floats(result.get(index)), topK)));
    }

    /** Router logits of the recorded rows, in a trace. */
    float[] logits(Result result, RecordedRows rows) {
        return wide(result.get(logits.orElseThrow()), rows);
    }

    private static float[] wide(Tensor tensor, RecordedRows rows) {
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
