package io.gatehouse.testing.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/** What a checkpoint's file says, read independently of the engine. */
public final class StoredValues {
    private StoredValues() {}

    /**
     * Returns the values of a tensor.
     *
     * @param type F32, BF16 or F16, as safetensors names them
     * @param size of the tensor in bytes
     * @param content fills a buffer of that size with the tensor
     */
    public static double[] of(String type, long size, Consumer<ByteBuffer> content) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
        content.accept(bytes);
        double[] values = new double[bytes.capacity() / (type.equals("F32") ? Float.BYTES : Short.BYTES)];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (type) {
                case "F32" -> bytes.getFloat(4 * i);
                case "BF16" -> Float.intBitsToFloat(bytes.getShort(2 * i) << 16);
                case "F16" -> half(bytes.getShort(2 * i));
                default -> throw new IllegalArgumentException(type);
            };
        }
        return values;
    }

    /** (-1)^sign x 2^(exponent - 15) x 1.fraction, or 2^-14 x 0.fraction where the exponent is 0. */
    private static double half(short bits) {
        int exponent = (bits >> 10) & 0x1f;
        double fraction = (bits & 0x3ff) / 1024.0;
        double magnitude = exponent == 0 ? Math.scalb(fraction, -14) : Math.scalb(1 + fraction, exponent - 15);
        return bits < 0 ? -magnitude : magnitude;
    }
}
