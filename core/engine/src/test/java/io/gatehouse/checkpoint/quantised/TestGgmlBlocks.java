package io.gatehouse.checkpoint.quantised;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.checkpoint.safetensors.SafetensorsReader;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.testing.SharedData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class TestGgmlBlocks {
    /** Random bytes, with the values that ggml's Python package gives them. */
    @Test
    void decodesWhatGgmlDecodesToTheBit() {
        try (SafetensorsReader file =
                SafetensorsReader.open(SharedData.path("reference/quantised/gguf_blocks/blocks.safetensors"))) {
            Map<String, TensorInfo> tensors = new HashMap<>();
            file.tensors().forEach(tensor -> tensors.put(tensor.name(), tensor));
            Set<String> decoded = new TreeSet<>();
            for (GgmlType type : GgmlType.values()) {
                TensorInfo bytes = tensors.get(type + ".bytes");
                TensorInfo values = tensors.get(type + ".values");
                if (type.isDecoded() && bytes != null && values != null) {
                    int blocks = Math.toIntExact(bytes.shape().get(0));
                    assertThat(bytes.shape().get(1)).as(type.name()).isEqualTo(type.bytes());
                    float[] actual = new float[blocks * type.elements()];
                    GgmlBlocks.decode(type, file.read(bytes), blocks, actual);
                    float[] expected = new float[actual.length];
                    ByteBuffer.wrap(file.read(values))
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .asFloatBuffer()
                            .get(expected);
                    for (int i = 0; i < expected.length; i++) {
                        assertThat(Float.floatToRawIntBits(actual[i]))
                                .as("%s[%d]: %s instead of %s", type, i, actual[i], expected[i])
                                .isEqualTo(Float.floatToRawIntBits(expected[i]));
                    }
                    decoded.add(type.name());
                }
            }
            assertThat(decoded)
                    .containsExactlyInAnyOrder(
                            "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL",
                            "IQ4_XS", "MXFP4");
        }
    }

    @Test
    void decodesABlockOfEachOldTypeByHand() {
        // 0x3800 is 0.5, 0x4000 is 2.
        assertThat(block(GgmlType.Q4_0, "0038" + "f0" + "00".repeat(15)))
                .startsWith(-4, -4)
                .contains(3.5f);
        assertThat(block(GgmlType.Q4_1, "0038" + "0040" + "f1" + "00".repeat(15))[0])
                .isEqualTo(2.5f);
        assertThat(block(GgmlType.Q4_1, "0038" + "0040" + "f1" + "00".repeat(15))[16])
                .isEqualTo(9.5f);
        float[] five = block(GgmlType.Q5_0, "0038" + "01000080" + "01" + "00".repeat(14) + "20");
        assertThat(five[0]).isEqualTo(0.5f);
        assertThat(five[1]).isEqualTo(-8f);
        assertThat(five[31]).isEqualTo(1f);
        assertThat(block(GgmlType.Q5_1, "0038" + "0040" + "01000000" + "02" + "00".repeat(15))[0])
                .isEqualTo(11f);
        assertThat(block(GgmlType.Q8_0, "0038" + "ff7f80" + "00".repeat(29))).startsWith(-0.5f, 63.5f, -64f, 0);
        // 2^(129 - 128), and the doubled values 12 and -1.
        float[] mx = block(GgmlType.MXFP4, "81" + "97" + "00".repeat(15));
        assertThat(mx[0]).isEqualTo(24f);
        assertThat(mx[16]).isEqualTo(-2f);
    }

    private static float[] block(GgmlType type, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        assertThat(bytes).as(type.name()).hasSize(type.bytes());
        float[] values = new float[type.elements()];
        GgmlBlocks.decode(type, bytes, 1, values);
        return values;
    }
}
