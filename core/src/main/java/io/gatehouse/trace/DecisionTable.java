package io.gatehouse.trace;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.TracedLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Gathers a sequence's decisions one expert at a time, in any order of layers and tokens. */
final class DecisionTable {
    private final boolean ranked;
    private final Map<Integer, Map<Integer, List<Chosen>>> byLayerAndToken = new TreeMap<>();
    private boolean weighted;

    private record Chosen(int expert, float weight) {}

    /** @param ranked whether the experts of a token come best first */
    DecisionTable(boolean ranked) {
        this.ranked = ranked;
    }

    /** Adds an expert of a token, its weight unknown. */
    void add(int layer, int token, int expert) {
        put(layer, token, new Chosen(expert, 0));
    }

    /** Adds an expert of a token. */
    void add(int layer, int token, int expert, float weight) {
        weighted = true;
        put(layer, token, new Chosen(expert, weight));
    }

    private void put(int layer, int token, Chosen chosen) {
        byLayerAndToken
                .computeIfAbsent(layer, unseen -> new TreeMap<>())
                .computeIfAbsent(token, unseen -> new ArrayList<>())
                .add(chosen);
    }

    /**
     * The decisions layer by layer.
     *
     * @param place names the source in errors
     * @throws GatehouseException CORRUPT_DATASET if tokens of a layer have different numbers of experts, or one twice
     */
    List<TracedLayer> layers(String place) {
        List<TracedLayer> layers = new ArrayList<>();
        byLayerAndToken.forEach((layer, tokens) -> layers.add(layer(place, layer, tokens)));
        return layers;
    }

    private TracedLayer layer(String place, int layer, Map<Integer, List<Chosen>> tokens) {
        int topK = tokens.values().iterator().next().size();
        int[] positions = tokens.keySet().stream().mapToInt(Integer::intValue).toArray();
        int[] experts = new int[positions.length * topK];
        float[] weights = new float[weighted ? experts.length : 0];
        int at = 0;
        for (Map.Entry<Integer, List<Chosen>> token : tokens.entrySet()) {
            List<Chosen> chosen = token.getValue();
            if (chosen.size() != topK) {
                throw corrupt(
                        place,
                        "has %d experts for token %d of layer %d, but %d for the first"
                                .formatted(chosen.size(), token.getKey(), layer, topK));
            }
            if (chosen.stream().map(Chosen::expert).distinct().count() != topK) {
                throw corrupt(place, "names an expert twice for token %d of layer %d".formatted(token.getKey(), layer));
            }
            for (Chosen one : chosen) {
                if (weighted) {
                    weights[at] = one.weight();
                }
                experts[at++] = one.expert();
            }
        }
        return new TracedLayer(layer, topK, positions, experts, ranked, weights, new float[0]);
    }

    private static GatehouseException corrupt(String place, String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(place, what));
    }
}
