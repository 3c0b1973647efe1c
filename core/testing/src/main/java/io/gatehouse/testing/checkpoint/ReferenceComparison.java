package io.gatehouse.testing.checkpoint;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Compares what {@code gatehouse prefill} wrote with the outputs of another engine, by the rules of the compare.py beside
 * the fixtures: chosen experts as sets, weights by expert, and numbers within 2e-4 of the larger of 1 and the root mean
 * square of what is expected. Tokens that a model generates are left out, since Gatehouse generates none.
 *
 * @param compared number of tensors that were compared
 * @param largest the largest difference of numbers, as a share of that size
 * @param wrong what differs or is missing, in words
 */
public record ReferenceComparison(int compared, double largest, List<String> wrong) {
    private static final double TOLERANCE = 2e-4;

    public ReferenceComparison {
        wrong = List.copyOf(wrong);
    }

    /** Compares each tensor of {@code expected}, a safetensors file, with that of its name in the other file. */
    public static ReferenceComparison of(Path actual, Path expected) throws IOException {
        requireNonNull(actual, "actual is null");
        requireNonNull(expected, "expected is null");
        ReferenceFile have = new ReferenceFile(actual);
        ReferenceFile want = new ReferenceFile(expected);
        List<String> wrong = new ArrayList<>();
        int compared = 0;
        double largest = 0;
        for (String key : want.names()) {
            String kind = key.substring(key.lastIndexOf('.') + 1);
            if (!kind.startsWith("generated")) {
                largest = Math.max(largest, difference(key, kind, have, want, wrong));
                compared++;
            }
        }
        return new ReferenceComparison(compared, largest, wrong);
    }

    /** The difference of two tensors of numbers; 0 for experts, and where the tensors cannot be compared. */
    private static double difference(
            String key, String kind, ReferenceFile actual, ReferenceFile expected, List<String> wrong) {
        if (!actual.has(key)) {
            wrong.add(key + " is missing");
            return 0;
        }
        if (!actual.shape(key).equals(expected.shape(key))) {
            wrong.add("%s has shape %s instead of %s".formatted(key, actual.shape(key), expected.shape(key)));
            return 0;
        }
        double[] have = actual.values(key);
        double[] want = expected.values(key);
        int width = expected.shape(key).get(expected.shape(key).size() - 1);
        if (kind.equals("topk_ids")) {
            long differing = rows(want, width) - equalSets(have, want, width);
            if (differing > 0) {
                wrong.add("%s: %d of %d sets differ".formatted(key, differing, rows(want, width)));
            }
            return 0;
        }
        if (kind.equals("topk_weights")) {
            String ids = key.replace("weights", "ids");
            have = byId(have, actual.values(ids), width);
            want = byId(want, expected.values(ids), width);
        }
        double largest = difference(have, want);
        if (!(largest <= TOLERANCE)) {
            wrong.add(String.format(Locale.ROOT, "%s: %.1e", key, largest));
        }
        return largest;
    }

    /** The largest difference, as a share of the larger of 1 and the root mean square of what is expected. */
    public static double difference(double[] have, double[] want) {
        double scale = Math.max(
                1, Math.sqrt(Arrays.stream(want).map(x -> x * x).average().orElse(0)));
        double largest = 0;
        for (int i = 0; i < want.length; i++) {
            largest = Math.max(largest, Math.abs(have[i] - want[i]));
        }
        return largest / scale;
    }

    private static int rows(double[] values, int width) {
        return values.length / width;
    }

    private static long equalSets(double[] have, double[] want, int width) {
        long equal = 0;
        for (int row = 0; row < rows(want, width); row++) {
            equal += Arrays.equals(sorted(have, row, width), sorted(want, row, width)) ? 1 : 0;
        }
        return equal;
    }

    private static double[] sorted(double[] values, int row, int width) {
        double[] part = Arrays.copyOfRange(values, row * width, (row + 1) * width);
        Arrays.sort(part);
        return part;
    }

    /** The weights of each row in the order of the experts' numbers. */
    private static double[] byId(double[] weights, double[] ids, int width) {
        double[] ordered = new double[weights.length];
        for (int row = 0; row < rows(weights, width); row++) {
            Map<Double, Double> byExpert = new TreeMap<>();
            for (int i = row * width; i < (row + 1) * width; i++) {
                byExpert.put(ids[i], weights[i]);
            }
            int at = row * width;
            for (double weight : byExpert.values()) {
                ordered[at++] = weight;
            }
        }
        return ordered;
    }
}
