package io.gatehouse.checkpoint.quantised;

import java.util.Arrays;
import java.util.Optional;

/**
 * The types of tensors in GGUF files, with the numbers that files use. Values are stored in blocks along a row.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/include/ggml.h">ggml.h</a>
 */
public enum GgmlType {
    F32(0, 1, 4),
    F16(1, 1, 2),
    Q4_0(2, 32, 18),
    Q4_1(3, 32, 20),
    /** Without a size: removed from ggml. */
    Q4_2(4, 0, 0),
    Q4_3(5, 0, 0),
    Q5_0(6, 32, 22),
    Q5_1(7, 32, 24),
    Q8_0(8, 32, 34),
    Q8_1(9, 32, 36),
    Q2_K(10, 256, 84),
    Q3_K(11, 256, 110),
    Q4_K(12, 256, 144),
    Q5_K(13, 256, 176),
    Q6_K(14, 256, 210),
    Q8_K(15, 256, 292),
    IQ2_XXS(16, 256, 66),
    IQ2_XS(17, 256, 74),
    IQ3_XXS(18, 256, 98),
    IQ1_S(19, 256, 50),
    IQ4_NL(20, 32, 18),
    IQ3_S(21, 256, 110),
    IQ2_S(22, 256, 82),
    IQ4_XS(23, 256, 136),
    I8(24, 1, 1),
    I16(25, 1, 2),
    I32(26, 1, 4),
    I64(27, 1, 8),
    F64(28, 1, 8),
    IQ1_M(29, 256, 56),
    BF16(30, 1, 2),
    Q4_0_4_4(31, 0, 0),
    Q4_0_4_8(32, 0, 0),
    Q4_0_8_8(33, 0, 0),
    TQ1_0(34, 256, 54),
    TQ2_0(35, 256, 66),
    IQ4_NL_4_4(36, 0, 0),
    IQ4_NL_4_8(37, 0, 0),
    IQ4_NL_8_8(38, 0, 0),
    MXFP4(39, 32, 17),
    NVFP4(40, 64, 36);

    private final int id;
    private final int elements;
    private final int bytes;

    GgmlType(int id, int elements, int bytes) {
        this.id = id;
        this.elements = elements;
        this.bytes = bytes;
    }

    /** Values of a block. */
    public int elements() {
        return elements;
    }

    /** Bytes of a block. */
    public int bytes() {
        return bytes;
    }

    /** Whether ggml has removed the type, so that its size is not known any more. */
    public boolean isGone() {
        return elements == 0;
    }

    /** Whether {@link GgmlBlocks} decodes it. */
    public boolean isDecoded() {
        return switch (this) {
            case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS, MXFP4 -> true;
            case F32,
                    F16,
                    BF16,
                    Q4_2,
                    Q4_3,
                    Q8_1,
                    Q8_K,
                    IQ2_XXS,
                    IQ2_XS,
                    IQ3_XXS,
                    IQ1_S,
                    IQ3_S,
                    IQ2_S,
                    I8,
                    I16,
                    I32,
                    I64,
                    F64,
                    IQ1_M,
                    Q4_0_4_4,
                    Q4_0_4_8,
                    Q4_0_8_8,
                    TQ1_0,
                    TQ2_0,
                    IQ4_NL_4_4,
                    IQ4_NL_4_8,
                    IQ4_NL_8_8,
                    NVFP4 -> false;
        };
    }

    public static Optional<GgmlType> find(int id) {
        return Arrays.stream(values()).filter(type -> type.id == id).findFirst();
    }
}
