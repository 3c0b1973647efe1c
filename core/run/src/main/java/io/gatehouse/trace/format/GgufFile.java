package io.gatehouse.trace.format;

import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import io.gatehouse.memory.FileMemory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The float32 tensors of a GGUF file, version 2 or 3. Its key-value pairs are passed over but for the alignment. */
public final class GgufFile {
    private static final int MAGIC = 0x46554747;
    private static final String ALIGNMENT = "general.alignment";
    private static final int USUAL_ALIGNMENT = 32;
    private static final int MAX_ENTRIES = 1 << 17;
    private static final int MAX_RANK = 8;
    private static final int F32 = 0;
    private static final int UINT32 = 4;
    private static final int STRING = 8;
    private static final int ARRAY = 9;
    /** Bytes of a value by its type; strings and arrays say theirs themselves. */
    private static final int[] VALUE_BYTES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

    private record Entry(String name, List<Integer> shape, int type, long offset) {
        /** Its bytes if it is of float32; as many as there can be if it has more. */
        private long bytes() {
            long elements = 1;
            for (int size : shape) {
                elements = Math.min(elements * size, Integer.MAX_VALUE);
            }
            return elements * DType.F32.bytes();
        }
    }

    private GgufFile() {}

    /**
     * The float32 tensors whose names end in the suffix; shapes are row-major, which is GGUF's order turned round.
     *
     * @throws GatehouseException FILE_NOT_FOUND or CORRUPT_DATASET
     */
    public static List<NamedArray> read(Path file, String suffix) {
        FileBytes bytes = FileBytes.read(file, FileMemory.of(file));
        if (bytes.remaining() < Integer.BYTES || bytes.i32() != MAGIC) {
            throw bytes.corrupt("is not a GGUF file");
        }
        int version = bytes.i32();
        if (version != 2 && version != 3) {
            throw bytes.corrupt("is of GGUF version %d, which is not read".formatted(version));
        }
        int tensors = count(bytes, "tensors");
        int alignment = alignment(bytes, count(bytes, "key-value pairs"));
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < tensors; i++) {
            entries.add(entry(bytes));
        }
        long data = (bytes.position() + alignment - 1L) / alignment * alignment;
        requireDisjoint(entries, bytes);
        List<NamedArray> arrays = new ArrayList<>();
        for (Entry entry : entries) {
            bytes.position(entry.offset() < 0 ? -1 : data + entry.offset());
            if (entry.type() == F32) {
                bytes.requireArray(DType.F32, entry.shape());
            }
            if (entry.name().endsWith(suffix)) {
                if (entry.type() != F32) {
                    throw bytes.corrupt("has tensor %s of type %d instead of float32"
                            .formatted(JsonValue.shown(entry.name()), entry.type()));
                }
                arrays.add(bytes.array(entry.name(), DType.F32, entry.shape()));
            }
        }
        return arrays;
    }

    /** Tensors that share bytes would together be larger than the file. Of other types the size is not known here. */
    private static void requireDisjoint(List<Entry> entries, FileBytes bytes) {
        List<Entry> inOrder = entries.stream()
                .filter(entry -> entry.type() == F32)
                .sorted(Comparator.comparingLong(Entry::offset).thenComparingLong(Entry::bytes))
                .toList();
        for (int i = 1; i < inOrder.size(); i++) {
            Entry before = inOrder.get(i - 1);
            if (before.bytes() > inOrder.get(i).offset() - before.offset()) {
                throw bytes.corrupt("has tensor %s where tensor %s is"
                        .formatted(JsonValue.shown(inOrder.get(i).name()), JsonValue.shown(before.name())));
            }
        }
    }

    private static Entry entry(FileBytes bytes) {
        String name = bytes.text(bytes.i64());
        int rank = bytes.i32();
        if (rank < 0 || rank > MAX_RANK) {
            throw bytes.corrupt("has tensor %s of %d dimensions".formatted(JsonValue.shown(name), rank));
        }
        List<Integer> shape = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            long size = bytes.i64();
            if (size < 0 || size > Integer.MAX_VALUE) {
                throw bytes.corrupt("has tensor %s with a dimension of %d".formatted(JsonValue.shown(name), size));
            }
            shape.add(0, (int) size);
        }
        return new Entry(name, shape, bytes.i32(), bytes.i64());
    }

    private static int count(FileBytes bytes, String what) {
        long count = bytes.i64();
        if (count < 0 || count > MAX_ENTRIES) {
            throw bytes.corrupt("says that it has %s %s".formatted(Long.toUnsignedString(count), what));
        }
        return (int) count;
    }

    private static int alignment(FileBytes bytes, int pairs) {
        int alignment = USUAL_ALIGNMENT;
        for (int i = 0; i < pairs; i++) {
            String key = bytes.text(bytes.i64());
            int type = bytes.i32();
            if (key.equals(ALIGNMENT) && type == UINT32) {
                alignment = bytes.i32();
            } else {
                skip(bytes, key, type);
            }
        }
        if (alignment < 1) {
            throw bytes.corrupt("has the alignment %d".formatted(alignment));
        }
        return alignment;
    }

    private static void skip(FileBytes bytes, String key, int type) {
        if (type == ARRAY) {
            int of = bytes.i32();
            long items = bytes.i64();
            if (of == STRING) {
                for (long i = 0; i < items; i++) {
                    bytes.skip(bytes.i64());
                }
            } else {
                long each = size(bytes, key, of);
                // Negative, and so refused, where the product would not be a number of bytes.
                bytes.skip(items > Long.MAX_VALUE / each ? -1 : items * each);
            }
        } else if (type == STRING) {
            bytes.skip(bytes.i64());
        } else {
            bytes.skip(size(bytes, key, type));
        }
    }

    private static int size(FileBytes bytes, String key, int type) {
        int size = type >= 0 && type < VALUE_BYTES.length ? VALUE_BYTES[type] : 0;
        if (size == 0) {
            throw bytes.corrupt(
                    "has a value of type %d under %s, which is not read".formatted(type, JsonValue.shown(key)));
        }
        return size;
    }
}
