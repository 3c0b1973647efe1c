package io.gatehouse.store;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rollups of some rows, summed in the units of the file. Summed here and not in SQL: DuckDB's aggregate over the
 * same rows takes a quarter of the time to write them, this is hardly visible. Whole numbers make the sums the same
 * whatever the order.
 */
final class Rollup {
    // Of each slot, after its number of activations. There is one slot per expert: those of the last prompt token
    // first,
    // then those of all before it.
    private static final int WEIGHT = 1;
    private static final int SQUARE = 2;
    private static final int SMALLEST = 3;
    private static final int LARGEST = 4;
    private static final int FIELDS = 5;

    private final int experts;
    private final UsageFeed questionUsage = new UsageFeed();
    private final Map<Integer, Map<Integer, long[]>> bySubject = new TreeMap<>();
    private final Map<Outcome, Map<Integer, long[]>> byOutcome = new TreeMap<>();
    private final Map<Integer, long[]> entropies = new TreeMap<>();

    /**
     * What came of a question.
     *
     * @param answer letter of the right choice
     * @param correct whether the run gave it
     */
    record Outcome(char answer, boolean correct) implements Comparable<Outcome> {
        @Override
        public int compareTo(Outcome other) {
            return Comparator.comparing(Outcome::answer)
                    .thenComparing(Outcome::correct)
                    .compare(this, other);
        }
    }

    /** Of no rows, in layers of so many experts. */
    Rollup(int experts) {
        this.experts = experts;
    }

    /** Of several together, in their order. */
    static Rollup of(int experts, List<Rollup> parts) {
        Rollup whole = new Rollup(experts);
        for (Rollup part : parts) {
            whole.questionUsage.addAll(part.questionUsage);
            part.bySubject.forEach((subject, layers) ->
                    layers.forEach((layer, slots) -> whole.add(whole.bySubject, subject, layer, slots)));
            part.byOutcome.forEach((outcome, layers) ->
                    layers.forEach((layer, slots) -> whole.add(whole.byOutcome, outcome, layer, slots)));
            part.entropies.forEach((key, sums) -> {
                long[] total = whole.entropies.computeIfAbsent(key, missing -> new long[sums.length]);
                for (int i = 0; i < sums.length; i++) {
                    total[i] += sums[i];
                }
            });
        }
        return whole;
    }

    /**
     * Adds all the rows of a question and a layer.
     *
     * @param subject a question that stands for its subject
     */
    void add(Segment<RoutingUnits> segment, int subject, Outcome outcome) {
        long[] slots = new long[2 * experts * FIELDS];
        long[] ofLast = entropies.computeIfAbsent(2 * segment.layer() + 1, key -> new long[6]);
        long[] ofOthers = entropies.computeIfAbsent(2 * segment.layer(), key -> new long[6]);
        RoutingUnits columns = segment.columns();
        for (int row = segment.from(); row < segment.to(); row++) {
            boolean last = columns.last()[row];
            long weight = addUsage(columns, row, last ? 0 : experts, slots);
            addEntropies(columns, row, last ? ofLast : ofOthers, weight);
        }
        for (int slot = 0; slot < slots.length; slot += FIELDS) {
            if (slots[slot] > 0) {
                questionUsage.add(
                        segment.questionId(),
                        segment.layer(),
                        isLast(slot) == 1,
                        expert(slot),
                        slots[slot],
                        slots[slot + WEIGHT]);
            }
        }
        add(bySubject, subject, segment.layer(), slots);
        add(byOutcome, outcome, segment.layer(), slots);
    }

    /** Rollup rows per question. */
    UsageFeed questionUsage() {
        return questionUsage;
    }

    /** Rollup rows per subject, which a question stands for. */
    LongFeed subjectUsage() {
        LongFeed feed = new LongFeed(
                "question_id", "layer", "last", "expert", "n", "weight", "weight_square", "weight_min", "weight_max");
        bySubject.forEach((subject, layers) -> layers.forEach((layer, slots) -> {
            for (int slot = 0; slot < slots.length; slot += FIELDS) {
                if (slots[slot] > 0) {
                    feed.add(
                            subject,
                            layer,
                            isLast(slot),
                            expert(slot),
                            slots[slot],
                            slots[slot + WEIGHT],
                            slots[slot + SQUARE],
                            slots[slot + SMALLEST],
                            slots[slot + LARGEST]);
                }
            }
        }));
        return feed;
    }

    /**
     * Rollup rows per layer and scope of all experts, those that did not fire included. The scope of the whole prompt
     * has the last tokens in it.
     */
    LongFeed expertUsage(Scope recorded) {
        Map<Integer, Map<Integer, long[]>> byLayer = new TreeMap<>();
        bySubject.values().forEach(layers -> layers.forEach((layer, slots) -> add(byLayer, 0, layer, slots)));
        LongFeed feed = new LongFeed("layer", "last", "expert", "n", "weight");
        byLayer.getOrDefault(0, Map.of()).forEach((layer, slots) -> {
            for (int expert = 0; expert < experts; expert++) {
                int last = expert * FIELDS;
                int other = last + experts * FIELDS;
                feed.add(layer, 1, expert, slots[last], slots[last + WEIGHT]);
                if (recorded == Scope.PROMPT) {
                    feed.add(
                            layer, 0, expert, slots[last] + slots[other], slots[last + WEIGHT] + slots[other + WEIGHT]);
                }
            }
        });
        return feed;
    }

    /** Rollup rows per right answer and outcome. */
    LongFeed outcomeUsage() {
        LongFeed feed = new LongFeed("answer", "correct", "layer", "last", "expert", "n", "weight");
        byOutcome.forEach((outcome, layers) -> layers.forEach((layer, slots) -> {
            for (int slot = 0; slot < slots.length; slot += FIELDS) {
                if (slots[slot] > 0) {
                    feed.add(
                            outcome.answer(),
                            outcome.correct() ? 1 : 0,
                            layer,
                            isLast(slot),
                            expert(slot),
                            slots[slot],
                            slots[slot + WEIGHT]);
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
    private static long addUsage(RoutingUnits columns, int row, int firstSlot, long[] slots) {
        int topK = columns.topK();
        short[] chosen = columns.experts();
        int[] weights = columns.weights();
        long sum = 0;
        for (int i = row * topK; i < (row + 1) * topK; i++) {
            int slot = (firstSlot + chosen[i]) * FIELDS;
            long units = weights[i];
            if (slots[slot]++ == 0) {
                slots[slot + SMALLEST] = units;
                slots[slot + LARGEST] = units;
            }
            slots[slot + WEIGHT] += units;
            slots[slot + SQUARE] += units * units;
            slots[slot + SMALLEST] = Math.min(slots[slot + SMALLEST], units);
            slots[slot + LARGEST] = Math.max(slots[slot + LARGEST], units);
            sum += units;
        }
        return sum;
    }

    private static void addEntropies(RoutingUnits columns, int row, long[] sums, long weight) {
        sums[0]++;
        sums[1] += columns.entropy()[row];
        sums[2] += columns.topKEntropy()[row];
        sums[3] += weight;
        sums[4] += columns.spareMass()[row];
        sums[5] += columns.margin()[row];
    }

    private <K> void add(Map<K, Map<Integer, long[]>> groups, K key, int layer, long[] slots) {
        long[] total = groups.computeIfAbsent(key, missing -> new TreeMap<>())
                .computeIfAbsent(layer, missing -> new long[slots.length]);
        for (int slot = 0; slot < slots.length; slot += FIELDS) {
            if (slots[slot] > 0) {
                boolean first = total[slot] == 0;
                total[slot] += slots[slot];
                total[slot + WEIGHT] += slots[slot + WEIGHT];
                total[slot + SQUARE] += slots[slot + SQUARE];
                total[slot + SMALLEST] =
                        first ? slots[slot + SMALLEST] : Math.min(total[slot + SMALLEST], slots[slot + SMALLEST]);
                total[slot + LARGEST] = Math.max(total[slot + LARGEST], slots[slot + LARGEST]);
            }
        }
    }

    private int isLast(int slot) {
        return slot / FIELDS < experts ? 1 : 0;
    }

    private int expert(int slot) {
        return slot / FIELDS % experts;
    }
}
