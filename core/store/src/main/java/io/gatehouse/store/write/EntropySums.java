package io.gatehouse.store.write;

/**
 * Sums of figures of decisions, in the units of the file, for each {@link TokenKind} of each layer. The sum of a figure that no decision
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
        RoutingBlock block = segment.columns();
        boolean[] last = block.source().last();
        boolean[] present = {true, block.hasEntropy(), block.hasTopKEntropy(), block.hasSpareMass(), block.hasMargin()};
        int ofLasts = place(segment.layer(), TokenKind.LAST_PROMPT);
        int ofOthers = place(segment.layer(), TokenKind.ofOthers(block.source().generated()));
        for (int row = segment.from(); row < segment.to(); row++) {
            long[] fields = sums[last[row] ? ofLasts : ofOthers];
            fields[TOKENS]++;
            fields[ENTROPY] += present[ENTROPY] ? block.entropy(row) : 0;
            fields[TOP_K_ENTROPY] += present[TOP_K_ENTROPY] ? block.topKEntropy(row) : 0;
            fields[SPARE_MASS] += present[SPARE_MASS] ? block.spareMass()[row] : 0;
            fields[MARGIN] += present[MARGIN] ? block.margin(row) : 0;
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
