package io.gatehouse.checkpoint.safetensors;

import java.nio.ByteBuffer;
import java.util.Optional;

/** Element types of the safetensors format whose elements are whole bytes, under the names that files use. */
public enum DType {
    BOOL(1),
    U8(1),
    I8(1),
    F8_E5M2(1),
    F8_E4M3(1),
    F8_E8M0(1),
    I16(2),
    U16(2),
    F16(2),
    BF16(2),
    I32(4),
    U32(4),
    F32(4),
    I64(8),
    U64(8),
    F64(8),
    C64(8);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** Whether {@link #read} knows the type. */
    public boolean isReadable() {
        return switch (this) {
            case BOOL, U8, I8, I16, F16, BF16, I32, F32, I64, F64 -> true;
            case F8_E5M2, F8_E4M3, F8_E8M0, U16, U32, U64, C64 -> false;
        };
    }

    /**
     * The element that begins at a byte; integers beyond 2^53 lose their last digits.
     *
     * @param from little-endian
     * @throws IllegalArgumentException if the type is not readable
     */
    public double read(ByteBuffer from, int at) {
        return switch (this) {
            case BOOL, U8 -> Byte.toUnsignedInt(from.get(at));
            case I8 -> from.get(at);
            case I16 -> from.getShort(at);
            case F16 -> HalfFloat.toFloat(from.getShort(at));
            case BF16 -> Bfloat16.toFloat(from.getShort(at));
            case I32 -> from.getInt(at);
            case F32 -> from.getFloat(at);
            case I64 -> from.getLong(at);
            case F64 -> from.getDouble(at);
            case F8_E5M2, F8_E4M3, F8_E8M0, U16, U32, U64, C64 ->
                throw new IllegalArgumentException("Elements of type %s are not read".formatted(this));
        };
    }

    static Optional<DType> find(String name) {
        for (DType type : values()) {
            if (type.name().equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
