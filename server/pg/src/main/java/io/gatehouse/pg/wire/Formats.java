package io.gatehouse.pg.wire;

import java.util.ArrayList;
import java.util.List;

/**
 * The formats of values, in text or in binary.
 *
 * @param codes 0 for text or 1 for binary: none for all in text, one for all, or one for each value
 */
public record Formats(List<Integer> codes) {
    public static final Formats TEXT = new Formats(List.of());
    public static final Formats BINARY = new Formats(List.of(1));

    public Formats {
        codes = List.copyOf(codes);
        if (codes.stream().anyMatch(code -> code != 0 && code != 1)) {
            throw new ProtocolViolation("the formats of values are 0 and 1, not " + codes);
        }
    }

    /** Reads how many codes there are, and the codes. */
    public static Formats read(Message message) {
        int count = message.count();
        List<Integer> codes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            codes.add(message.int16());
        }
        return new Formats(codes);
    }

    /** Whether the codes fit that many values. */
    public boolean fits(int values) {
        return codes.size() <= 1 || codes.size() == values;
    }

    public boolean isBinary(int index) {
        return !codes.isEmpty() && codes.get(codes.size() == 1 ? 0 : index) == 1;
    }
}
