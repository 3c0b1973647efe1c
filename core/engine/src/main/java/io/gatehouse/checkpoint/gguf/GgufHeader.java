package io.gatehouse.checkpoint.gguf;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.databind.node.ValueNode;
import io.gatehouse.checkpoint.quantised.GgmlType;
import io.gatehouse.json.JsonValue;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The head of a GGUF file, version 2 or 3: metadata, and where each tensor lies. Nothing in it is believed: tensors must
 * have names of their own, and lie in the file at aligned places without overlap.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">gguf.md</a>
 * @param metadata the keys that were asked for, with their values as JSON
 * @param dataStart where the data of tensors begin
 */
public record GgufHeader(GgufSource source, ObjectNode metadata, List<Tensor> tensors, long dataStart) {
    private static final int MAGIC = 0x46554747;
    private static final String ALIGNMENT = "general.alignment";
    private static final int USUAL_ALIGNMENT = 32;
    private static final int MAX_ENTRIES = 1 << 17;
    /** Those of ggml: GGML_MAX_DIMS and GGML_MAX_NAME. */
    private static final int MAX_RANK = 4;

    private static final int MAX_NAME = 63;
    private static final int MAX_KEY = 65_535;
    private static final int MAX_TEXT = 16 << 20;
    /** Heap that an entry takes. */
    private static final int ENTRY_BYTES = 256;

    private static final int NUMBER_BYTES = 48;
    private static final int TEXT = 8;
    private static final int LIST = 9;
    /** Bytes of a value by its type; texts and lists say theirs themselves. */
    private static final int[] VALUE_BYTES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

    /**
     * Where a tensor lies.
     *
     * @param shape row-major, which is GGUF's order turned round
     * @param offset in the file
     */
    public record Tensor(String name, List<Long> shape, GgmlType type, long offset, long bytes) {
        public Tensor {
            requireNonNull(name, "name is null");
            requireNonNull(type, "type is null");
            shape = List.copyOf(shape);
        }
    }

    public GgufHeader {
        requireNonNull(source, "source is null");
        requireNonNull(metadata, "metadata is null");
        tensors = List.copyOf(tensors);
    }

    /**
     * Reads a header.
     *
     * @param kept which keys of the metadata are kept; others are passed over
     * @throws io.gatehouse.error.GatehouseException with the source's code, or OUT_OF_MEMORY
     */
    public static GgufHeader read(GgufSource source, Predicate<String> kept) {
        return new Parser(source, kept).header();
    }

    private static final class Parser {
        private final GgufSource source;
        private final Predicate<String> kept;
        private final GgufInput input;
        private final ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        private long alignment = USUAL_ALIGNMENT;

        Parser(GgufSource source, Predicate<String> kept) {
            this.source = source;
            this.kept = kept;
            this.input = new GgufInput(source);
        }

        GgufHeader header() {
            if (source.size() < Integer.BYTES || input.i32() != MAGIC) {
                throw source.corrupt("is not a GGUF file");
            }
            int version = input.i32();
            if (version != 2 && version != 3) {
                boolean bigEndian = version != 0 && (version & 0xffff) == 0;
                throw source.corrupt(
                        bigEndian
                                ? "is a GGUF file in big-endian order, which is not read"
                                : "is of GGUF version %d, which is not read".formatted(version));
            }
            int tensors = count("tensors");
            int keys = count("key-value pairs");
            Set<String> names = new HashSet<>();
            for (int i = 0; i < keys; i++) {
                pair(names);
            }
            List<Tensor> relative = new ArrayList<>();
            names.clear();
            for (int i = 0; i < tensors; i++) {
                relative.add(tensor(names));
            }
            long start = (input.position() + alignment - 1) / alignment * alignment;
            List<Tensor> placed =
                    relative.stream().map(tensor -> placed(tensor, start)).toList();
            requireDisjoint(placed);
            return new GgufHeader(source, metadata, placed, start);
        }

        private int count(String what) {
            long count = input.i64();
            if (count < 0 || count > MAX_ENTRIES) {
                throw source.corrupt("says that it has %s %s; at most %,d are read"
                        .formatted(Long.toUnsignedString(count), what, MAX_ENTRIES));
            }
            return (int) count;
        }

        private void pair(Set<String> names) {
            String key = input.text(MAX_KEY);
            input.keep(ENTRY_BYTES);
            if (!names.add(key)) {
                throw source.corrupt("has the key '%s' twice".formatted(JsonValue.shown(key)));
            }
            int type = input.i32();
            if (key.equals(ALIGNMENT)) {
                ValueNode value = type == LIST || type == TEXT ? TextNode.valueOf("") : number(key, type);
                alignment = value.isIntegralNumber() && value.canConvertToInt() ? value.longValue() : 0;
                if (alignment < 1 || Long.bitCount(alignment) != 1) {
                    throw source.corrupt("has the alignment %s, which is not a power of two".formatted(value));
                }
            } else if (!kept.test(key)) {
                skip(key, type);
            } else if (type == LIST) {
                list(key);
            } else {
                metadata.set(key, type == TEXT ? TextNode.valueOf(input.text(MAX_TEXT)) : number(key, type));
            }
        }

        private void list(String key) {
            int of = input.i32();
            long items = input.i64();
            ArrayNode list = metadata.putArray(key);
            input.requireHeld(bytes(items, of == TEXT ? Long.BYTES : size(key, of)));
            for (long i = 0; i < items; i++) {
                input.keep(NUMBER_BYTES);
                list.add(of == TEXT ? TextNode.valueOf(input.text(MAX_TEXT)) : number(key, of));
            }
        }

        private ValueNode number(String key, int type) {
            return switch (type) {
                case 0 -> LongNode.valueOf(input.u8());
                case 1 -> LongNode.valueOf((byte) input.u8());
                case 2 -> LongNode.valueOf(Short.toUnsignedInt(input.i16()));
                case 3 -> LongNode.valueOf(input.i16());
                case 4 -> LongNode.valueOf(Integer.toUnsignedLong(input.i32()));
                case 5 -> LongNode.valueOf(input.i32());
                // The shortest decimal fraction is what config.json had before it was rounded.
                case 6 -> DoubleNode.valueOf(Double.parseDouble(Float.toString(input.f32())));
                case 7 -> BooleanNode.valueOf(input.u8() != 0);
                case 10 -> unsigned(input.i64());
                case 11 -> LongNode.valueOf(input.i64());
                case 12 -> DoubleNode.valueOf(input.f64());
                default -> throw unknown(key, type);
            };
        }

        private static ValueNode unsigned(long value) {
            return value >= 0
                    ? LongNode.valueOf(value)
                    : BigIntegerNode.valueOf(new BigInteger(Long.toUnsignedString(value)));
        }

        private void skip(String key, int type) {
            if (type == LIST) {
                int of = input.i32();
                long items = input.i64();
                if (of == TEXT) {
                    input.requireHeld(bytes(items, Long.BYTES));
                    for (long i = 0; i < items; i++) {
                        input.skip(input.i64());
                    }
                } else {
                    input.skip(bytes(items, size(key, of)));
                }
            } else if (type == TEXT) {
                input.skip(input.i64());
            } else {
                input.skip(size(key, type));
            }
        }

        /** Negative, and so refused, where the product would not be a number of bytes. */
        private static long bytes(long items, int each) {
            return items < 0 || items > Long.MAX_VALUE / each ? -1 : items * each;
        }

        private int size(String key, int type) {
            int size = type >= 0 && type < VALUE_BYTES.length ? VALUE_BYTES[type] : 0;
            if (size == 0) {
                throw unknown(key, type);
            }
            return size;
        }

        private RuntimeException unknown(String key, int type) {
            return source.corrupt(
                    "has a value of type %d under '%s', which is not read".formatted(type, JsonValue.shown(key)));
        }

        private Tensor tensor(Set<String> names) {
            String name = input.text(MAX_KEY);
            input.keep(ENTRY_BYTES);
            String shown = JsonValue.shown(name);
            if (name.length() > MAX_NAME) {
                throw source.corrupt("has a tensor whose name has %d letters; ggml allows %d: %s"
                        .formatted(name.length(), MAX_NAME, shown));
            }
            if (!names.add(name)) {
                throw source.corrupt("has tensor %s twice".formatted(shown));
            }
            int rank = input.i32();
            if (rank < 1 || rank > MAX_RANK) {
                throw source.corrupt("has tensor %s of %s dimensions".formatted(shown, Integer.toUnsignedString(rank)));
            }
            List<Long> shape = new ArrayList<>();
            for (int i = 0; i < rank; i++) {
                shape.add(0, input.i64());
            }
            int id = input.i32();
            GgmlType type = GgmlType.find(id)
                    .orElseThrow(() ->
                            source.corrupt("has tensor %s of type %d, which ggml does not have".formatted(shown, id)));
            if (type.isGone()) {
                throw source.corrupt("has tensor %s of type %s, which ggml has removed".formatted(shown, type));
            }
            return new Tensor(name, shape, type, input.i64(), bytes(shown, shape, type));
        }

        private long bytes(String shown, List<Long> shape, GgmlType type) {
            long blocks = 1;
            long row = shape.get(shape.size() - 1);
            if (row % type.elements() != 0) {
                throw source.corrupt("has tensor %s of type %s with rows of %,d; its blocks have %d"
                        .formatted(shown, type, row, type.elements()));
            }
            try {
                for (int i = 0; i < shape.size(); i++) {
                    long size = i == shape.size() - 1 ? row / type.elements() : shape.get(i);
                    if (size < 1) {
                        throw source.corrupt("has tensor %s of shape %s".formatted(shown, shape));
                    }
                    blocks = Math.multiplyExact(blocks, size);
                }
                Math.multiplyExact(blocks, type.elements());
                return Math.multiplyExact(blocks, type.bytes());
            } catch (ArithmeticException e) {
                throw source.corrupt("has tensor %s of shape %s, which is too large".formatted(shown, shape));
            }
        }

        private Tensor placed(Tensor tensor, long start) {
            long offset = tensor.offset();
            if (offset < 0 || offset % alignment != 0) {
                throw source.corrupt("has tensor %s at offset %s, which is not a multiple of %d in the file"
                        .formatted(JsonValue.shown(tensor.name()), Long.toUnsignedString(offset), alignment));
            }
            if (offset > source.size() - start || tensor.bytes() > source.size() - start - offset) {
                throw source.corrupt("ends at byte %,d, before the end of tensor %s: %,d bytes from %,d on"
                        .formatted(source.size(), JsonValue.shown(tensor.name()), tensor.bytes(), start + offset));
            }
            return new Tensor(tensor.name(), tensor.shape(), tensor.type(), start + offset, tensor.bytes());
        }

        private void requireDisjoint(List<Tensor> tensors) {
            List<Tensor> inOrder = tensors.stream()
                    .sorted(Comparator.comparingLong(Tensor::offset).thenComparingLong(Tensor::bytes))
                    .toList();
            for (int i = 1; i < inOrder.size(); i++) {
                Tensor before = inOrder.get(i - 1);
                if (before.offset() + before.bytes() > inOrder.get(i).offset()) {
                    throw source.corrupt("has tensor %s where tensor %s is"
                            .formatted(JsonValue.shown(inOrder.get(i).name()), JsonValue.shown(before.name())));
                }
            }
        }
    }
}
