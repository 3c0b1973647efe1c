package io.gatehouse.store.transfer;

import static java.util.Objects.requireNonNull;

import io.gatehouse.store.run.ModelLayer;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.schema.GivenName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A run that another engine recorded.
 *
 * @param source the kind of files it came from, such as {@code vllm}
 * @param model name of the model, given by the user
 * @param layers known transformer layers of the model
 * @param experts experts of a layer; the largest number where layers differ
 * @param topK experts that each token is sent to
 * @param provenance properties of the files, and of what they lack
 * @param sequences its sequences, in order
 * @param counts counts, if the source has nothing else
 */
public record ImportedRun(
        String name,
        String source,
        String model,
        int layers,
        int experts,
        int topK,
        Map<String, String> provenance,
        List<TracedSequence> sequences,
        List<ExpertCounts> counts) {
    public ImportedRun {
        requireNonNull(name, "name is null");
        requireNonNull(source, "source is null");
        requireNonNull(model, "model is null");
        GivenName.checked("a run", name);
        provenance = Map.copyOf(provenance);
        sequences = List.copyOf(sequences);
        counts = List.copyOf(counts);
        if (sequences.isEmpty() == counts.isEmpty()) {
            throw new IllegalArgumentException(
                    "An imported run has %d sequences and %d counts".formatted(sequences.size(), counts.size()));
        }
        if (experts < 1 || experts > Short.MAX_VALUE || topK < 1 || topK > experts) {
            throw new IllegalArgumentException("Top-k %d of %d experts".formatted(topK, experts));
        }
    }

    /** Returns what is known of each layer: nothing of one without decisions and counts, and nothing of routers. */
    List<ModelLayer> modelLayers() {
        int[] topKs = new int[layers];
        int[] widths = new int[layers];
        for (TracedSequence sequence : sequences) {
            for (TracedLayer layer : sequence.layers()) {
                topKs[layer.layer()] = Math.max(topKs[layer.layer()], layer.topK());
                widths[layer.layer()] = Math.max(widths[layer.layer()], layer.gateWidth());
            }
        }
        counts.forEach(count -> topKs[count.layer()] = topK);
        // The user may have given more experts than there are probabilities.
        boolean widthsKnown = IntStream.of(widths).max().orElse(0) == experts;
        List<ModelLayer> known = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            int ownExperts = widthsKnown && widths[layer] > 0 ? widths[layer] : experts;
            known.add(
                    topKs[layer] == 0
                            ? ModelLayer.of(ModelLayer.Kind.UNKNOWN)
                            : ModelLayer.moe(ownExperts, topKs[layer], null));
        }
        return known;
    }

    /** Returns the tokens whose decisions it has: only the last ones, or all. */
    Scope scope() {
        boolean lastOnly = counts.isEmpty()
                && sequences.stream()
                        .allMatch(sequence -> sequence.layers().stream()
                                .allMatch(
                                        layer -> layer.tokens() == 1 && layer.positions()[0] == sequence.length() - 1));
        return lastOnly ? Scope.LAST_PROMPT : Scope.PROMPT;
    }

    /** Returns the tokens whose whole gate it has. */
    Recording.Probabilities probabilities() {
        boolean whole = sequences.stream()
                .flatMap(sequence -> sequence.layers().stream())
                .anyMatch(layer -> layer.probabilities().length > 0);
        if (!whole) {
            return Recording.Probabilities.NONE;
        }
        return scope() == Scope.PROMPT ? Recording.Probabilities.ALL : Recording.Probabilities.LAST_PROMPT;
    }
}
