package io.gatehouse.checkpoint.quantised;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.util.Optional;

/** The scales of a packed matrix. */
record Scales(TensorInfo tensor, Kind kind) {
    /** How a scale is stored. */
    enum Kind {
        /** In one of the floating types of 16 and 32 bits. */
        FLOAT,
        /** In eight bits with a fraction. */
        E4M3,
        /** In eight bits that are an exponent. */
        E8M0
    }

    Scales {
        requireNonNull(tensor, "tensor is null");
        requireNonNull(kind, "kind is null");
    }

    /**
     * The scales of a tensor, if its type is one that scales have. Bytes without a floating type are exponents, as MX
     * checkpoints store them.
     */
    static Optional<Scales> of(TensorInfo tensor) {
        return switch (tensor.dtype()) {
            case F32, F16, BF16 -> Optional.of(new Scales(tensor, Kind.FLOAT));
            case F8_E4M3 -> Optional.of(new Scales(tensor, Kind.E4M3));
            case F8_E8M0, U8 -> Optional.of(new Scales(tensor, Kind.E8M0));
            case BOOL, I8, F8_E5M2, I16, U16, I32, U32, I64, U64, F64, C64 -> Optional.empty();
        };
    }

    /** Whether every scale is a power of two. */
    boolean arePowers() {
        return kind == Kind.E8M0;
    }

    /** What each byte stands for, where scales are bytes. */
    Optional<float[]> ofBytes() {
        return switch (kind) {
            case FLOAT -> Optional.empty();
            case E4M3 -> Optional.of(SmallFloats.e4m3());
            case E8M0 -> Optional.of(SmallFloats.e8m0());
        };
    }

    /** Reads {@code count} scales from {@code first} on. */
    float[] read(TensorBytes files, long first, int count) {
        Optional<float[]> ofBytes = ofBytes();
        if (ofBytes.isEmpty()) {
            return files.floats(tensor, first, count);
        }
        float[] table = ofBytes.get();
        byte[] bytes = files.read(tensor, first, count);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = table[bytes[i] & 0xff];
        }
        return values;
    }
}
