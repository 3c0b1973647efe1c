package io.gatehouse.checkpoint.quantised;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Optional;

/**
 * Values of four bits (E2M1), two in a byte with the first in the low bits, and a scale for each group of a row. MXFP4
 * has groups of 32 whose scales are powers of two; NVFP4 has groups of 16 whose scales are E4M3, and one number for the
 * whole tensor that multiplies or divides them.
 */
record Fp4(TensorInfo packed, Scales scales, int columns, int group, Optional<TensorScale> tensorScale)
        implements Packing {
    /**
     * The number for the whole tensor.
     *
     * @param divides whether scales are divided by it, as compressed-tensors has it, or multiplied, as ModelOpt has it
     */
    record TensorScale(TensorInfo tensor, boolean divides) {
        /** The factor as one number that scales are divided by or multiplied with. */
        private float read(TensorBytes files) {
            float value = files.floats(tensor, 0, 1)[0];
            if (!(value > 0) || Float.isInfinite(value)) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_CHECKPOINT,
                        "Tensor %s of %s is %s instead of a positive number"
                                .formatted(tensor.name(), tensor.file(), value));
            }
            return value;
        }
    }

    Fp4 {
        requireNonNull(packed, "packed is null");
        requireNonNull(scales, "scales is null");
        requireNonNull(tensorScale, "tensorScale is null");
        if (group < 2 || group % 2 != 0 || columns < group || columns % group != 0) {
            throw new IllegalArgumentException("Groups of %d do not divide %d columns".formatted(group, columns));
        }
    }

    @Override
    public long rows() {
        return packed.bytes() / (columns / 2);
    }

    @Override
    public String format() {
        return scales.arePowers() ? "MXFP4" : "NVFP4";
    }

    @Override
    public long bytes() {
        return packed.bytes()
                + scales.tensor().bytes()
                + tensorScale.map(scale -> scale.tensor().bytes()).orElse(0L);
    }

    @Override
    public boolean fitsBfloat16() {
        return scales.arePowers() && tensorScale.isEmpty();
    }

    @Override
    public RowDecoder decoder(TensorBytes files) {
        float[] pairs = SmallFloats.pairsOfE2m1();
        Optional<Float> factor = tensorScale.map(scale -> scale.read(files));
        return (first, rows, target) -> {
            float[] scale = scales.read(files, first * (columns / group), Math.multiplyExact(rows, columns / group));
            factor.ifPresent(value -> apply(value, scale));
            byte[] bytes = files.read(packed, first * (columns / 2), Math.multiplyExact(rows, columns / 2));
            int half = group / 2;
            for (int i = 0; i < scale.length; i++) {
                decode(bytes, i * half, half, pairs, scale[i], target);
            }
        };
    }

    private void apply(float factor, float[] scale) {
        boolean divides = tensorScale.map(TensorScale::divides).orElse(false);
        for (int i = 0; i < scale.length; i++) {
            scale[i] = divides ? scale[i] / factor : scale[i] * factor;
        }
    }

    private static void decode(byte[] bytes, int begin, int count, float[] pairs, float scale, float[] target) {
        for (int i = begin; i < begin + count; i++) {
            int pair = 2 * (bytes[i] & 0xff);
            target[2 * i] = pairs[pair] * scale;
            target[2 * i + 1] = pairs[pair + 1] * scale;
        }
    }
}
