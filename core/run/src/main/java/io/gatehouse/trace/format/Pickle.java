package io.gatehouse.trace.format;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import io.gatehouse.memory.FileMemory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Python's pickles of plain data. Nothing is imported and nothing called: a pickle names what it wants built, and what
 * is not on the list here is refused. Values are Long, Double, Boolean, String, byte[], List, Map, {@link NamedArray} and
 * {@link #NONE}.
 */
public final class Pickle {
    /** Python's None. */
    public static final Object NONE = new Object() {
        @Override
        public String toString() {
            return "None";
        }
    };

    private Pickle() {}

    /**
     * The value in a file.
     *
     * @throws GatehouseException FILE_NOT_FOUND; CORRUPT_DATASET if the file is damaged or wants something built that is
     *     not plain data
     */
    public static Object read(Path file) {
        FileMemory memory = FileMemory.of(file);
        return new Unpickler(FileBytes.read(file, memory), memory, new Plain(memory)).value();
    }

    /**
     * A value as it may stand in a message. Of a collection only that it is one: it may hold itself, and many times.
     */
    public static String shown(@Nullable Object value) {
        if (value instanceof String text) {
            return JsonValue.shown(text);
        }
        return value instanceof Number || value instanceof Boolean || value == NONE
                ? value.toString()
                : value instanceof Map ? "a dictionary" : value instanceof List ? "a list" : "an object";
    }

    /** How an unpickler makes values of what a pickle names. */
    interface Builder {
        /** What a constructor gives for its arguments. */
        Object build(String constructor, List<Object> arguments, FileBytes bytes);

        /** What stands outside the pickle under an id. */
        default Object outside(Object id, FileBytes bytes) {
            throw bytes.corrupt("points outside of itself: " + shown(id));
        }
    }

    /** Counters, dictionaries and the scalars of NumPy. */
    static class Plain implements Builder {
        private static final int ENTRY_BYTES = 48;

        private final FileMemory memory;

        Plain(FileMemory memory) {
            this.memory = memory;
        }

        @Override
        public Object build(String constructor, List<Object> arguments, FileBytes bytes) {
            return switch (constructor) {
                case "collections.Counter", "collections.OrderedDict" -> dictionary(arguments);
                case "collections.defaultdict" -> new LinkedHashMap<Object, Object>();
                case "numpy.dtype" -> new DtypeName(arguments.isEmpty() ? "" : shown(arguments.get(0)));
                case "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar" -> scalar(arguments, bytes);
                case "_codecs.encode" -> latin(arguments, bytes);
                default -> throw bytes.corrupt("wants %s built, which is not plain data".formatted(shown(constructor)));
            };
        }

        private record DtypeName(String name) {}

        private Object dictionary(List<Object> arguments) {
            if (!arguments.isEmpty() && arguments.get(0) instanceof Map<?, ?> items) {
                memory.take((long) items.size() * ENTRY_BYTES);
                return new LinkedHashMap<Object, Object>(items);
            }
            return new LinkedHashMap<Object, Object>();
        }

        private static Object scalar(List<Object> arguments, FileBytes bytes) {
            if (arguments.size() == 2
                    && arguments.get(0) instanceof DtypeName type
                    && arguments.get(1) instanceof byte[] content) {
                FileBytes value = bytes.part("a scalar", content);
                switch (type.name()) {
                    case "i8" -> {
                        return value.i64();
                    }
                    case "u8" -> {
                        return unsigned(value);
                    }
                    case "i4" -> {
                        return (long) value.i32();
                    }
                    case "u4" -> {
                        return Integer.toUnsignedLong(value.i32());
                    }
                    case "f8" -> {
                        return Double.longBitsToDouble(value.i64());
                    }
                    default -> throw bytes.corrupt("has a scalar of type " + type.name());
                }
            }
            throw bytes.corrupt("has a scalar without type and bytes");
        }

        private static long unsigned(FileBytes bytes) {
            long value = bytes.i64();
            if (value < 0) {
                throw bytes.corrupt("is %s, beyond 2^63".formatted(Long.toUnsignedString(value)));
            }
            return value;
        }

        /** How protocols before 3 write bytes: as text of one character a byte. */
        private Object latin(List<Object> arguments, FileBytes bytes) {
            if (!arguments.isEmpty() && arguments.get(0) instanceof String text) {
                memory.take(text.length());
                byte[] content = new byte[text.length()];
                for (int i = 0; i < content.length; i++) {
                    content[i] = (byte) text.charAt(i);
                }
                return content;
            }
            throw bytes.corrupt("has bytes without text");
        }
    }
}
