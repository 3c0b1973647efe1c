package io.gatehouse.store;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rollups of a commit, summed in the units of the file while its rows go by in the order of the disk. Summed here
 * and not in SQL: DuckDB's aggregate over the same rows takes a quarter of the time to write them, this is hardly
 * visible. Whole numbers make the sums the same whatever the order.
 */
final class Rollup {
    /** Of each slot: number of activations, sum of weights, sum of squares of weights. */
    private static final int SUMS = 3;

    private final int experts;
    private final Map<Integer, Integer> subjects;
    // One slot per expert: those of the last prompt token first, then those of all the tokens before it.
    private final long[] slots;
    private final Map<Integer, Map<Integer, long[]>> bySubject = new TreeMap<>();
    private final Map<Integer, long[]> entropies = new TreeMap<>();
    private final UsageFeed questionUsage = new UsageFeed();
    private int questionId = -1;
    private int layer = -1;

    /**
     * For a commit of a run.
     *
     * @param experts experts of a layer
     * @param subjects for each question, one question that stands for its subject
     */
    Rollup(int experts, Map<Integer, Integer> subjects) {
        this.experts = experts;
        this.subjects = subjects;
        this.slots = new long[2 * experts * SUMS];
    }

    /** Adds the rows of a segment, whose weights in units begin at {@code from} of the array. */
    void add(Segment<RoutingColumns> segment, int[] weightUnits, int from) {
        if (segment.questionId() != questionId || segment.layer() != layer) {
            flush();
            questionId = segment.questionId();
            layer = segment.layer();
        }
        long[] ofLast = entropies.computeIfAbsent(2 * layer + 1, key -> new long[6]);
        long[] ofOthers = entropies.computeIfAbsent(2 * layer, key -> new long[6]);
        RoutingColumns columns = segment.columns();
        int unit = from;
        for (int row = segment.from(); row < segment.to(); row++, unit += columns.topK()) {
            boolean last = columns.last()[row];
            long weight = addUsage(columns, row, last ? 0 : experts, weightUnits, unit);
            addEntropies(columns, row, last ? ofLast : ofOthers, weight);
        }
    }

    /** Rollup rows per question; complete once the last segment is added. */
    UsageFeed questionUsage() {
        flush();
        return questionUsage;
    }

    /** Rollup rows per subject, which a question stands for. */
    LongFeed subjectUsage() {
        flush();
        LongFeed feed = new LongFeed("question_id", "layer", "last", "expert", "n", "weight", "weight_square");
        bySubject.forEach((subject, layers) -> layers.forEach((ofLayer, sums) -> {
            for (int slot = 0; slot < sums.length; slot += SUMS) {
                if (sums[slot] > 0) {
                    feed.add(subject, ofLayer, last(slot), expert(slot), sums[slot], sums[slot + 1], sums[slot + 2]);
                }
            }
        }));
        return feed;
    }

    /** Rollup rows per layer of what is said about tokens. */
    LongFeed layerEntropy() {
        LongFeed feed =
                new LongFeed("layer", "last", "n", "entropy", "top_k_entropy", "weight", "spare_mass", "margin");
        entropies.forEach((key, sums) -> {
            if (sums[0] > 0) {
                feed.add(key / 2, key % 2, sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]);
            }
        });
        return feed;
    }

    /** Counts the experts of a row and returns the sum of its weights. */
    private long addUsage(RoutingColumns columns, int row, int firstSlot, int[] weightUnits, int from) {
        int topK = columns.topK();
        short[] chosen = columns.experts();
        long sum = 0;
        for (int i = 0; i < topK; i++) {
            int slot = (firstSlot + chosen[row * topK + i]) * SUMS;
            long units = weightUnits[from + i];
            slots[slot]++;
            slots[slot + 1] += units;
            slots[slot + 2] += units * units;
            sum += units;
        }
        return sum;
    }

    private static void addEntropies(RoutingColumns columns, int row, long[] sums, long weight) {
        sums[0]++;
        sums[1] += Units.of(columns.entropy()[row], Units.ENTROPY);
        sums[2] += Units.of(columns.topKEntropy()[row], Units.MARGIN);
        sums[3] += weight;
        sums[4] += RoutingFeed.spareMass(columns, row);
        sums[5] += Units.of(columns.margin()[row], Units.MARGIN);
    }

    private void flush() {
        if (questionId < 0) {
            return;
        }
        long[] ofSubject = bySubject
                .computeIfAbsent(subjects.getOrDefault(questionId, questionId), key -> new TreeMap<>())
                .computeIfAbsent(layer, key -> new long[slots.length]);
        for (int slot = 0; slot < slots.length; slot += SUMS) {
            if (slots[slot] > 0) {
                questionUsage.add(questionId, layer, last(slot) == 1, expert(slot), slots[slot], slots[slot + 1]);
                ofSubject[slot] += slots[slot];
                ofSubject[slot + 1] += slots[slot + 1];
                ofSubject[slot + 2] += slots[slot + 2];
            }
        }
        Arrays.fill(slots, 0);
        questionId = -1;
    }

    private int last(int slot) {
        return slot / SUMS < experts ? 1 : 0;
    }

    private int expert(int slot) {
        return slot / SUMS % experts;
    }
}
