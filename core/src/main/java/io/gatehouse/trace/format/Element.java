package io.gatehouse.trace.format;

import io.gatehouse.checkpoint.Bfloat16;
import io.gatehouse.checkpoint.HalfFloat;
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
            return HalfFloat.toFloat(from.getShort());
        }
    },
    BF16(2) {
        @Override
        double read(ByteBuffer from) {
            return Bfloat16.toFloat(from.getShort());
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

    private final int bytes;

    Element(int bytes) {
        this.bytes = bytes;
    }

    int bytes() {
        return bytes;
    }

    abstract double read(ByteBuffer from);
}
