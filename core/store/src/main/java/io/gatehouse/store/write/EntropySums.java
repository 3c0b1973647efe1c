package io.gatehouse.store.write;

/**
 * Sums of the figures of decisions in units, for the last tokens of prompts and for the others of each layer. The sum of a
 * figure that no decision has is {@link LongFeed#ABSENT}.
 */
final class EntropySums {
    private static final int TOKENS = 0;
    private static final int ENTROPY = 1;
    private static final int TOP_K_ENTROPY = 2;
    private static final int SPARE_MASS = 3;
    private static final int MARGIN = 4;
    private static final int FIELDS = 5;

    private final long[][] sums;
    private final boolean[][] known;

    EntropySums(int layers) {
        sums = new long[2 * layers][FIELDS];
        known = new boolean[2 * layers][FIELDS];
    }

    void add(Segment<RoutingUnits> segment) {
        RoutingUnits columns = segment.columns();
        boolean[] present = {
            true,
            columns.entropy().length > 0,
            columns.topKEntropy().length > 0,
            columns.spareMass().length > 0,
            columns.margin().length > 0
        };
        int ofLasts = place(segment.layer(), true);
        int ofOthers = place(segment.layer(), false);
        for (int row = segment.from(); row < segment.to(); row++) {
            long[] fields = sums[columns.last()[row] ? ofLasts : ofOthers];
            fields[TOKENS]++;
            fields[ENTROPY] += present[ENTROPY] ? columns.entropy()[row] : 0;
            fields[TOP_K_ENTROPY] += present[TOP_K_ENTROPY] ? columns.topKEntropy()[row] : 0;
            fields[SPARE_MASS] += present[SPARE_MASS] ? columns.spareMass()[row] : 0;
            fields[MARGIN] += present[MARGIN] ? columns.margin()[row] : 0;
        }
        learn(ofLasts, present);
        learn(ofOthers, present);
    }

    void add(EntropySums others) {
        for (int i = 0; i < sums.length; i++) {
            for (int field = 0; field < FIELDS; field++) {
                sums[i][field] += others.sums[i][field];
            }
            learn(i, others.known[i]);
        }
    }

    private void learn(int place, boolean[] present) {
        for (int field = 0; field < FIELDS; field++) {
            known[place][field] |= present[field];
        }
    }

    long tokens(int layer, boolean last) {
        return sums[place(layer, last)][TOKENS];
    }

    long entropy(int layer, boolean last) {
        return sum(layer, last, ENTROPY);
    }

    long topKEntropy(int layer, boolean last) {
        return sum(layer, last, TOP_K_ENTROPY);
    }

    long spareMass(int layer, boolean last) {
        return sum(layer, last, SPARE_MASS);
    }

    long margin(int layer, boolean last) {
        return sum(layer, last, MARGIN);
    }

    private long sum(int layer, boolean last, int field) {
        int place = place(layer, last);
        return known[place][field] ? sums[place][field] : LongFeed.ABSENT;
    }

    private static int place(int layer, boolean last) {
        return 2 * layer + (last ? 1 : 0);
    }
}
