package io.gatehouse.checkpoint.quantised;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatehouse.checkpoint.file.OpenFile;
import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.SafetensorsReader;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter.Tensor;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small matrices packed by hand in each way, with values that were worked out on paper. */
final class TestPackings {
    @TempDir
    private Path directory;

    private final List<Tensor> tensors = new ArrayList<>();

    @Test
    void fp8HasAScaleForEachBlock() {
        // 0x38 is 1, 0x40 is 2, 0xb8 is -1, 0x01 is 2^-9, 0x7e is 448. Blocks of 2 x 2 in 3 x 3.
        bytes("w.weight", DType.F8_E4M3, List.of(3L, 3L), "384001" + "b8387e" + "404040");
        floats("w.weight_scale_inv", List.of(2L, 2L), 1, 2, 10, 100);
        assertThat(values(fp8("{'weight_block_size': [2, 2]}"), "w.weight"))
                .containsExactly(1, 2, 2 * 0x1p-9f, -1, 1, 896, 20, 20, 200);
    }

    @Test
    void fp8HasOneScaleForARowOrAMatrix() {
        bytes("w.weight", DType.F8_E4M3, List.of(2L, 2L), "3840" + "4038");
        floats("w.weight_scale", List.of(2L, 1L), 3, 5);
        bytes("e.gate_up_proj", DType.F8_E4M3, List.of(2L, 1L, 2L), "3840" + "4038");
        floats("e.gate_up_proj_scale_inv", List.of(2L), 3, 5);
        bytes("s.weight", DType.F8_E4M3, List.of(1L, 2L), "3840");
        bytes("s.weight_scale_inv", DType.U8, List.of(), "82");
        Quantisation config = fp8("{}");
        assertThat(values(config, "w.weight")).containsExactly(3, 6, 10, 5);
        assertThat(values(config, "e.gate_up_proj")).containsExactly(3, 6, 10, 5);
        // A byte without a floating type is an exponent: 2^(130 - 127).
        assertThat(values(config, "s.weight")).containsExactly(8, 16);
    }

    @Test
    void mxfp4IsReadAsGptOssHasIt() {
        // Low bits first: 0x21 is 0.5 and 1; 0xf7 is 6 and -6.
        bytes("e.down_proj_blocks", DType.U8, List.of(1L, 2L, 1L, 16L), "21" + "f7".repeat(15) + "21".repeat(16));
        bytes("e.down_proj_scales", DType.U8, List.of(1L, 2L, 1L), "80" + "7e");
        StoredTensor tensor = find(config("{'quant_method': 'mxfp4'}"), "e.down_proj_blocks");
        assertThat(tensor.shape()).containsExactly(1L, 2L, 32L);
        assertThat(tensor.format()).isEqualTo("MXFP4");
        float[] values = values(config("{'quant_method': 'mxfp4'}"), "e.down_proj_blocks");
        assertThat(values).startsWith(1, 2, 12, -12).endsWith(0.25f, 0.5f);
        bytes("m.experts.gate_up_proj_blocks", DType.U8, List.of(2L, 2L, 1L, 16L), "21".repeat(48) + "f7".repeat(16));
        bytes("m.experts.gate_up_proj_scales", DType.U8, List.of(2L, 2L, 1L), "7f7f7f7f");
        StoredTensor up = find(config("{'quant_method': 'mxfp4'}"), "m.experts.1.up_proj.weight");
        assertThat(up.shape()).containsExactly(1L, 32L);
        assertThat(values(config("{'quant_method': 'mxfp4'}"), "m.experts.1.up_proj.weight"))
                .startsWith(6, -6);
        assertThat(values(config("{'quant_method': 'mxfp4'}"), "m.experts.1.gate_proj.weight"))
                .startsWith(0.5f, 1);
    }

    @Test
    void nvfp4ScalesAreDividedOrMultiplied() {
        bytes("w.weight_packed", DType.U8, List.of(1L, 16L), "42".repeat(8) + "5a".repeat(8));
        bytes("w.weight_scale", DType.F8_E4M3, List.of(1L, 2L), "4038");
        floats("w.weight_global_scale", List.of(1L), 4);
        String group =
                "{'quant_method': 'compressed-tensors', 'format': 'nvfp4-pack-quantized', 'config_groups': {'g': "
                        + "{'targets': ['Linear'], 'weights': {'num_bits': 4, 'type': 'float', 'group_size': 16}}}}";
        assertThat(values(config(group), "w.weight")).startsWith(0.5f, 1).endsWith(-0.25f, 0.75f);
        bytes("m.weight", DType.U8, List.of(1L, 8L), "42".repeat(8));
        bytes("m.weight_scale", DType.F8_E4M3, List.of(1L, 1L), "40");
        floats("m.weight_scale_2", List.of(), 4);
        assertThat(values(config("{'quant_method': 'modelopt', 'quant_algo': 'NVFP4'}"), "m.weight"))
                .startsWith(8, 16);
    }

    @Test
    void packQuantizedCountsFromTheMiddleOrFromAZeroPoint() {
        ints("w.weight_packed", List.of(2L, 1L), 0x76543210, 0xfedcba98);
        floats("w.weight_scale", List.of(2L, 2L), 1, 10, 100, 1000);
        longs("w.weight_shape", 2, 8);
        assertThat(values(packed(4, true), "w.weight"))
                .containsExactly(-8, -7, -6, -5, -40, -30, -20, -10, 0, 100, 200, 300, 4000, 5000, 6000, 7000);
        // Packed along the rows: row 0 has 1 and 2, row 1 has 3 and 4.
        ints("w.weight_zero_point", List.of(1L, 2L), 0x31, 0x42);
        assertThat(values(packed(4, false), "w.weight"))
                .containsExactly(-1, 0, 1, 2, 20, 30, 40, 50, 500, 600, 700, 800, 8000, 9000, 10_000, 11_000);
        ints("w.weight_g_idx", List.of(8L), 1, 1, 1, 1, 0, 0, 0, 0);
        assertThat(values(packed(4, true), "w.weight")).startsWith(-80, -70, -60, -50, -4, -3, -2, -1);
    }

    @Test
    void packQuantizedRowsMayEndWithinAWord() {
        ints("w.weight_packed", List.of(2L, 2L), 0x83828180, 0x00000084, 0x7f7e7d7c, 0x0000007b);
        floats("w.weight_scale", List.of(2L, 1L), 1, 2);
        longs("w.weight_shape", 2, 5);
        String group = "{'quant_method': 'compressed-tensors', 'format': 'pack-quantized', 'config_groups': {'g': "
                + "{'targets': ['Linear'], 'weights': {'num_bits': 8, 'strategy': 'channel'}}}}";
        assertThat(values(config(group), "w.weight")).containsExactly(0, 1, 2, 3, 4, -8, -6, -4, -2, -10);
    }

    @Test
    void gptqTakesOnesFromWholeWords() {
        // Inputs of a word: output 0 has 0..7, output 1 has 8..15; eight outputs, whose others are 0.
        ints("w.qweight", List.of(1L, 8L), 0x76543210, 0xfedcba98, 0, 0, 0, 0, 0, 0);
        // Zero points 0, 1, 5, 0 ... less 0x11111111 as one number.
        ints("w.qzeros", List.of(1L, 1L), 0x00000510 - 0x11111111);
        floats("w.scales", List.of(1L, 8L), 1, 10, 1, 1, 1, 1, 1, 1);
        float[] first = values(gptq("'checkpoint_format': 'gptq'"), "w.weight");
        assertThat(first).startsWith(0, 1, 2, 3, 4, 5, 6, 7, 70, 80, 90);
        assertThat(first[16]).isEqualTo(-5f);
        ints("w.qzeros", List.of(1L, 1L), 0x00000510);
        assertThat(values(gptq("'checkpoint_format': 'gptq_v2'"), "w.weight")).containsExactly(first);
    }

    @Test
    void gptqGroupsFollowTheIndex() {
        ints("w.qweight", List.of(1L, 8L), 0x22222222, 0, 0, 0, 0, 0, 0, 0);
        ints("w.qzeros", List.of(2L, 1L), 0, 0x1);
        floats("w.scales", List.of(2L, 8L), 1, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0);
        ints("w.g_idx", List.of(8L), 1, 0, 1, 0, 1, 0, 1, 0);
        assertThat(values(gptq("'checkpoint_format': 'gptq_v2', 'group_size': 4"), "w.weight"))
                .startsWith(10, 2, 10, 2, 10, 2, 10, 2);
    }

    @Test
    void awqOutputsAreInTheKernelsOrder() {
        // Places 0 to 7 of a word hold outputs 0, 2, 4, 6, 1, 3, 5, 7.
        ints("w.qweight", List.of(2L, 1L), 0x75316420, 0x11111111);
        ints("w.qzeros", List.of(1L, 1L), 0);
        floats("w.scales", List.of(1L, 8L), 1, 1, 1, 1, 1, 1, 1, 2);
        assertThat(values(config("{'quant_method': 'awq', 'bits': 4, 'group_size': 2}"), "w.weight"))
                .containsExactly(0, 1, 1, 1, 2, 1, 3, 1, 4, 1, 5, 1, 6, 1, 14, 2);
    }

    @Test
    void nf4BlocksRunOverTheEndsOfRows() {
        // High bits first; 3 x 3 values in blocks of 4.
        bytes("w.weight", DType.U8, List.of(5L, 1L), "0123456780");
        floats("w.weight.quant_map", List.of(16L), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        floats("w.weight.absmax", List.of(3L), 1, 10, 100);
        state("{'blocksize': 4, 'shape': [3, 3], 'quant_type': 'nf4'}");
        Quantisation config = config("{'quant_method': 'bitsandbytes', 'load_in_4bit': true}");
        assertThat(values(config, "w.weight")).containsExactly(0, 1, 2, 3, 40, 50, 60, 70, 800);
        assertThat(row(config, "w.weight", 1, 3)).containsExactly(3, 40, 50);
        tensors.removeIf(
                tensor -> tensor.name().endsWith("absmax") || tensor.name().contains("quant_state"));
        bytes("w.weight.absmax", DType.U8, List.of(3L), "000102");
        float[] table = new float[256];
        table[1] = 0.5f;
        table[2] = 1;
        floats("w.weight.nested_quant_map", List.of(256L), table);
        floats("w.weight.nested_absmax", List.of(2L), 4, 8);
        state("{'blocksize': 4, 'shape': [3, 3], 'nested_blocksize': 2, 'nested_offset': 1.0}");
        assertThat(values(config, "w.weight")).containsExactly(0, 1, 2, 3, 12, 15, 18, 21, 72);
    }

    @Test
    void partsOfATensorAreItsRows() {
        floats("e.gate_up_proj", List.of(2L, 4L, 1L), 0, 1, 2, 3, 4, 5, 6, 7);
        StoredTensor all = find(new Quantisation.None(), "e.gate_up_proj");
        StoredTensor second = all.part(4, List.of(4L, 1L));
        assertThat(values(second)).containsExactly(4, 5, 6, 7);
        assertThat(values(second.each(2, 1, List.of(2L, 1L)))).containsExactly(5, 7);
        assertThat(second.plain()).isPresent();
        assertThat(second.each(2, 1, List.of(2L, 1L)).plain()).isEmpty();
        floats("e.down_proj", List.of(2L, 2L, 3L), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        StoredTensor turned =
                find(new Quantisation.None(), "e.down_proj").transposed().orElseThrow();
        assertThat(turned.shape()).containsExactly(2L, 3L, 2L);
        assertThat(values(turned)).containsExactly(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11);
        assertThat(values(turned.part(2, List.of(2L, 2L)))).containsExactly(2, 5, 6, 9);
    }

    @Test
    void rowsOfHeadsAreBroughtIntoHuggingFacesOrder() {
        floats("q", List.of(8L, 1L), 0, 1, 2, 3, 10, 11, 12, 13);
        Packing stored = find(new Quantisation.None(), "q").packing();
        assertThat(values(StoredTensor.of("q", List.of(8L, 1L), new PermutedHeads(stored, 2))))
                .containsExactly(0, 2, 1, 3, 10, 12, 11, 13);
    }

    @Test
    void keysAndValuesOfALatentAreOneProjection() {
        // One head: keys of size 2 from a latent of 3, stored transposed, and values of size 1.
        floats("k", List.of(3L, 2L), 1, 2, 3, 4, 5, 6);
        floats("v", List.of(1L, 3L), 7, 8, 9);
        Packing both = new LatentUpProjection(
                find(new Quantisation.None(), "k").packing(),
                find(new Quantisation.None(), "v").packing(),
                1);
        assertThat(values(StoredTensor.of("kv", List.of(3L, 3L), both))).containsExactly(1, 3, 5, 2, 4, 6, 7, 8, 9);
    }

    @Test
    void gatesAndUpsArePairedByHalvesOrInTurn() {
        floats("g", List.of(4L, 1L), 1, 2, 3, 4);
        floats("u", List.of(4L, 1L), 10, 20, 30, 40);
        Packing gates = find(new Quantisation.None(), "g").packing();
        Packing ups = find(new Quantisation.None(), "u").packing();
        assertThat(values(StoredTensor.of("b", List.of(8L, 1L), new PairedExperts(gates, ups, 2, false))))
                .containsExactly(1, 2, 10, 20, 3, 4, 30, 40);
        StoredTensor inTurn = StoredTensor.of("b", List.of(8L, 1L), new PairedExperts(gates, ups, 2, true));
        assertThat(values(inTurn)).containsExactly(1, 10, 2, 20, 3, 30, 4, 40);
        assertThat(values(inTurn.part(3, List.of(4L, 1L)))).containsExactly(20, 3, 30, 4);
    }

    @Test
    void namesWhatBelongsToATensorAndIsMissing() {
        bytes("w.weight", DType.F8_E4M3, List.of(1L, 2L), "3840");
        refused(fp8("{}"), "w.weight", "is packed, and there is no tensor w.weight_scale_inv");
        floats("w.weight_scale_inv", List.of(2L, 2L), 1, 2, 3, 4);
        refused(fp8("{'weight_block_size': [1, 2]}"), "w.weight", "has 1 x 1 scales for each matrix");
        ints("e.down_proj_blocks", List.of(1L, 1L, 1L, 4L), 1, 2, 3, 4);
        refused(config("{'quant_method': 'mxfp4'}"), "e.down_proj_blocks", "has type I32 instead of [U8]");
        bytes("d.down_proj_blocks", DType.U8, List.of(1L, 1L, 1L, 15L), "00".repeat(15));
        bytes("d.down_proj_scales", DType.U8, List.of(1L, 1L, 1L), "00");
        refused(config("{'quant_method': 'mxfp4'}"), "d.down_proj_blocks", "blocks have 16 bytes");
    }

    private void refused(Quantisation config, String name, String message) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> find(config, name))
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_CHECKPOINT));
    }

    private static Quantisation config(String json) {
        String whole = "{'quantization_config': %s}".formatted(json).replace('\'', '"');
        return QuantisationConfig.read(Path.of("config.json"), whole.getBytes(StandardCharsets.UTF_8));
    }

    private static Quantisation fp8(String keys) {
        return config("{'quant_method': 'fp8'" + keys.replaceFirst("^\\{", keys.equals("{}") ? "" : ", "));
    }

    private static Quantisation gptq(String keys) {
        return config("{'quant_method': 'gptq', 'bits': 4, %s}".formatted(keys));
    }

    private static Quantisation packed(int bits, boolean symmetric) {
        return config(("{'quant_method': 'compressed-tensors', 'format': 'pack-quantized', 'config_groups': {'g': "
                        + "{'targets': ['Linear'], 'weights': {'num_bits': %d, 'group_size': 4, 'symmetric': %s}}}}")
                .formatted(bits, symmetric));
    }

    private void bytes(String name, DType type, List<Long> shape, String hex) {
        add(new Tensor(name, type, shape, ByteBuffer.wrap(HexFormat.of().parseHex(hex))));
    }

    private void floats(String name, List<Long> shape, float... values) {
        add(Tensor.floats(name, shape, values));
    }

    private void ints(String name, List<Long> shape, int... values) {
        add(Tensor.ints(name, shape, values));
    }

    private void longs(String name, long... values) {
        add(Tensor.longs(name, List.of((long) values.length), values));
    }

    private void state(String json) {
        byte[] text = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        add(new Tensor(
                "w.weight.quant_state.bitsandbytes__nf4",
                DType.U8,
                List.of((long) text.length),
                ByteBuffer.wrap(text).order(ByteOrder.LITTLE_ENDIAN)));
    }

    private void add(Tensor tensor) {
        tensors.removeIf(other -> other.name().equals(tensor.name()));
        tensors.add(tensor);
    }

    private interface Use<T> {
        T with(PackedTensors index, TensorBytes bytes);
    }

    private <T> T open(Quantisation config, Use<T> use) {
        Path file = directory.resolve("model.safetensors");
        SafetensorsWriter.write(file, tensors, Map.of());
        try (SafetensorsReader reader = SafetensorsReader.open(file);
                OpenFile open = reader.file()) {
            Map<String, TensorInfo> byName = new TreeMap<>();
            reader.tensors().forEach(tensor -> byName.put(tensor.name(), tensor));
            TensorBytes bytes = (tensor, offset, target) -> tensor.read(open, offset, target);
            return use.with(new PackedTensors(byName, bytes, config), bytes);
        }
    }

    private StoredTensor find(Quantisation config, String name) {
        return open(config, (index, bytes) -> index.find(name).orElseThrow());
    }

    private float[] values(Quantisation config, String name) {
        float[] all =
                open(config, (index, bytes) -> index.find(name).orElseThrow().values(bytes));
        // Row by row gives the same.
        StoredTensor tensor = find(config, name);
        for (int row = 0; row < tensor.rows(); row++) {
            assertThat(row(config, name, row, tensor.columns()))
                    .containsExactly(Arrays.copyOfRange(all, row * tensor.columns(), (row + 1) * tensor.columns()));
        }
        return all;
    }

    private float[] row(Quantisation config, String name, int row, int columns) {
        return open(config, (index, bytes) -> {
            float[] values = new float[columns];
            index.find(name).orElseThrow().decoder(bytes).decode(row, 1, values);
            return values;
        });
    }

    private float[] values(StoredTensor tensor) {
        return open(new Quantisation.None(), (index, bytes) -> tensor.values(bytes));
    }
}
