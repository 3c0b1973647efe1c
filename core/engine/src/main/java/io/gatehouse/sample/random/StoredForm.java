package io.gatehouse.sample.random;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter.Entry;
import io.gatehouse.sample.random.DecoderWeights.Spread;
import io.gatehouse.sample.random.DecoderWeights.Weight;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The tensors that the weights of a random checkpoint become in its files: each weight by itself, or packed as the
 * "quantization_config" of the config says. All groups of a matrix have one scale, which is that of a typical group.
 */
sealed interface StoredForm {
    /** A tensor of a file and what fills it. */
    record Part(Entry entry, Filling filling) {
        public Part {
            requireNonNull(entry, "entry is null");
            requireNonNull(filling, "filling is null");
        }

        long bytes() {
            return entry.bytes();
        }
    }

    /** What fills a tensor. */
    sealed interface Filling {
        /** Entries of a distribution. */
        record Drawn(Coding coding, Spread spread) implements Filling {
            public Drawn {
                requireNonNull(coding, "coding is null");
                requireNonNull(spread, "spread is null");
            }
        }

        /** Bytes that repeat, 16 of them. */
        record Repeated(ByteBuffer bytes) implements Filling {
            public Repeated {
                if (bytes.remaining() != 2 * Long.BYTES) {
                    throw new IllegalArgumentException("%d bytes repeat".formatted(bytes.remaining()));
                }
            }

            static Repeated of(StoredType type, float value) {
                ByteBuffer bytes = allocate();
                while (bytes.hasRemaining()) {
                    int bits = type.bits(value);
                    if (type.dtype().bytes() == Float.BYTES) {
                        bytes.putInt(bits);
                    } else {
                        bytes.putShort((short) bits);
                    }
                }
                return new Repeated(bytes.flip());
            }

            static Repeated of(byte value) {
                ByteBuffer bytes = allocate();
                while (bytes.hasRemaining()) {
                    bytes.put(value);
                }
                return new Repeated(bytes.flip());
            }

            static Repeated of(long first, long second) {
                return new Repeated(allocate().putLong(first).putLong(second).flip());
            }

            private static ByteBuffer allocate() {
                return ByteBuffer.allocate(2 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            }
        }
    }

    /** The tensors that a weight becomes; none if an earlier weight brought them. */
    List<Part> parts(Weight weight);

    /**
     * The form of a checkpoint.
     *
     * @param type of what is not packed
     */
    static StoredForm of(ObjectNode config, StoredType type) {
        Plain plain = new Plain(type);
        JsonNode packing = config.path("quantization_config");
        String method = packing.path("quant_method").asText();
        if (packing.isMissingNode()) {
            return plain;
        }
        if (method.equals("fp8")) {
            JsonNode block = packing.path("weight_block_size");
            return new Fp8(
                    plain,
                    block.path(0).asInt(),
                    block.path(1).asInt(),
                    Ignored.of(packing.path("modules_to_not_convert")));
        }
        if (method.equals("mxfp4")) {
            return new Mxfp4(plain, config.path("num_local_experts").asInt());
        }
        if (method.equals("compressed-tensors")) {
            JsonNode weights = packing.path("config_groups").path("group_0").path("weights");
            return new Int4(plain, weights.path("group_size").asInt(), Ignored.of(packing.path("ignore")));
        }
        throw new IllegalArgumentException("No random checkpoint is packed as '%s'".formatted(method));
    }

    /** Modules that stay as they are: names, ends of names, or regular expressions after "re:". */
    record Ignored(List<Pattern> patterns) {
        public Ignored {
            patterns = List.copyOf(patterns);
        }

        static Ignored of(JsonNode list) {
            List<Pattern> patterns = new ArrayList<>();
            list.forEach(entry -> {
                String text = entry.asText();
                patterns.add(
                        text.startsWith("re:")
                                ? Pattern.compile(text.substring("re:".length()))
                                : Pattern.compile("(.*\\.)?" + Pattern.quote(text) + "(\\..*)?"));
            });
            return new Ignored(patterns);
        }

        /** Whether the weight of a module is not packed. */
        boolean has(String weight) {
            String module = weight.substring(0, weight.lastIndexOf('.'));
            return patterns.stream().anyMatch(pattern -> pattern.matcher(module).matches());
        }
    }

    /** Each weight by itself. */
    record Plain(StoredType type) implements StoredForm {
        @Override
        public List<Part> parts(Weight weight) {
            return List.of(part(weight.name(), weight.shape(), weight.spread()));
        }

        Part part(String name, List<Long> shape, Spread spread) {
            return new Part(new Entry(name, type.dtype(), shape), new Filling.Drawn(type, spread));
        }

        Part scales(String name, StoredType of, List<Long> shape, float value) {
            return new Part(new Entry(name, of.dtype(), shape), Filling.Repeated.of(of, value));
        }
    }

    /** FP8 with a scale for each block, which DeepSeek-V3 introduced. */
    record Fp8(Plain plain, int blockRows, int blockColumns, Ignored ignored) implements StoredForm {
        /** Deviations that the largest value is from the mean: that of a block of 128 x 128. */
        private static final float REACH = 4.5f;

        public Fp8 {
            if (blockRows < 1 || blockColumns < 1) {
                throw new IllegalArgumentException("A block of %d x %d".formatted(blockRows, blockColumns));
            }
        }

        @Override
        public List<Part> parts(Weight weight) {
            if (!weight.projection() || ignored.has(weight.name())) {
                return plain.parts(weight);
            }
            long rows = weight.shape().get(0);
            long columns = weight.shape().get(1);
            float scale = (float) weight.spread().deviation() * REACH / Coding.E4m3.LARGEST;
            return List.of(
                    new Part(
                            new Entry(weight.name(), DType.F8_E4M3, weight.shape()),
                            new Filling.Drawn(new Coding.E4m3(scale), weight.spread())),
                    plain.scales(
                            weight.name() + "_scale_inv",
                            StoredType.FP32,
                            List.of(ceiling(rows, blockRows), ceiling(columns, blockColumns)),
                            scale));
        }

        private static long ceiling(long value, long divisor) {
            return (value + divisor - 1) / divisor;
        }
    }

    /** MXFP4 as gpt-oss stores its experts: those of a layer in one tensor, gate and up in turn. */
    record Mxfp4(Plain plain, int experts) implements StoredForm {
        private static final int GROUP = 32;
        private static final int E8M0_BIAS = 127;
        private static final Pattern EXPERT =
                Pattern.compile("(.*\\.experts\\.)(\\d+)\\.(gate|up|down)_proj\\.(weight|bias)");

        public Mxfp4 {
            if (experts < 1) {
                throw new IllegalArgumentException("%d experts".formatted(experts));
            }
        }

        @Override
        public List<Part> parts(Weight weight) {
            Matcher expert = EXPERT.matcher(weight.name());
            if (!expert.matches()) {
                return plain.parts(weight);
            }
            if (!expert.group(2).equals("0") || expert.group(3).equals("up")) {
                return List.of();
            }
            boolean gateAndUp = expert.group(3).equals("gate");
            String name = expert.group(1) + (gateAndUp ? "gate_up_proj" : "down_proj");
            long rows = weight.shape().get(0) * (gateAndUp ? 2 : 1);
            if (expert.group(4).equals("bias")) {
                return List.of(plain.part(name + "_bias", List.of((long) experts, rows), weight.spread()));
            }
            long groups = weight.shape().get(1) / GROUP;
            if (groups * GROUP != weight.shape().get(1)) {
                throw new IllegalArgumentException(
                        "%s of shape %s in groups of %d".formatted(weight.name(), weight.shape(), GROUP));
            }
            // 2^(floor(log2(largest)) - 2), as the OCP specification has it; the largest of 32 is about 2.1 deviations.
            int exponent = Math.getExponent((float) weight.spread().deviation() * 2.1f) - 2;
            return List.of(
                    new Part(
                            new Entry(name + "_blocks", DType.U8, List.of((long) experts, rows, groups, GROUP / 2L)),
                            new Filling.Drawn(new Coding.E2m1(Math.scalb(1f, exponent)), weight.spread())),
                    new Part(
                            new Entry(name + "_scales", DType.U8, List.of((long) experts, rows, groups)),
                            Filling.Repeated.of((byte) (exponent + E8M0_BIAS))));
        }
    }

    /** Four bits with a scale for each group of a row, as compressed-tensors packs them ("pack-quantized"). */
    record Int4(Plain plain, int group, Ignored ignored) implements StoredForm {
        private static final int PER_WORD = 8;

        /** Deviations that one step of the code is. */
        private static final float STEP = 0.4f;

        public Int4 {
            if (group < 1) {
                throw new IllegalArgumentException("A group of " + group);
            }
        }

        @Override
        public List<Part> parts(Weight weight) {
            if (!weight.projection() || ignored.has(weight.name())) {
                return plain.parts(weight);
            }
            long rows = weight.shape().get(0);
            long columns = weight.shape().get(1);
            if (columns % group != 0 || columns % PER_WORD != 0) {
                return plain.parts(weight);
            }
            // The scale as it is stored, so that codes and scale belong together.
            float scale = Float.intBitsToFloat(
                    StoredType.BF16.bits((float) weight.spread().deviation() * STEP) << 16);
            return List.of(
                    new Part(
                            new Entry(weight.name() + "_packed", DType.I32, List.of(rows, columns / PER_WORD)),
                            new Filling.Drawn(new Coding.Int4(scale), weight.spread())),
                    plain.scales(weight.name() + "_scale", StoredType.BF16, List.of(rows, columns / group), scale),
                    new Part(
                            new Entry(weight.name() + "_shape", DType.I64, List.of(2L)),
                            Filling.Repeated.of(rows, columns)));
        }
    }

    /** How values become codes of some bits. */
    interface Coding {
        /** Bits of a code: 4, 8, 16 or 32. */
        int width();

        /** The code of a value, in the lower bits of the result. */
        int bits(float value);

        /** FP8: a sign, four bits of exponent, three of fraction; no infinity. */
        record E4m3(float scale) implements Coding {
            static final float LARGEST = 448;
            private static final float[] VALUES = values();

            @Override
            public int width() {
                return Byte.SIZE;
            }

            @Override
            public int bits(float value) {
                return (value < 0 ? 0x80 : 0) | nearest(VALUES, Math.abs(value) / scale);
            }

            /** Of the codes without sign but that of NaN, the last. */
            private static float[] values() {
                float[] values = new float[0x7f];
                for (int code = 0; code < values.length; code++) {
                    int exponent = code >> 3;
                    int fraction = code & 7;
                    values[code] =
                            exponent == 0 ? Math.scalb(fraction, -9) : Math.scalb(1 + fraction / 8f, exponent - 7);
                }
                return values;
            }
        }

        /** FP4: a sign, two bits of exponent, one of fraction. */
        record E2m1(float scale) implements Coding {
            private static final float[] VALUES = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};

            @Override
            public int width() {
                return 4;
            }

            @Override
            public int bits(float value) {
                return (value < 0 ? 8 : 0) | nearest(VALUES, Math.abs(value) / scale);
            }
        }

        /** Whole numbers from -8 to 7, stored as 0 to 15. */
        record Int4(float scale) implements Coding {
            @Override
            public int width() {
                return 4;
            }

            @Override
            public int bits(float value) {
                return Math.max(-8, Math.min(7, Math.round(value / scale))) + 8;
            }
        }

        /** The index of the value, of ascending ones, that is nearest. */
        private static int nearest(float[] values, float wanted) {
            return IntStream.range(0, values.length - 1)
                    .filter(code -> wanted < (values[code] + values[code + 1]) / 2)
                    .findFirst()
                    .orElse(values.length - 1);
        }
    }
}
