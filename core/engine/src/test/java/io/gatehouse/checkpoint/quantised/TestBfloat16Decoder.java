package io.gatehouse.checkpoint.quantised;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.checkpoint.safetensors.Bfloat16;
import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whatever way a packing has to bfloat16, its values are those of its way to floats, rounded: for random bytes, whose
 * scales include infinities and NaNs, and however many rows are decoded at a time.
 */
final class TestBfloat16Decoder {
    private static final int ROWS = 48;
    private static final int COLUMNS = 64;
    private static final Path FILE = Path.of("memory");

    private final Random random = new Random(5);
    private final Map<String, byte[]> contents = new HashMap<>();
    private final TensorBytes memory = (tensor, offset, target) ->
            target.put(contents.getOrDefault(tensor.name(), new byte[0]), Math.toIntExact(offset), target.remaining());

    @Test
    void plainTensorsAreRounded() {
        roundsAlike(new Plain(tensor("fp32", DType.F32, ROWS, COLUMNS)));
        roundsAlike(new Plain(tensor("odd", DType.F16, ROWS, 7)));
        roundsAlike(new Transposed(tensor("turned", DType.BF16, COLUMNS, ROWS)));
    }

    @Test
    void fp4HasATableForEachScale() {
        TensorInfo packed = tensor("packed", DType.U8, ROWS, COLUMNS / 2);
        Scales powers = new Scales(tensor("powers", DType.U8, ROWS, COLUMNS / 32), Scales.Kind.E8M0);
        Scales small = new Scales(tensor("small", DType.F8_E4M3, ROWS, COLUMNS / 16), Scales.Kind.E4M3);
        Scales numbers = new Scales(tensor("numbers", DType.F32, ROWS, COLUMNS / 16), Scales.Kind.FLOAT);
        TensorInfo factor = floats("factor", 0.37f);
        roundsAlike(new Fp4(packed, powers, COLUMNS, 32, Optional.empty()));
        roundsAlike(new Fp4(packed, small, COLUMNS, 16, Optional.of(new Fp4.TensorScale(factor, true))));
        roundsAlike(new Fp4(packed, small, COLUMNS, 16, Optional.of(new Fp4.TensorScale(factor, false))));
        roundsAlike(new Fp4(packed, numbers, COLUMNS, 16, Optional.empty()));
        // Groups that are not whole words.
        Scales narrow = new Scales(tensor("narrow", DType.F8_E4M3, ROWS, 6), Scales.Kind.E4M3);
        roundsAlike(new Fp4(tensor("sixes", DType.U8, ROWS, 18), narrow, 36, 6, Optional.empty()));
    }

    @Test
    void integersOfFourBitsHaveATableForEachGroup() {
        for (int bits : new int[] {2, 4, 8}) {
            TensorInfo packed = tensor("packed" + bits, DType.I32, ROWS, COLUMNS * bits / 32);
            TensorInfo scales = tensor("scales" + bits, DType.F16, ROWS, 4);
            TensorInfo zeros = tensor("zeros" + bits, DType.I32, ROWS * bits / 32, 4);
            roundsAlike(new PackedIntegers(packed, bits, COLUMNS, scales, 4, Optional.empty(), Optional.empty()));
            roundsAlike(new PackedIntegers(packed, bits, COLUMNS, scales, 4, Optional.of(zeros), Optional.empty()));
            roundsAlike(new PackedIntegers(
                    packed, bits, COLUMNS, scales, 4, Optional.of(zeros), Optional.of(groupOfEach(4))));
        }
    }

    @Test
    void gptqAndAwqHaveATableForEachGroupOfAnOutput() {
        TensorInfo scales = tensor("scales", DType.F16, 4, ROWS);
        for (int bits : new int[] {2, 4, 8}) {
            TensorInfo weight = tensor("weight" + bits, DType.I32, COLUMNS * bits / 32, ROWS);
            TensorInfo zeros = tensor("zeros" + bits, DType.I32, 4, ROWS * bits / 32);
            for (boolean minusOne : new boolean[] {false, true}) {
                roundsAlike(new Gptq(weight, zeros, scales, Optional.empty(), bits, COLUMNS, 4, minusOne));
                roundsAlike(new Gptq(weight, zeros, scales, Optional.of(groupOfEach(4)), bits, COLUMNS, 4, minusOne));
            }
        }
        roundsAlike(
                new Awq(tensor("awq", DType.I32, COLUMNS, ROWS / 8), tensor("z", DType.I32, 4, ROWS / 8), scales, 4));
        // Groups of two.
        roundsAlike(new Awq(
                tensor("awq2", DType.I32, COLUMNS, ROWS / 8),
                tensor("z2", DType.I32, COLUMNS / 2, ROWS / 8),
                tensor("s2", DType.F16, COLUMNS / 2, ROWS),
                COLUMNS / 2));
    }

    @Test
    void bytesHaveATableForEachScaleOfMany() {
        for (DType type : List.of(DType.F8_E4M3, DType.I8)) {
            TensorInfo weight = tensor("weight" + type, type, ROWS, COLUMNS);
            TensorInfo zeros = tensor("zeros" + type, DType.I8, 3, 3);
            Scales blocks = new Scales(tensor("blocks" + type, DType.F32, 3, 3), Scales.Kind.FLOAT);
            // Last blocks are smaller. Those of 20 x 31 are too few values for a table, those of 40 x 63 are not.
            ScaledBytes.Grid uneven = new ScaledBytes.Grid(ROWS, COLUMNS, 20, 31);
            ScaledBytes.Grid large = new ScaledBytes.Grid(ROWS, COLUMNS, 40, 63);
            roundsAlike(new ScaledBytes(weight, blocks, Optional.empty(), uneven));
            roundsAlike(new ScaledBytes(weight, blocks, Optional.of(zeros), uneven));
            roundsAlike(new ScaledBytes(weight, blocks, Optional.empty(), large));
            roundsAlike(new ScaledBytes(weight, blocks, Optional.of(zeros), large));
        }
    }

    @Test
    void normalFloatsHaveATableForEachBlock() {
        TensorInfo table = tensor("table", DType.F32, 16);
        for (int columns : new int[] {COLUMNS, COLUMNS - 2, COLUMNS - 1}) {
            int blocks = (ROWS * columns + 15) / 16;
            TensorInfo packed = tensor("packed" + columns, DType.U8, (ROWS * columns + 1) / 2, 1);
            TensorInfo absmax = tensor("absmax" + columns, DType.F32, blocks);
            TensorInfo nestedAbsmax = tensor("bytes" + columns, DType.U8, blocks);
            NormalFloat.Nested nested = new NormalFloat.Nested(
                    tensor("outer table", DType.F32, 256), tensor("outer", DType.F32, blocks), 8, 0.25f);
            roundsAlike(new NormalFloat(packed, table, absmax, 16, ROWS, columns, "NF4", Optional.empty()));
            roundsAlike(new NormalFloat(packed, table, nestedAbsmax, 16, ROWS, columns, "NF4", Optional.of(nested)));
        }
    }

    @Test
    void pairsInTurnAreDecodedEachByItself() {
        Scales powers = new Scales(tensor("powers", DType.U8, ROWS, COLUMNS / 32), Scales.Kind.E8M0);
        Packing gates = new Fp4(tensor("gates", DType.U8, ROWS, COLUMNS / 2), powers, COLUMNS, 32, Optional.empty());
        Packing ups = new Fp4(tensor("ups", DType.U8, ROWS, COLUMNS / 2), powers, COLUMNS, 32, Optional.empty());
        roundsAlike(new PairedExperts(gates, ups, 12, true));
        roundsAlike(new PairedExperts(gates, ups, 12, false));
    }

    @Test
    void blocksOfGgmlAreRounded() {
        for (GgmlType type : GgmlType.values()) {
            if (type.isDecoded()) {
                int rowBytes = 256 / type.elements() * type.bytes();
                roundsAlike(new GgmlBlocks(tensor(type.name(), DType.U8, ROWS, rowBytes), type, 256));
            }
        }
    }

    private void roundsAlike(Packing packing) {
        int columns = packing.columns();
        float[] all = new float[Math.toIntExact(packing.rows() * columns)];
        RowDecoder rowByRow = packing.decoder(memory);
        float[] one = new float[columns];
        for (int row = 0; row < packing.rows(); row++) {
            rowByRow.decode(row, 1, one);
            System.arraycopy(one, 0, all, row * columns, columns);
        }
        for (int step : new int[] {1, 2, 4}) {
            for (int atOnce : new int[] {1, 5, (int) packing.rows()}) {
                RowDecoder floats = packing.decoder(memory, step);
                Bfloat16Decoder rounded = packing.bfloat16Decoder(memory, step);
                for (int offset = 0; offset < step; offset++) {
                    for (long first = offset; first < packing.rows(); first += (long) atOnce * step) {
                        int rows = (int) Math.min(atOnce, (packing.rows() - first + step - 1) / step);
                        sameRows(packing, all, first, rows, step, floats, rounded);
                    }
                }
            }
        }
    }

    private static void sameRows(
            Packing packing, float[] all, long first, int rows, int step, RowDecoder floats, Bfloat16Decoder rounded) {
        int columns = packing.columns();
        float[] values = new float[rows * columns];
        byte[] bytes = new byte[rows * columns * Short.BYTES];
        floats.decode(first, rows, values);
        rounded.decode(first, rows, bytes);
        ByteBuffer bits = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < values.length; i++) {
            int row = (int) first + i / columns * step;
            float expected = all[row * columns + i % columns];
            assertThat(values[i])
                    .as("%s, row %d, column %d", packing, row, i % columns)
                    .isEqualTo(Float.valueOf(expected));
            short actual = bits.getShort(Short.BYTES * i);
            if (Float.isNaN(expected)) {
                assertThat(Bfloat16.toFloat(actual))
                        .as("%s, row %d", packing, row)
                        .isNaN();
            } else {
                assertThat(actual)
                        .as("%s, row %d, column %d: %s", packing, row, i % columns, expected)
                        .isEqualTo(Bfloat16.bits(expected));
            }
        }
    }

    private TensorInfo tensor(String name, DType type, long... shape) {
        List<Long> sizes = Arrays.stream(shape).boxed().toList();
        byte[] content = new byte[Math.toIntExact(sizes.stream().reduce(1L, Math::multiplyExact) * type.bytes())];
        random.nextBytes(content);
        contents.put(name, content);
        return new TensorInfo(name, type, sizes, FILE, 0, content.length);
    }

    private TensorInfo floats(String name, float value) {
        contents.put(
                name,
                ByteBuffer.allocate(Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putFloat(value)
                        .array());
        return new TensorInfo(name, DType.F32, List.of(1L), FILE, 0, Float.BYTES);
    }

    /** Groups in no order. */
    private TensorInfo groupOfEach(int groups) {
        ByteBuffer content = ByteBuffer.allocate(COLUMNS * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < COLUMNS; i++) {
            content.putInt(random.nextInt(groups));
        }
        contents.put("index", content.array());
        return new TensorInfo("index", DType.I32, List.of((long) COLUMNS), FILE, 0, content.capacity());
    }
}
