package io.gatehouse.bench.decode;

import io.gatehouse.checkpoint.quantised.Bfloat16Decoder;
import io.gatehouse.checkpoint.quantised.GgmlBlocks;
import io.gatehouse.checkpoint.quantised.GgmlType;
import io.gatehouse.checkpoint.quantised.PackedTensors;
import io.gatehouse.checkpoint.quantised.QuantisationConfig;
import io.gatehouse.checkpoint.quantised.RowDecoder;
import io.gatehouse.checkpoint.quantised.StoredTensor;
import io.gatehouse.checkpoint.quantised.TensorBytes;
import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Decodes a matrix of random bytes in each packing, from memory and on one thread. */
public final class DecodeBench {
    /** Outputs and inputs of the matrix: two of an expert of Qwen3-30B-A3B. */
    private static final int ROWS = 1536;

    private static final int COLUMNS = 2048;
    private static final int GROUP = 128;
    private static final Path MEMORY = Path.of("memory");

    /**
     * What a packing took.
     *
     * @param packedBytes of the matrix with its scales
     * @param seconds of one decoding to fp32, the fastest round
     * @param bfloat16Seconds of one decoding to bf16, the fastest round
     */
    public record Measured(String packing, long packedBytes, double seconds, double bfloat16Seconds) {
        /** Gigabytes of packed weights in a second, to bf16. */
        public double packedGigabytes() {
            return packedBytes / bfloat16Seconds / 1e9;
        }

        /** Thousand millions of values in a second, to fp32. */
        public double values() {
            return (double) ROWS * COLUMNS / seconds / 1e9;
        }

        /** Thousand millions of values in a second, to bf16. */
        public double bfloat16Values() {
            return (double) ROWS * COLUMNS / bfloat16Seconds / 1e9;
        }
    }

    private final Random random = new Random(1);
    private final Map<String, TensorInfo> tensors = new HashMap<>();
    private final Map<String, byte[]> contents = new HashMap<>();
    private final TensorBytes memory = (tensor, offset, target) ->
            target.put(contents.getOrDefault(tensor.name(), new byte[0]), Math.toIntExact(offset), target.remaining());

    private final List<Measured> measured = new ArrayList<>();
    private final int rounds;

    private DecodeBench(int rounds) {
        this.rounds = rounds;
    }

    /** Measures every packing. */
    public static List<Measured> measure(int rounds) {
        DecodeBench bench = new DecodeBench(rounds);
        bench.plain();
        bench.fp8();
        bench.fp4();
        bench.integers();
        bench.columnwise();
        bench.nf4();
        bench.ggml();
        return List.copyOf(bench.measured);
    }

    private void add(String name, DType type, long... shape) {
        long elements = 1;
        List<Long> sizes = new ArrayList<>();
        for (long size : shape) {
            elements *= size;
            sizes.add(size);
        }
        byte[] content = new byte[Math.toIntExact(elements * type.bytes())];
        random.nextBytes(content);
        contents.put(name, content);
        tensors.put(name, new TensorInfo(name, type, sizes, MEMORY, 0, content.length));
    }

    /** Scales of ordinary size, so that no product is subnormal. */
    private void scales(String name, DType type, byte low, byte high, long... shape) {
        add(name, type, shape);
        byte[] content = contents.getOrDefault(name, new byte[0]);
        for (int i = 0; i < content.length; i++) {
            content[i] = i % type.bytes() == type.bytes() - 1 ? high : low;
        }
    }

    private void floats(String name, long... shape) {
        scales(name, DType.F32, (byte) 0, (byte) 0x3c, shape);
    }

    private void halves(String name, long... shape) {
        scales(name, DType.F16, (byte) 0, (byte) 0x2c, shape);
    }

    private void text(String name, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        contents.put(name, bytes);
        tensors.put(name, new TensorInfo(name, DType.U8, List.of((long) bytes.length), MEMORY, 0, bytes.length));
    }

    private void measure(String packing, String config, String name) {
        String whole = config.isEmpty()
                ? "{}"
                : "{'quantization_config': %s}".formatted(config).replace('\'', '"');
        StoredTensor tensor = new PackedTensors(
                        tensors, memory, QuantisationConfig.read(MEMORY, whole.getBytes(StandardCharsets.UTF_8)))
                .find(name)
                .orElseThrow();
        measure(packing, tensor);
        tensors.clear();
        contents.clear();
    }

    private void measure(String packing, StoredTensor tensor) {
        int atOnce = (int) Math.min(tensor.chunkRows(), tensor.rows());
        float[] values = new float[atOnce * tensor.columns()];
        byte[] rounded = new byte[atOnce * tensor.columns() * Short.BYTES];
        double seconds = fastest(() -> {
            RowDecoder decoder = tensor.decoder(memory);
            for (long row = 0; row < tensor.rows(); row += atOnce) {
                decoder.decode(row, (int) Math.min(atOnce, tensor.rows() - row), values);
            }
        });
        double bfloat16Seconds = fastest(() -> {
            Bfloat16Decoder decoder = tensor.bfloat16Decoder(memory);
            for (long row = 0; row < tensor.rows(); row += atOnce) {
                decoder.decode(row, (int) Math.min(atOnce, tensor.rows() - row), rounded);
            }
        });
        measured.add(new Measured(packing, tensor.bytes(), seconds, bfloat16Seconds));
    }

    private double fastest(Runnable work) {
        double fastest = Double.MAX_VALUE;
        for (int round = 0; round < rounds; round++) {
            long start = System.nanoTime();
            work.run();
            fastest = Math.min(fastest, (System.nanoTime() - start) / 1e9);
        }
        return fastest;
    }

    private void plain() {
        add("w.weight", DType.BF16, ROWS, COLUMNS);
        measure("BF16", "", "w.weight");
    }

    private void fp8() {
        add("w.weight", DType.F8_E4M3, ROWS, COLUMNS);
        floats("w.weight_scale_inv", ROWS / GROUP, COLUMNS / GROUP);
        measure("FP8, blocks of 128 x 128", "{'quant_method': 'fp8', 'weight_block_size': [128, 128]}", "w.weight");
        add("w.weight", DType.F8_E4M3, ROWS, COLUMNS);
        floats("w.weight_scale", ROWS, 1);
        measure("FP8, a scale for each row", "{'quant_method': 'fp8'}", "w.weight");
    }

    private void fp4() {
        add("w_blocks", DType.U8, 1, ROWS, COLUMNS / 32, 16);
        scales("w_scales", DType.U8, (byte) 0, (byte) 120, 1, ROWS, COLUMNS / 32);
        measure("MXFP4", "{'quant_method': 'mxfp4'}", "w_blocks");
        add("w.weight", DType.U8, ROWS, COLUMNS / 2);
        scales("w.weight_scale", DType.F8_E4M3, (byte) 0, (byte) 0x38, ROWS, COLUMNS / 16);
        floats("w.weight_scale_2", 1);
        measure("NVFP4", "{'quant_method': 'modelopt', 'quant_algo': 'NVFP4'}", "w.weight");
    }

    private void integers() {
        for (int bits : new int[] {4, 8}) {
            add("w.weight_packed", DType.I32, ROWS, COLUMNS * bits / Integer.SIZE);
            halves("w.weight_scale", ROWS, COLUMNS / GROUP);
            measure(
                    "compressed-tensors, %d bit".formatted(bits),
                    ("{'quant_method': 'compressed-tensors', 'format': 'pack-quantized', 'config_groups': {'g': "
                                    + "{'targets': ['Linear'], 'weights': {'num_bits': %d, 'group_size': 128}}}}")
                            .formatted(bits),
                    "w.weight");
        }
    }

    private void columnwise() {
        for (int bits : new int[] {4, 8}) {
            add("w.qweight", DType.I32, COLUMNS * bits / Integer.SIZE, ROWS);
            add("w.qzeros", DType.I32, COLUMNS / GROUP, ROWS * bits / Integer.SIZE);
            halves("w.scales", COLUMNS / GROUP, ROWS);
            measure(
                    "GPTQ, %d bit".formatted(bits),
                    "{'quant_method': 'gptq', 'bits': %d, 'group_size': 128}".formatted(bits),
                    "w.weight");
        }
        add("w.qweight", DType.I32, COLUMNS, ROWS / 8);
        add("w.qzeros", DType.I32, COLUMNS / GROUP, ROWS / 8);
        halves("w.scales", COLUMNS / GROUP, ROWS);
        measure("AWQ", "{'quant_method': 'awq', 'bits': 4, 'group_size': 128}", "w.weight");
    }

    private void nf4() {
        long elements = (long) ROWS * COLUMNS;
        add("w.weight", DType.U8, elements / 2, 1);
        floats("w.weight.quant_map", 16);
        add("w.weight.absmax", DType.U8, elements / 64);
        floats("w.weight.nested_quant_map", 256);
        floats("w.weight.nested_absmax", elements / 64 / 256);
        text(
                "w.weight.quant_state.bitsandbytes__nf4",
                "{\"blocksize\": 64, \"shape\": [%d, %d], \"nested_blocksize\": 256, \"nested_offset\": 0.5}"
                        .formatted(ROWS, COLUMNS));
        measure("NF4, scales quantised", "{'quant_method': 'bitsandbytes', 'load_in_4bit': true}", "w.weight");
    }

    private void ggml() {
        for (GgmlType type : GgmlType.values()) {
            if (type.isDecoded()) {
                int rowBytes = COLUMNS / type.elements() * type.bytes();
                // Ordinary numbers in every half, as it is a factor in some place of each block.
                scales("w", DType.F16, (byte) 0x41, (byte) 0x2c, ROWS, rowBytes / 2);
                byte[] content = contents.getOrDefault("w", new byte[0]);
                TensorInfo bytes =
                        new TensorInfo("w", DType.U8, List.of((long) ROWS, (long) rowBytes), MEMORY, 0, content.length);
                measure(
                        "GGUF " + type,
                        StoredTensor.of(
                                "w", List.of((long) ROWS, (long) COLUMNS), new GgmlBlocks(bytes, type, COLUMNS)));
            }
        }
    }
}
