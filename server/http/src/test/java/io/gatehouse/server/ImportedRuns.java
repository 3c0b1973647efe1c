package io.gatehouse.server;

import io.gatehouse.store.Store;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.store.transfer.ImportedRun;
import io.gatehouse.store.transfer.TracedAnswer;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Runs of five kinds of other programs, each without something: 2 layers, 4 experts, top-2; 5 sequences of 5 tokens, or
 * counts.
 */
final class ImportedRuns {
    private static final int LAYERS = 2;
    private static final int EXPERTS = 4;
    private static final int TOP_K = 2;
    private static final int SEQUENCES = 5;
    private static final int LENGTH = 5;
    private static final float[] GATE = {0.5f, 0.25f, 0.15f, 0.1f};

    private ImportedRuns() {}

    /** Adds them and returns their names. */
    static List<String> add(Store store) {
        // Token ids and the order of the experts; neither weights nor gates nor answers.
        imported(store, "vllm", sequences(true, LENGTH, false, false), List.of());
        // Nothing but sets of experts, and not of the last token.
        imported(store, "sglang", sequences(false, LENGTH - 1, false, false), List.of());
        // Whole gates and answers; no token ids.
        imported(store, "router-logits", sequences(false, LENGTH, true, true), List.of());
        imported(store, "imatrix", List.of(), counts(Optional.empty()));
        imported(store, "committee", List.of(), counts(Optional.of("code")));
        return List.of("vllm", "sglang", "router-logits", "imatrix", "committee");
    }

    /** Adds a run of a model with so many layers and returns its name. */
    static String addDeep(Store store, int layers) {
        imported(store, "deep", layers, sequences(layers, false, LENGTH, true, false), List.of());
        return "from deep";
    }

    private static void imported(
            Store store, String source, List<TracedSequence> sequences, List<ExpertCounts> counts) {
        imported(store, source, LAYERS, sequences, counts);
    }

    private static void imported(
            Store store, String source, int layers, List<TracedSequence> sequences, List<ExpertCounts> counts) {
        store.importRun(
                ImportedRun.of(
                        "from " + source,
                        source,
                        "served",
                        layers,
                        EXPERTS,
                        TOP_K,
                        Map.of("source", source),
                        sequences,
                        counts),
                "test");
    }

    private static List<ExpertCounts> counts(Optional<String> domain) {
        return IntStream.range(0, LAYERS)
                .mapToObj(layer -> new ExpertCounts(domain, layer, new long[] {10, 6, 4, 0}))
                .toList();
    }

    private static List<TracedSequence> sequences(boolean tokens, int recorded, boolean gates, boolean answers) {
        return sequences(LAYERS, tokens, recorded, gates, answers);
    }

    private static List<TracedSequence> sequences(
            int layers, boolean tokens, int recorded, boolean gates, boolean answers) {
        return IntStream.range(0, SEQUENCES)
                .mapToObj(number -> {
                    String name = "sequence-" + number;
                    return new TracedSequence(
                            name,
                            Optional.empty(),
                            "",
                            tokens ? IntStream.range(100, 100 + LENGTH).toArray() : new int[0],
                            LENGTH,
                            layers(layers, number, recorded, tokens, gates),
                            answers
                                    ? Optional.of(new TracedAnswer(name, "", "", Optional.empty(), number % 2 == 0))
                                    : Optional.empty());
                })
                .toList();
    }

    private static List<TracedLayer> layers(int layers, int sequence, int recorded, boolean ranked, boolean gates) {
        return IntStream.range(0, layers)
                .mapToObj(layer -> {
                    int[] experts = new int[recorded * TOP_K];
                    float[] weights = new float[gates ? experts.length : 0];
                    float[] probabilities = new float[gates ? recorded * EXPERTS : 0];
                    for (int token = 0; token < recorded; token++) {
                        for (int rank = 0; rank < TOP_K; rank++) {
                            int expert = (sequence + layer + token + rank) % EXPERTS;
                            experts[token * TOP_K + rank] = expert;
                            if (gates) {
                                weights[token * TOP_K + rank] = GATE[rank];
                            }
                        }
                        for (int rank = 0; gates && rank < EXPERTS; rank++) {
                            probabilities[token * EXPERTS + (sequence + layer + token + rank) % EXPERTS] = GATE[rank];
                        }
                    }
                    return new TracedLayer(
                            layer,
                            TOP_K,
                            IntStream.range(0, recorded).toArray(),
                            experts,
                            ranked || gates,
                            weights,
                            probabilities);
                })
                .toList();
    }
}
