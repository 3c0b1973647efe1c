package io.gatehouse.checkpoint.quantised;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.ArrayList;
import java.util.List;
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
    public List<TensorInfo> tensors() {
        List<TensorInfo> all = new ArrayList<>(List.of(packed, scales.tensor()));
        tensorScale.ifPresent(scale -> all.add(scale.tensor()));
        return all;
    }

    @Override
    public boolean fitsBfloat16() {
        return scales.arePowers() && tensorScale.isEmpty();
    }

    @Override
    public RowDecoder decoder(TensorBytes files) {
        return decoder(files, 1);
    }

    @Override
    public RowDecoder decoder(TensorBytes files, int step) {
        float[] pairs = SmallFloats.pairsOfE2m1();
        Optional<Float> factor = tensorScale.map(scale -> scale.read(files));
        int groups = columns / group;
        int half = group / 2;
        return (first, rows, target) -> {
            int span = (rows - 1) * step + 1;
            float[] scale = scales.read(files, first * groups, Math.multiplyExact(span, groups));
            factor.ifPresent(value -> apply(value, scale));
            byte[] bytes = files.read(packed, first * (columns / 2), Math.multiplyExact(span, columns / 2));
            for (int row = 0; row < rows; row++) {
                for (int g = 0; g < groups; g++) {
                    int from = row * step * groups + g;
                    decode(bytes, from * half, half, pairs, scale[from], target, row * columns + g * group);
                }
            }
        };
    }

    /** Where scales are bytes there is a table for each byte that occurs, of the pairs that two codes stand for. */
    @Override
    public Bfloat16Decoder bfloat16Decoder(TensorBytes files, int step) {
        Optional<float[]> ofBytes = scales.ofBytes();
        if (ofBytes.isEmpty()) {
            return Packing.super.bfloat16Decoder(files, step);
        }
        float[] scale = ofBytes.get();
        tensorScale.map(number -> number.read(files)).ifPresent(factor -> apply(factor, scale));
        float[] pairs = SmallFloats.pairsOfE2m1();
        int[][] tables = new int[256][0];
        int groups = columns / group;
        int half = group / 2;
        return (first, rows, target) -> {
            int span = (rows - 1) * step + 1;
            byte[] scaleOf = files.read(scales.tensor(), first * groups, Math.multiplyExact(span, groups));
            byte[] bytes = files.read(packed, first * (columns / 2), Math.multiplyExact(span, columns / 2));
            for (int row = 0; row < rows; row++) {
                for (int g = 0; g < groups; g++) {
                    int from = row * step * groups + g;
                    int place = scaleOf[from] & 0xff;
                    if (tables[place].length == 0) {
                        tables[place] = rounded(pairs, scale[place]);
                    }
                    lookUp(bytes, from * half, half, tables[place], target, 2 * (row * columns + g * group));
                }
            }
        };
    }

    private static int[] rounded(float[] pairs, float scale) {
        int[] table = new int[pairs.length / 2];
        for (int i = 0; i < table.length; i++) {
            table[i] =
                    Bfloat16Decoder.bits(pairs[2 * i] * scale) | Bfloat16Decoder.bits(pairs[2 * i + 1] * scale) << 16;
        }
        return table;
    }

    private static void lookUp(byte[] bytes, int begin, int count, int[] table, byte[] target, int to) {
        int i = 0;
        for (; i <= count - 4; i += 4) {
            Bfloat16Decoder.PAIRS.set(target, to + 4 * i, table[bytes[begin + i] & 0xff]);
            Bfloat16Decoder.PAIRS.set(target, to + 4 * i + 4, table[bytes[begin + i + 1] & 0xff]);
            Bfloat16Decoder.PAIRS.set(target, to + 4 * i + 8, table[bytes[begin + i + 2] & 0xff]);
            Bfloat16Decoder.PAIRS.set(target, to + 4 * i + 12, table[bytes[begin + i + 3] & 0xff]);
        }
        for (; i < count; i++) {
            Bfloat16Decoder.PAIRS.set(target, to + 4 * i, table[bytes[begin + i] & 0xff]);
        }
    }

    private void apply(float factor, float[] scale) {
        boolean divides = tensorScale.map(TensorScale::divides).orElse(false);
        for (int i = 0; i < scale.length; i++) {
            scale[i] = divides ? scale[i] / factor : scale[i] * factor;
        }
    }

    private static void decode(byte[] bytes, int begin, int count, float[] pairs, float scale, float[] target, int to) {
        for (int i = 0; i < count; i++) {
            int pair = 2 * (bytes[begin + i] & 0xff);
            target[to + 2 * i] = pairs[pair] * scale;
            target[to + 2 * i + 1] = pairs[pair + 1] * scale;
        }
    }
}
