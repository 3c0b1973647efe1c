package io.gatehouse.trace.format;

import java.nio.ByteBuffer;

/** Types of elements, little-endian. */
enum Element {
    F64(8) {
        @Override
        double read(ByteBuffer from) {
            return from.getDouble();
        }
    },
    F32(4) {
        @Override
        double read(ByteBuffer from) {
            return from.getFloat();
        }
    },
    F16(2) {
        @Override
        double read(ByteBuffer from) {
            return half(from.getShort());
        }
    },
    BF16(2) {
        @Override
        double read(ByteBuffer from) {
            return Float.intBitsToFloat(from.getShort() << 16);
        }
    },
    I64(8) {
        @Override
        double read(ByteBuffer from) {
            return from.getLong();
        }
    },
    I32(4) {
        @Override
        double read(ByteBuffer from) {
            return from.getInt();
        }
    },
    I16(2) {
        @Override
        double read(ByteBuffer from) {
            return from.getShort();
        }
    },
    I8(1) {
        @Override
        double read(ByteBuffer from) {
            return from.get();
        }
    },
    U8(1) {
        @Override
        double read(ByteBuffer from) {
            return Byte.toUnsignedInt(from.get());
        }
    };

    private static final int FRACTION_BITS = 10;
    private static final int BIAS = 15;
    private static final int LARGEST_EXPONENT = 31;

    private final int bytes;

    Element(int bytes) {
        this.bytes = bytes;
    }

    int bytes() {
        return bytes;
    }

    abstract double read(ByteBuffer from);

    /** IEEE 754 binary16. */
    private static double half(short bits) {
        int sign = bits < 0 ? -1 : 1;
        int exponent = bits >> FRACTION_BITS & LARGEST_EXPONENT;
        double fraction = (bits & (1 << FRACTION_BITS) - 1) / (double) (1 << FRACTION_BITS);
        if (exponent == LARGEST_EXPONENT) {
            return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
        }
        return exponent == 0 ? sign * Math.scalb(fraction, 1 - BIAS) : sign * Math.scalb(1 + fraction, exponent - BIAS);
    }
}
