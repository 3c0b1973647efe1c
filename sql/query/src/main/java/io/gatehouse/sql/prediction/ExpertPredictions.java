package io.gatehouse.sql.prediction;

import static java.util.Objects.requireNonNull;

import io.gatehouse.memory.FileMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Learns from the decisions of one set of questions, and then counts how well those of another set are predicted. Both come
 * by question, position and layer.
 */
public final class ExpertPredictions {
    /** How many MoE layers back experts are coupled. */
    private static final int DISTANCES = 2;

    private final int experts;
    private final FileMemory memory;
    private final Map<Integer, LayerPredictions> layers = new TreeMap<>();

    /** The experts of the token at hand in the layers so far, the nearest layer first. */
    private final List<int[]> above = new ArrayList<>();

    private int question;
    private int position = -1;

    /**
     * How many experts of decisions are among those that a predictor names.
     *
     * @param predicted how many experts it names
     * @param decisions how many decisions it predicted
     * @param uses how many experts these have
     * @param hits how many of those it named
     */
    public record Recall(int layer, Predictor predictor, int predicted, long decisions, long uses, long hits) {
        public Recall {
            requireNonNull(predictor, "predictor is null");
        }
    }

    /**
     * @param experts the largest number of experts of a layer
     * @param memory what the pairs of experts may take
     */
    public ExpertPredictions(int experts, FileMemory memory) {
        this.experts = experts;
        this.memory = requireNonNull(memory, "memory is null");
    }

    /**
     * Learns from the next decision.
     *
     * @param chosen the first {@code count} are its experts, the one of rank 1 first
     */
    public void learn(int atQuestion, int atPosition, int layer, int[] chosen, int count) {
        begin(atQuestion, atPosition);
        layer(layer).learn(chosen, count, above.toArray(int[][]::new));
        push(chosen, count);
    }

    /** Ends learning, before the first decision is scored. */
    public void endLearning() {
        position = -1;
        layers.values().forEach(LayerPredictions::endLearning);
    }

    /**
     * Scores the next decision.
     *
     * @param chosen the first {@code count} are its experts, the one of rank 1 first
     */
    public void score(int atQuestion, int atPosition, int layer, int[] chosen, int count) {
        begin(atQuestion, atPosition);
        layer(layer).score(atQuestion, atPosition, chosen, count, above.toArray(int[][]::new));
        push(chosen, count);
    }

    private void begin(int atQuestion, int atPosition) {
        if (question != atQuestion || position != atPosition) {
            above.clear();
            question = atQuestion;
            position = atPosition;
        }
    }

    private void push(int[] chosen, int count) {
        above.add(0, Arrays.copyOf(chosen, count));
        if (above.size() > DISTANCES) {
            above.remove(DISTANCES);
        }
    }

    private LayerPredictions layer(int layer) {
        return layers.computeIfAbsent(layer, ignored -> {
            memory.take(LayerPredictions.bytes(experts, DISTANCES));
            return new LayerPredictions(experts, DISTANCES);
        });
    }

    /** By layer, predictor and number of experts; without predictors that predicted no decision. */
    public List<Recall> recalls() {
        List<Recall> recalls = new ArrayList<>();
        layers.forEach((layer, predictions) -> {
            for (Predictor predictor : Predictor.values()) {
                add(recalls, layer, predictor, predictions);
            }
        });
        return recalls;
    }

    private static void add(List<Recall> recalls, int layer, Predictor predictor, LayerPredictions predictions) {
        PlaceCounts counts = predictions.counts(predictor);
        long[] hits = counts.hits();
        for (int predicted = 1; counts.decisions() > 0 && predicted <= predictions.most(predictor); predicted++) {
            recalls.add(
                    new Recall(layer, predictor, predicted, counts.decisions(), counts.uses(), hits[predicted - 1]));
        }
    }
}
