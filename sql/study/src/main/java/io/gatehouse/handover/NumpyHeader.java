package io.gatehouse.handover;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The beginning of a file of NumPy, version 1.0 (numpy.lib.format); the numbers follow it, in C's order. */
final class NumpyHeader {
    private static final byte[] MAGIC = "\u0093NUMPY\u0001\u0000".getBytes(ISO_8859_1);
    private static final int ALIGNMENT = 64;

    private NumpyHeader() {}

    /**
     * Returns the header.
     *
     * @param type as NumPy describes it, such as {@code <i8}
     */
    static byte[] of(String type, int... shape) {
        String dimensions = Arrays.stream(shape).mapToObj(n -> n + ", ").collect(Collectors.joining());
        String text = "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(type, dimensions);
        int before = MAGIC.length + Short.BYTES;
        int length = (before + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - before;
        String padded = text + " ".repeat(length - text.length() - 1) + "\n";
        return ByteBuffer.allocate(before + length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC)
                .putShort((short) length)
                .put(padded.getBytes(ISO_8859_1))
                .array();
    }
}
