package io.gatehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.engine.RoutingRows.Place;
import io.gatehouse.engine.prefill.GenerationListener;
import io.gatehouse.engine.prefill.PrefillListener;
import io.gatehouse.engine.prefill.RoutingBatch;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Requires that each router chooses its own experts if it sees what its own block reads, and keeps what it chooses from
 * what the block before read.
 */
final class FreshGate implements PrefillListener {
    private final Map<Place, int[]> stale = new HashMap<>();
    private final Map<Place, int[]> chosen = new HashMap<>();
    private final Set<Integer> layers = new TreeSet<>();

    @Override
    public void routed(RoutingBatch batch) {
        assertThat(batch.lookahead().get(0)).as("layer %d", batch.layer()).containsExactly(batch.experts());
        layers.add(batch.layer());
        for (int i = 0; i < batch.tokens(); i++) {
            Place place = new Place(batch.prompts()[i], batch.layer(), batch.positions()[i]);
            chosen.put(place, row(batch.experts(), i, batch.topK()));
            short[] earlier = batch.lookahead().get(1);
            if (earlier != null) {
                stale.put(place, row(earlier, i, batch.topK()));
            }
        }
    }

    /** The same of what is generated. */
    GenerationListener ofGeneration() {
        return new GenerationListener() {
            @Override
            public void routed(RoutingBatch batch, Phase phase) {
                FreshGate.this.routed(batch);
            }
        };
    }

    @Override
    public void lastLogits(int prompt, float[] logits) {}

    private static int[] row(short[] all, int row, int width) {
        int[] values = new int[width];
        Arrays.setAll(values, i -> all[row * width + i]);
        return values;
    }

    /** Layers with experts. */
    Set<Integer> layers() {
        return layers;
    }

    /** What each router chose. */
    Map<Place, int[]> chosen() {
        return chosen;
    }

    /** What it chose from what the block of the layer with experts before read. */
    Map<Place, int[]> stale() {
        return stale;
    }
}
