package io.gatehouse.store.transfer;

import io.gatehouse.store.run.ModelLayer;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What sequences and counts say together of the model and of the recording: all that must be known before the first shard
 * is written. It is gathered one sequence after the other.
 */
public final class RecordedShape {
    private final Map<Integer, Layer> layers = new TreeMap<>();
    /** Of layers with or without routing. */
    private final Map<Integer, Long> expertBytes = new TreeMap<>();

    private boolean hasSequences;
    private boolean onlyLast = true;
    private boolean generated;
    private boolean ranked = true;
    private int routed;
    private int weighed;
    private int gated;

    /** The largest numbers of one layer. */
    private static final class Layer {
        private int topK;
        private int width;
        private int experts;
        private boolean counted;
    }

    /** Returns the shape of sequences and counts in memory. */
    static RecordedShape of(List<TracedSequence> sequences, List<ExpertCounts> counts) {
        RecordedShape shape = new RecordedShape();
        sequences.forEach(shape::add);
        counts.forEach(shape::add);
        return shape;
    }

    public void add(TracedSequence sequence) {
        hasSequences = true;
        for (TracedLayer traced : sequence.layers()) {
            Layer layer = layer(traced.layer());
            layer.topK = Math.max(layer.topK, traced.topK());
            layer.width = Math.max(layer.width, traced.gateWidth());
            layer.experts = Math.max(layer.experts, Math.max(traced.gateWidth(), traced.expertsOfEntropies()));
            for (int expert : traced.experts()) {
                layer.experts = Math.max(layer.experts, expert + 1);
            }
            int prompt = traced.tokensBefore(sequence.length());
            onlyLast &= prompt == 1 && traced.positions()[0] == sequence.length() - 1;
            generated |= prompt < traced.tokens();
            ranked &= traced.ranked();
            routed += traced.tokens() > 0 ? 1 : 0;
            weighed += traced.weights().length > 0 ? 1 : 0;
            gated += traced.probabilities().length > 0 ? 1 : 0;
        }
    }

    public void add(ExpertCounts counts) {
        Layer layer = layer(counts.layer());
        layer.experts = Math.max(layer.experts, counts.counts().length);
        layer.counted = true;
    }

    /** Adds the size of an expert of a layer, as the source says it; false if it said another one before. */
    public boolean addExpertBytes(int layer, long bytes) {
        return expertBytes.merge(layer, bytes, (known, other) -> known) == bytes;
    }

    private Layer layer(int number) {
        return layers.computeIfAbsent(number, unseen -> new Layer());
    }

    /** Number of the last layer that is known, and one more. */
    public int layers() {
        return 1 + layers.keySet().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    /** The largest number of experts of a layer that was seen: one more than the largest expert; 0 without routing. */
    public int experts() {
        return layers.values().stream().mapToInt(layer -> layer.experts).max().orElse(0);
    }

    /** The largest number of experts of a token; 0 if nothing says it. */
    public int topK() {
        return layers.values().stream().mapToInt(layer -> layer.topK).max().orElse(0);
    }

    /** How many layers of all sequences together have routing. */
    public int routed() {
        return routed;
    }

    /** How many of them have weights. */
    public int weighed() {
        return weighed;
    }

    /** How many of them have the whole gate. */
    public int gated() {
        return gated;
    }

    /** Whether there are layers of sequences, and all say which expert comes first. */
    public boolean ranked() {
        return ranked && topK() > 0;
    }

    /**
     * Returns what is known of each layer: nothing of one without decisions and counts, and nothing of routers.
     *
     * @param count number of layers
     * @param experts experts of a layer; the largest number where layers differ
     * @param countedTopK experts of a token in layers that were counted
     */
    List<ModelLayer> modelLayers(int count, int experts, int countedTopK) {
        // The user may have given more experts than there are probabilities.
        boolean widthsKnown =
                layers.values().stream().mapToInt(layer -> layer.width).max().orElse(0) == experts;
        List<ModelLayer> known = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            Layer layer = layers.getOrDefault(number, new Layer());
            int topK = layer.counted ? countedTopK : layer.topK;
            int ownExperts = widthsKnown && layer.width > 0 ? layer.width : experts;
            known.add(
                    topK == 0
                            ? ModelLayer.of(ModelLayer.Kind.UNKNOWN)
                            : ModelLayer.moe(ownExperts, topK, null)
                                    .withExpertBytes(expertBytes.getOrDefault(number, 0L)));
        }
        return known;
    }

    /** Returns which tokens have decisions, only the last ones or all, and which have their whole gate. */
    Recording recording() {
        Scope scope = hasSequences && onlyLast && !generated ? Scope.LAST_PROMPT : Scope.PROMPT;
        Recording.Probabilities probabilities = gated == 0
                ? Recording.Probabilities.NONE
                : scope == Scope.PROMPT ? Recording.Probabilities.ALL : Recording.Probabilities.LAST_PROMPT;
        return new Recording(scope, probabilities, false);
    }
}
