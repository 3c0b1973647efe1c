package io.gatehouse.store.write;

/** Sums of the figures of decisions in units, for the last tokens of prompts and for the others of each layer. */
final class EntropySums {
    private static final int TOKENS = 0;
    private static final int ENTROPY = 1;
    private static final int TOP_K_ENTROPY = 2;
    private static final int SPARE_MASS = 3;
    private static final int MARGIN = 4;
    private static final int FIELDS = 5;

    private final long[][] sums;

    EntropySums(int layers) {
        sums = new long[2 * layers][FIELDS];
    }

    void add(Segment<RoutingUnits> segment) {
        RoutingUnits columns = segment.columns();
        long[] ofLasts = sums(segment.layer(), true);
        long[] ofOthers = sums(segment.layer(), false);
        for (int row = segment.from(); row < segment.to(); row++) {
            long[] fields = columns.last()[row] ? ofLasts : ofOthers;
            fields[TOKENS]++;
            fields[ENTROPY] += columns.entropy()[row];
            fields[TOP_K_ENTROPY] += columns.topKEntropy()[row];
            fields[SPARE_MASS] += columns.spareMass()[row];
            fields[MARGIN] += columns.margin()[row];
        }
    }

    void add(EntropySums others) {
        for (int i = 0; i < sums.length; i++) {
            for (int field = 0; field < FIELDS; field++) {
                sums[i][field] += others.sums[i][field];
            }
        }
    }

    long tokens(int layer, boolean last) {
        return sums(layer, last)[TOKENS];
    }

    long entropy(int layer, boolean last) {
        return sums(layer, last)[ENTROPY];
    }

    long topKEntropy(int layer, boolean last) {
        return sums(layer, last)[TOP_K_ENTROPY];
    }

    long spareMass(int layer, boolean last) {
        return sums(layer, last)[SPARE_MASS];
    }

    long margin(int layer, boolean last) {
        return sums(layer, last)[MARGIN];
    }

    private long[] sums(int layer, boolean last) {
        return sums[2 * layer + (last ? 1 : 0)];
    }
}
