package io.gatehouse.store.write;

import io.gatehouse.store.schema.Units;

/**
 * Sums of the figures of decisions in units, for each {@link TokenKind} of each layer. The sum of a figure that no decision
 * has is {@link LongFeed#ABSENT}.
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
        sums = new long[TokenKind.COUNT * layers][FIELDS];
        known = new boolean[TokenKind.COUNT * layers][FIELDS];
    }

    void add(Segment<RoutingBlock> segment) {
        RoutingColumns columns = segment.columns().source();
        short[] spareMass = segment.columns().spareMass();
        boolean[] present = {
            true,
            columns.entropy().length > 0,
            columns.topKEntropy().length > 0,
            spareMass.length > 0,
            columns.margin().length > 0
        };
        int ofLasts = place(segment.layer(), TokenKind.LAST_PROMPT);
        int ofOthers = place(segment.layer(), TokenKind.ofOthers(columns.generated()));
        for (int row = segment.from(); row < segment.to(); row++) {
            long[] fields = sums[columns.last()[row] ? ofLasts : ofOthers];
            fields[TOKENS]++;
            fields[ENTROPY] += present[ENTROPY] ? (short) Units.of(columns.entropy()[row], Units.ENTROPY) : 0;
            fields[TOP_K_ENTROPY] += present[TOP_K_ENTROPY] ? Units.of(columns.topKEntropy()[row], Units.MARGIN) : 0;
            fields[SPARE_MASS] += present[SPARE_MASS] ? spareMass[row] : 0;
            fields[MARGIN] += present[MARGIN] ? Units.of(columns.margin()[row], Units.MARGIN) : 0;
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

    long tokens(int layer, TokenKind kind) {
        return sums[place(layer, kind)][TOKENS];
    }

    long entropy(int layer, TokenKind kind) {
        return sum(layer, kind, ENTROPY);
    }

    long topKEntropy(int layer, TokenKind kind) {
        return sum(layer, kind, TOP_K_ENTROPY);
    }

    long spareMass(int layer, TokenKind kind) {
        return sum(layer, kind, SPARE_MASS);
    }

    long margin(int layer, TokenKind kind) {
        return sum(layer, kind, MARGIN);
    }

    private long sum(int layer, TokenKind kind, int field) {
        int place = place(layer, kind);
        return known[place][field] ? sums[place][field] : LongFeed.ABSENT;
    }

    private static int place(int layer, TokenKind kind) {
        return TokenKind.COUNT * layer + kind.place();
    }
}
