package io.gatehouse.trace.format;

import io.gatehouse.checkpoint.safetensors.Bfloat16;
import io.gatehouse.checkpoint.safetensors.HalfFloat;
import java.nio.ByteBuffer;

/** Types of elements, little-endian. */
enum Element {
    F64(8) {
        @Override
        double read(ByteBuffer from, int at) {
            return from.getDouble(at);
        }
    },
    F32(4) {
        @Override
        double read(ByteBuffer from, int at) {
            return from.getFloat(at);
        }
    },
    F16(2) {
        @Override
        double read(ByteBuffer from, int at) {
            return HalfFloat.toFloat(from.getShort(at));
        }
    },
    BF16(2) {
        @Override
        double read(ByteBuffer from, int at) {
            return Bfloat16.toFloat(from.getShort(at));
        }
    },
    I64(8) {
        @Override
        double read(ByteBuffer from, int at) {
            return from.getLong(at);
        }
    },
    I32(4) {
        @Override
        double read(ByteBuffer from, int at) {
            return from.getInt(at);
        }
    },
    I16(2) {
        @Override
        double read(ByteBuffer from, int at) {
            return from.getShort(at);
        }
    },
    I8(1) {
        @Override
        double read(ByteBuffer from, int at) {
            return from.get(at);
        }
    },
    U8(1) {
        @Override
        double read(ByteBuffer from, int at) {
            return Byte.toUnsignedInt(from.get(at));
        }
    };

    private final int bytes;

    Element(int bytes) {
        this.bytes = bytes;
    }

    int bytes() {
        return bytes;
    }

    abstract double read(ByteBuffer from, int at);
}
