package io.gatehouse.handover;

import io.gatehouse.client.Rows;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Activations by layer and expert: a row for every layer of the model, all 0 where a layer has no experts.
 *
 * @param tokens how many tokens are counted
 * @param routed whether a layer has experts
 */
record ExpertMatrix(String scope, long tokens, boolean[] routed, long[][] activations) {
    static ExpertMatrix of(Handover handover, HandoverFormat format) {
        ExportedRun run = handover.exported();
        String scope = handover.scope(run);
        boolean[] routed = new boolean[run.layers()];
        long[][] activations = new long[run.layers()][run.experts()];
        try (Rows rows = run.ask("activations", scope)) {
            while (rows.next()) {
                int layer = ExportedRun.number(rows, 0);
                routed[layer] = true;
                activations[layer][ExportedRun.number(rows, 1)] = ExportedRun.count(rows, 2);
            }
        }
        if (Arrays.stream(activations).flatMapToLong(Arrays::stream).allMatch(n -> n == 0)) {
            throw run.lacks(format, "recorded no routing at scope %s".formatted(scope));
        }
        return new ExpertMatrix(scope, run.tokens(scope), routed, activations);
    }

    HandoverFormat.Written written() {
        return new HandoverFormat.Written(scope, tokens);
    }

    /** The experts of a layer that fired, the most used first, of equal ones the first; no more than asked for. */
    int[] hottest(int layer, Optional<Integer> most) {
        long[] counts = activations[layer];
        return IntStream.range(0, counts.length)
                .filter(expert -> counts[expert] > 0)
                .boxed()
                .sorted(Comparator.comparingLong(expert -> -counts[expert]))
                .limit(most.orElse(counts.length))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** The shape that SGLang loads for {@code --init-expert-location}. */
    void writeLoads(Writer out) throws IOException {
        List<String> rows = Arrays.stream(activations)
                .map(counts ->
                        row(LongStream.of(counts).mapToObj(Long::toString).toList()))
                .toList();
        out.write("{\"scope\": \"%s\", %s}\n".formatted(scope, field("logical_count", rows)));
    }

    /** The experts that never fired, also as one text that {@code run --mask} takes. */
    void writeMask(Writer out) throws IOException {
        List<String> places = new ArrayList<>();
        List<String> rows = new ArrayList<>();
        for (int layer = 0; layer < activations.length; layer++) {
            List<String> cells = new ArrayList<>();
            for (int expert = 0; expert < activations[layer].length; expert++) {
                // An expert that a layer does not have is not one that never fired.
                boolean unused = routed[layer] && activations[layer][expert] == 0;
                cells.add(Boolean.toString(unused));
                if (unused) {
                    places.add(layer + ":" + expert);
                }
            }
            rows.add(row(cells));
        }
        out.write("{\"scope\": \"%s\", \"mask\": \"%s\", %s}\n"
                .formatted(scope, String.join(",", places), field("unused", rows)));
    }

    private static String field(String name, List<String> rows) {
        return "\"%s\": [\n  %s\n]".formatted(name, String.join(",\n  ", rows));
    }

    private static String row(List<String> cells) {
        return cells.stream().collect(Collectors.joining(", ", "[", "]"));
    }
}
