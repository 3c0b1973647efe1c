package io.gatehouse.engine.memory;

import io.gatehouse.checkpoint.safetensors.Bfloat16;
import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.HalfFloat;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** The floating-point formats in which weights are stored and held: how to read, write and check values. */
public enum FloatFormat {
    FP32(TFloat32.class, 4, 0x7f800000_7f800000L, 0x00800000_00800000L, 0x80000000_80000000L) {
        @Override
        public float read(ByteBuffer from, int index) {
            return from.getFloat(4 * index);
        }

        @Override
        public void write(ByteBuffer to, int index, float value) {
            to.putFloat(4 * index, value);
        }
    },
    BF16(TBfloat16.class, 2, 0x7f80_7f80_7f80_7f80L, 0x0080_0080_0080_0080L, 0x8000_8000_8000_8000L) {
        @Override
        public float read(ByteBuffer from, int index) {
            return Bfloat16.toFloat(from.getShort(2 * index));
        }

        @Override
        public void write(ByteBuffer to, int index, float value) {
            to.putShort(2 * index, Bfloat16.bits(value));
        }
    },
    FP16(TFloat16.class, 2, 0x7c00_7c00_7c00_7c00L, 0x0400_0400_0400_0400L, 0x8000_8000_8000_8000L) {
        @Override
        public float read(ByteBuffer from, int index) {
            return HalfFloat.toFloat(from.getShort(2 * index));
        }

        @Override
        public void write(ByteBuffer to, int index, float value) {
            throw new IllegalStateException("Nothing is rounded to fp16");
        }
    };

    private final Class<? extends TFloating> type;
    private final int bytes;
    private final long exponents;
    private final long lowestExponentBits;
    private final long carries;

    FloatFormat(Class<? extends TFloating> type, int bytes, long exponents, long lowestExponentBits, long carries) {
        this.type = type;
        this.bytes = bytes;
        this.exponents = exponents;
        this.lowestExponentBits = lowestExponentBits;
        this.carries = carries;
    }

    public static FloatFormat of(DType stored) {
        return switch (stored) {
            case F32 -> FP32;
            case BF16 -> BF16;
            case F16 -> FP16;
            default ->
                throw new GatehouseException(
                        ErrorCode.UNSUPPORTED_MODEL,
                        "Weights are stored as %s; they may be F32, BF16 or F16".formatted(stored));
        };
    }

    public static FloatFormat of(Class<? extends TFloating> type) {
        for (FloatFormat format : values()) {
            if (format.type == type) {
                return format;
            }
        }
        throw new IllegalArgumentException("Not a type of weights: " + type);
    }

    public int bytes() {
        return bytes;
    }

    public abstract float read(ByteBuffer from, int index);

    public abstract void write(ByteBuffer to, int index, float value);

    /**
     * Whether every value is a number: an infinity or a NaN has all bits of the exponent set, so that adding the lowest
     * of them carries into the place of the sign. Several values are looked at in one long.
     */
    boolean allFinite(ByteBuffer values) {
        LongBuffer longs = values.asLongBuffer();
        long carried = 0;
        for (int i = 0; i < longs.limit(); i++) {
            carried |= (longs.get(i) & exponents) + lowestExponentBits;
        }
        int rest = longs.limit() * Long.BYTES / bytes;
        for (int i = rest; i < values.limit() / bytes; i++) {
            if (!Float.isFinite(read(values, i))) {
                return false;
            }
        }
        return (carried & carries) == 0;
    }
}
