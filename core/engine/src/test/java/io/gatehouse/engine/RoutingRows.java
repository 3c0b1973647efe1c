package io.gatehouse.engine;

import io.gatehouse.engine.prefill.PrefillListener;
import io.gatehouse.engine.prefill.RoutingBatch;
import io.gatehouse.engine.prefill.RoutingBatch.RowValues;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Keeps what the engine delivers, token by token. */
final class RoutingRows implements PrefillListener {
    /** A token's place. */
    record Place(int prompt, int layer, int position) {}

    /** What one router decided for one token; columns as in {@link RoutingBatch}. */
    record Row(
            int[] experts,
            float[] weights,
            float entropy,
            float topKEntropy,
            float mass,
            float margin,
            Optional<float[]> probabilities,
            Optional<float[]> expertNorms) {
        boolean hasSameBits(Row other) {
            return Arrays.equals(experts, other.experts)
                    && Arrays.equals(weights, other.weights)
                    && Arrays.equals(probabilities.orElseThrow(), other.probabilities.orElseThrow())
                    && Arrays.equals(expertNorms.orElseThrow(), other.expertNorms.orElseThrow())
                    && entropy == other.entropy
                    && margin == other.margin;
        }
    }

    private final Map<Place, Row> rows = new HashMap<>();
    final Map<Integer, float[]> lastLogits = new TreeMap<>();

    @Override
    public void routed(RoutingBatch batch) {
        int k = batch.topK();
        for (int i = 0; i < batch.tokens(); i++) {
            int[] experts = new int[k];
            for (int rank = 0; rank < k; rank++) {
                experts[rank] = batch.experts()[i * k + rank];
            }
            int row = i;
            Row before = rows.put(
                    new Place(batch.prompts()[i], batch.layer(), batch.positions()[i]),
                    new Row(
                            experts,
                            part(batch.weights(), i, k),
                            batch.entropy()[i],
                            batch.topKEntropy()[i],
                            batch.mass()[i],
                            batch.margin()[i],
                            batch.probabilities().flatMap(all -> ofRow(all, row)),
                            batch.expertNorms().flatMap(all -> ofRow(all, row))));
            if (before != null) {
                throw new AssertionError("A token was delivered twice");
            }
        }
    }

    @Override
    public void lastLogits(int prompt, float[] logits) {
        lastLogits.put(prompt, logits);
    }

    Row row(Place place) {
        Row row = rows.get(place);
        if (row == null) {
            throw new AssertionError("The engine said nothing of " + place);
        }
        return row;
    }

    /** A prompt's decisions, layer by layer. */
    List<Row> of(int prompt) {
        return rows.entrySet().stream()
                .filter(entry -> entry.getKey().prompt() == prompt)
                .sorted(Map.Entry.comparingByKey(
                        Comparator.comparingInt(Place::layer).thenComparingInt(Place::position)))
                .map(Map.Entry::getValue)
                .toList();
    }

    private static Optional<float[]> ofRow(RowValues all, int row) {
        int index = Arrays.binarySearch(all.rows(), row);
        return index < 0 ? Optional.empty() : Optional.of(part(all.values(), index, all.width()));
    }

    private static float[] part(float[] all, int row, int width) {
        return Arrays.copyOfRange(all, row * width, (row + 1) * width);
    }
}
