package io.gatehouse.sample.random;

import io.gatehouse.checkpoint.safetensors.Bfloat16;
import io.gatehouse.checkpoint.safetensors.DType;

/** How a checkpoint stores the weights that are not packed. */
public enum StoredType implements StoredForm.Coding {
    BF16(DType.BF16, "bfloat16") {
        @Override
        public int bits(float value) {
            return Short.toUnsignedInt(Bfloat16.bits(value));
        }
    },
    FP16(DType.F16, "float16") {
        /** IEEE 754 half precision, rounded to nearest. Weights are far from its largest value. */
        @Override
        public int bits(float value) {
            int sign = (Float.floatToRawIntBits(value) >>> 16) & 0x8000;
            float magnitude = Math.abs(value);
            if (magnitude < 0x1p-14f) {
                // Subnormal: fraction x 2^-24.
                return sign | (int) Math.rint(magnitude * 0x1p24);
            }
            int bits = Float.floatToRawIntBits(magnitude);
            int rounded = bits + 0xfff + ((bits >>> 13) & 1);
            return sign | ((rounded >>> 13) - ((127 - 15) << 10));
        }
    },
    FP32(DType.F32, "float32") {
        @Override
        public int bits(float value) {
            return Float.floatToRawIntBits(value);
        }
    };

    private final DType dtype;
    private final String torchName;

    StoredType(DType dtype, String torchName) {
        this.dtype = dtype;
        this.torchName = torchName;
    }

    DType dtype() {
        return dtype;
    }

    /** The value of "torch_dtype". */
    String torchName() {
        return torchName;
    }

    @Override
    public int width() {
        return Byte.SIZE * dtype.bytes();
    }
}
