package io.gatehouse.checkpoint.quantised;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.HalfFloat;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.util.List;

/**
 * Rows of blocks as ggml quantises them. The layouts are those of ggml-common.h; products and sums are taken in the order
 * of its dequantize_row functions, so that values are the same to the bit.
 *
 * @param packed the bytes
 */
public record GgmlBlocks(TensorInfo packed, GgmlType type, int columns) implements Packing {
    private static final int SUPER = 256;

    /** The values of IQ4_NL and IQ4_XS (kvalues_iq4nl). */
    private static final float[] IQ4 = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    /** The values of MXFP4, doubled (kvalues_mxfp4). */
    private static final float[] MXFP4 = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

    public GgmlBlocks {
        requireNonNull(packed, "packed is null");
        requireNonNull(type, "type is null");
        if (!type.isDecoded() || columns < 1 || columns % type.elements() != 0) {
            throw new IllegalArgumentException("Rows of %d of type %s".formatted(columns, type));
        }
    }

    private int rowBytes() {
        return columns / type.elements() * type.bytes();
    }

    @Override
    public long rows() {
        return packed.bytes() / rowBytes();
    }

    @Override
    public String format() {
        return type.name();
    }

    @Override
    public List<TensorInfo> tensors() {
        return List.of(packed);
    }

    @Override
    public boolean fitsBfloat16() {
        return type == GgmlType.MXFP4;
    }

    @Override
    public RowDecoder decoder(TensorBytes files) {
        int rowBytes = rowBytes();
        return (first, rows, target) -> {
            byte[] bytes = files.read(packed, first * rowBytes, Math.multiplyExact(rows, rowBytes));
            decode(type, bytes, rows * (columns / type.elements()), target);
        };
    }

    /** Where codes have four bits there is a table for each scale; all else is rounded. */
    @Override
    public Bfloat16Decoder bfloat16Decoder(TensorBytes files, int step) {
        boolean ofNibbles = switch (type) {
            case Q4_0, Q4_1, Q4_K, IQ4_NL, IQ4_XS, MXFP4 -> true;
            default -> false;
        };
        if (!ofNibbles || step != 1) {
            return Packing.super.bfloat16Decoder(files, step);
        }
        int rowBytes = rowBytes();
        NibbleTable table = new NibbleTable();
        return (first, rows, target) -> {
            byte[] bytes = files.read(packed, first * rowBytes, Math.multiplyExact(rows, rowBytes));
            int blocks = rows * (columns / type.elements());
            for (int block = 0; block < blocks; block++) {
                decodeNibbles(bytes, block * type.bytes(), table, target, 2 * block * type.elements());
            }
        };
    }

    private void decodeNibbles(byte[] from, int at, NibbleTable table, byte[] target, int to) {
        switch (type) {
            case Q4_0 -> {
                table.setLinear(8, half(from, at));
                halves(from, at + 2, 16, table, target, to);
            }
            case Q4_1 -> {
                table.setAffine(half(from, at), half(from, at + 2));
                halves(from, at + 4, 16, table, target, to);
            }
            case IQ4_NL -> {
                table.setScaled(IQ4, half(from, at));
                halves(from, at + 2, 16, table, target, to);
            }
            case MXFP4 -> {
                table.setScaled(MXFP4, Math.scalb(1f, (from[at] & 0xff) - 128));
                halves(from, at + 1, 16, table, target, to);
            }
            case IQ4_XS -> {
                for (int group = 0; group < SUPER / 32; group++) {
                    table.setScaled(IQ4, scaleOfIq4xs(from, at, group));
                    halves(from, at + 8 + 16 * group, 16, table, target, to + 64 * group);
                }
            }
            case Q4_K -> {
                float scale = half(from, at);
                float least = half(from, at + 2);
                for (int group = 0; group < 8; group++) {
                    table.setAffine(scale * scaleOf(from, at + 4, group), -(least * leastOf(from, at + 4, group)));
                    int bytes = at + 16 + group / 2 * 32;
                    if (group % 2 == 0) {
                        table.lows(from, bytes, 32, target, to + 64 * group);
                    } else {
                        table.highs(from, bytes, 32, target, to + 64 * group);
                    }
                }
            }
            default -> throw new IllegalArgumentException("Not of nibbles: " + type);
        }
    }

    /** Low bits of all bytes, then high bits of all. */
    private static void halves(byte[] from, int begin, int count, NibbleTable table, byte[] target, int to) {
        table.lows(from, begin, count, target, to);
        table.highs(from, begin, count, target, to + 2 * count);
    }

    /** Decodes whole blocks from the start of an array to the start of another. */
    static void decode(GgmlType type, byte[] from, int blocks, float[] target) {
        for (int block = 0; block < blocks; block++) {
            int at = block * type.bytes();
            int to = block * type.elements();
            switch (type) {
                case Q4_0 -> q4(from, at, half(from, at), to, target);
                case Q4_1 -> q41(from, at, half(from, at), half(from, at + 2), to, target);
                case Q5_0 -> q5(from, at, half(from, at), to, target);
                case Q5_1 -> q51(from, at, half(from, at), half(from, at + 2), to, target);
                case Q8_0 -> q8(from, at, half(from, at), to, target);
                case Q2_K -> q2k(from, at, to, target);
                case Q3_K -> q3k(from, at, to, target);
                case Q4_K -> q4k(from, at, to, target);
                case Q5_K -> q5k(from, at, to, target);
                case Q6_K -> q6k(from, at, to, target);
                case IQ4_NL -> table(from, at + 2, IQ4, half(from, at), to, target);
                case IQ4_XS -> iq4xs(from, at, to, target);
                // 2^(e - 127) for values that are doubled.
                case MXFP4 -> table(from, at + 1, MXFP4, Math.scalb(1f, (from[at] & 0xff) - 128), to, target);
                default -> throw new IllegalArgumentException("Not decoded: " + type);
            }
        }
    }

    private static float half(byte[] from, int at) {
        return HalfFloat.toFloat((short) ((from[at] & 0xff) | from[at + 1] << 8));
    }

    private static int i32(byte[] from, int at) {
        return (from[at] & 0xff) | (from[at + 1] & 0xff) << 8 | (from[at + 2] & 0xff) << 16 | from[at + 3] << 24;
    }

    private static void q4(byte[] from, int at, float scale, int to, float[] target) {
        for (int i = 0; i < 16; i++) {
            int pair = from[at + 2 + i];
            target[to + i] = ((pair & 15) - 8) * scale;
            target[to + 16 + i] = ((pair >> 4 & 15) - 8) * scale;
        }
    }

    private static void q41(byte[] from, int at, float scale, float least, int to, float[] target) {
        for (int i = 0; i < 16; i++) {
            int pair = from[at + 4 + i];
            target[to + i] = (pair & 15) * scale + least;
            target[to + 16 + i] = (pair >> 4 & 15) * scale + least;
        }
    }

    private static void q5(byte[] from, int at, float scale, int to, float[] target) {
        int high = i32(from, at + 2);
        for (int i = 0; i < 16; i++) {
            int pair = from[at + 6 + i];
            target[to + i] = (((pair & 15) | (high >>> i & 1) << 4) - 16) * scale;
            target[to + 16 + i] = (((pair >> 4 & 15) | (high >>> (i + 16) & 1) << 4) - 16) * scale;
        }
    }

    private static void q51(byte[] from, int at, float scale, float least, int to, float[] target) {
        int high = i32(from, at + 4);
        for (int i = 0; i < 16; i++) {
            int pair = from[at + 8 + i];
            target[to + i] = ((pair & 15) | (high >>> i & 1) << 4) * scale + least;
            target[to + 16 + i] = ((pair >> 4 & 15) | (high >>> (i + 16) & 1) << 4) * scale + least;
        }
    }

    private static void q8(byte[] from, int at, float scale, int to, float[] target) {
        for (int i = 0; i < 32; i++) {
            target[to + i] = from[at + 2 + i] * scale;
        }
    }

    private static void table(byte[] from, int at, float[] values, float scale, int to, float[] target) {
        for (int i = 0; i < 16; i++) {
            int pair = from[at + i];
            target[to + i] = values[pair & 15] * scale;
            target[to + 16 + i] = values[pair >> 4 & 15] * scale;
        }
    }

    private static void iq4xs(byte[] from, int at, int to, float[] target) {
        for (int group = 0; group < SUPER / 32; group++) {
            table(from, at + 8 + 16 * group, IQ4, scaleOfIq4xs(from, at, group), to + 32 * group, target);
        }
    }

    private static float scaleOfIq4xs(byte[] from, int at, int group) {
        int high = (from[at + 2] & 0xff) | (from[at + 3] & 0xff) << 8;
        int low = from[at + 4 + group / 2] >> (4 * (group & 1)) & 15;
        return half(from, at) * ((low | (high >> (2 * group) & 3) << 4) - 32);
    }

    /** 16 bytes of scales and minima of 4 bits, 64 of values of 2 bits, then the factors of both. */
    private static void q2k(byte[] from, int at, int to, float[] target) {
        float scale = half(from, at + 80);
        float least = half(from, at + 82);
        for (int group = 0; group < 16; group++) {
            float factor = scale * (from[at + group] & 15);
            float offset = least * (from[at + group] >> 4 & 15);
            // Half of the block, then two bits of its bytes, then half of these.
            int bytes = at + 16 + group / 8 * 32 + (group & 1) * 16;
            int shift = group % 8 / 2 * 2;
            for (int i = 0; i < 16; i++) {
                target[to + 16 * group + i] = factor * (from[bytes + i] >> shift & 3) - offset;
            }
        }
    }

    /** 32 bytes of high bits, 64 of low bits, 12 of scales of 6 bits, then their factor. */
    private static void q3k(byte[] from, int at, int to, float[] target) {
        float scale = half(from, at + 108);
        int scales = at + 96;
        for (int group = 0; group < 16; group++) {
            int low = group < 8 ? from[scales + group] & 15 : from[scales + group - 8] >> 4 & 15;
            int high = from[scales + 8 + group % 4] >> (group / 4 * 2) & 3;
            float factor = scale * ((low | high << 4) - 32);
            int half = (group & 1) * 16;
            int bytes = at + 32 + group / 8 * 32 + half;
            int shift = group % 8 / 2 * 2;
            int bit = group / 2;
            for (int i = 0; i < 16; i++) {
                int value = from[bytes + i] >> shift & 3;
                // Four less where the high bit is not set.
                target[to + 16 * group + i] = factor * (value - 4 + 4 * (from[at + half + i] >> bit & 1));
            }
        }
    }

    /** Scale of one of the eight groups, of the 12 bytes that hold scales and minima of 6 bits (get_scale_min_k4). */
    private static int scaleOf(byte[] from, int at, int group) {
        return group < 4 ? from[at + group] & 63 : (from[at + group + 4] & 15) | (from[at + group - 4] >> 6 & 3) << 4;
    }

    private static int leastOf(byte[] from, int at, int group) {
        return group < 4
                ? from[at + group + 4] & 63
                : (from[at + group + 4] >> 4 & 15) | (from[at + group] >> 6 & 3) << 4;
    }

    private static void q4k(byte[] from, int at, int to, float[] target) {
        float scale = half(from, at);
        float least = half(from, at + 2);
        for (int pair = 0; pair < 4; pair++) {
            float lowScale = scale * scaleOf(from, at + 4, 2 * pair);
            float lowLeast = least * leastOf(from, at + 4, 2 * pair);
            float highScale = scale * scaleOf(from, at + 4, 2 * pair + 1);
            float highLeast = least * leastOf(from, at + 4, 2 * pair + 1);
            int bytes = at + 16 + 32 * pair;
            int out = to + 64 * pair;
            for (int i = 0; i < 32; i++) {
                target[out + i] = lowScale * (from[bytes + i] & 15) - lowLeast;
            }
            for (int i = 0; i < 32; i++) {
                target[out + 32 + i] = highScale * (from[bytes + i] >> 4 & 15) - highLeast;
            }
        }
    }

    private static void q5k(byte[] from, int at, int to, float[] target) {
        float scale = half(from, at);
        float least = half(from, at + 2);
        int highs = at + 16;
        for (int pair = 0; pair < 4; pair++) {
            float lowScale = scale * scaleOf(from, at + 4, 2 * pair);
            float lowLeast = least * leastOf(from, at + 4, 2 * pair);
            float highScale = scale * scaleOf(from, at + 4, 2 * pair + 1);
            float highLeast = least * leastOf(from, at + 4, 2 * pair + 1);
            int bytes = at + 48 + 32 * pair;
            int out = to + 64 * pair;
            int bit = 2 * pair;
            for (int i = 0; i < 32; i++) {
                target[out + i] = lowScale * ((from[bytes + i] & 15) | (from[highs + i] >> bit & 1) << 4) - lowLeast;
            }
            for (int i = 0; i < 32; i++) {
                target[out + 32 + i] =
                        highScale * ((from[bytes + i] >> 4 & 15) | (from[highs + i] >> (bit + 1) & 1) << 4) - highLeast;
            }
        }
    }

    /** 128 bytes of low bits, 64 of high bits, 16 scales of a byte, then their factor. */
    private static void q6k(byte[] from, int at, int to, float[] target) {
        float scale = half(from, at + 208);
        for (int group = 0; group < 16; group++) {
            float factor = scale * from[at + 192 + group];
            int quarter = group % 8 / 2;
            int half = (group & 1) * 16;
            int lows = at + group / 8 * 64 + quarter % 2 * 32 + half;
            int highs = at + 128 + group / 8 * 32 + half;
            int lowShift = quarter / 2 * 4;
            int highShift = quarter * 2;
            for (int i = 0; i < 16; i++) {
                int value = (from[lows + i] >> lowShift & 15) | (from[highs + i] >> highShift & 3) << 4;
                target[to + 16 * group + i] = factor * (value - 32);
            }
        }
    }
}
