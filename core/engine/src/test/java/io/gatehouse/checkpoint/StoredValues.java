package io.gatehouse.checkpoint;

import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What a checkpoint's file says, read independently of the engine. */
public final class StoredValues {
    private StoredValues() {}

    /** The values of a tensor, whatever floating type it is stored in. */
    public static double[] of(Checkpoint checkpoint, String name) {
        TensorInfo tensor = checkpoint.tensor(name).plain().orElseThrow();
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(tensor.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        checkpoint.read(tensor, bytes);
        double[] values = new double[Math.toIntExact(tensor.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (tensor.dtype()) {
                case F32 -> bytes.getFloat(4 * i);
                case BF16 -> Float.intBitsToFloat(bytes.getShort(2 * i) << 16);
                case F16 -> half(bytes.getShort(2 * i));
                default -> throw new IllegalArgumentException(tensor.toString());
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
