package io.gatehouse.trace.format;

import io.gatehouse.memory.FileMemory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The machine of Python's pickle protocols 2 to 5 (PEP 307, 3154, 574; pickletools names the operations), without the
 * operations that plain data does not need. A few bytes can make a value that holds itself, or one list a billion times:
 * no collection is ever hashed, compared, copied as a whole without being counted, or shown.
 */
final class Unpickler {
    private static final Object MARK = new Object();
    /** Heap that values take, with their place on the stack. */
    private static final int REFERENCE = 8;

    private static final int NUMBER = 32;
    private static final int TEXT = 64;
    private static final int COLLECTION = 96;
    private static final int ENTRY = 64;

    private final FileBytes bytes;
    private final FileMemory memory;
    private final Pickle.Builder builder;
    private final List<Object> stack = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    /** The name of something that is built, not yet called. */
    private record Global(String name) {}

    /** A key that is a collection: it is never looked up, and equals nothing else. */
    private static final class Opaque {}

    /** The name of a constructor that stands as a value. */
    static String nameOf(Object value) {
        return value instanceof Global global ? global.name() : Pickle.shown(value);
    }

    Unpickler(FileBytes bytes, FileMemory memory, Pickle.Builder builder) {
        this.bytes = bytes;
        this.memory = memory;
        this.builder = builder;
    }

    Object value() {
        while (true) {
            int operation = bytes.u8();
            if (operation == '.') {
                return pop();
            }
            if (!constant(operation) && !collection(operation) && !memory(operation)) {
                build(operation);
            }
        }
    }

    private boolean constant(int operation) {
        switch (operation) {
            case 0x80 -> bytes.u8();
            case 0x95 -> bytes.i64();
            case 'N' -> push(Pickle.NONE, 0);
            case 0x88 -> push(true, 0);
            case 0x89 -> push(false, 0);
            case 'J' -> push((long) bytes.i32(), NUMBER);
            case 'K' -> push((long) bytes.u8(), NUMBER);
            case 'M' -> push((long) bytes.u16(), NUMBER);
            case 0x8a -> push(longOf(bytes.bytes(bytes.u8())), NUMBER);
            case 'G' -> push(ByteBuffer.wrap(bytes.bytes(Double.BYTES)).getDouble(), NUMBER);
            case 'X' -> push(text(Integer.toUnsignedLong(bytes.i32())), TEXT);
            case 0x8c -> push(text(bytes.u8()), TEXT);
            case 0x8d -> push(text(bytes.i64()), TEXT);
            case 'B' -> push(content(Integer.toUnsignedLong(bytes.i32())), TEXT);
            case 'C' -> push(content(bytes.u8()), TEXT);
            case 0x8e -> push(content(bytes.i64()), TEXT);
            case 'T' -> push(latin(content(Integer.toUnsignedLong(bytes.i32()))), TEXT);
            case 'U' -> push(latin(content(bytes.u8())), TEXT);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean collection(int operation) {
        switch (operation) {
            case '(' -> push(MARK, 0);
            case ']', ')' -> push(new ArrayList<>(), COLLECTION);
            case '}' -> push(new LinkedHashMap<>(), COLLECTION);
            case 'l', 't' -> push(toMark(), COLLECTION);
            case 'd' -> {
                List<Object> items = toMark();
                push(new LinkedHashMap<>(), COLLECTION);
                put(items);
            }
            case 'a' -> {
                memory.take(2 * REFERENCE);
                list(last(1)).add(pop());
            }
            case 'e' -> {
                List<Object> items = toMark();
                list(last(0)).addAll(items);
            }
            case 's' -> put(take(2));
            case 'u' -> put(toMark());
            case 0x85 -> push(take(1), COLLECTION);
            case 0x86 -> push(take(2), COLLECTION);
            case 0x87 -> push(take(3), COLLECTION);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean memory(int operation) {
        switch (operation) {
            case 0x94 -> remember(memo.size());
            case 'q' -> remember(bytes.u8());
            case 'r' -> remember(bytes.i32());
            case 'h' -> push(remembered(bytes.u8()), 0);
            case 'j' -> push(remembered(bytes.i32()), 0);
            case '0' -> pop();
            default -> {
                return false;
            }
        }
        return true;
    }

    private void build(int operation) {
        switch (operation) {
            case 'c' -> push(new Global(line() + "." + line()), TEXT);
            case 0x93 -> {
                if (!(pop() instanceof String name) || !(pop() instanceof String module)) {
                    throw bytes.corrupt("names a constructor by what is not a text");
                }
                memory.take(2L * (name.length() + module.length()));
                push(new Global(module + "." + name), TEXT);
            }
            case 'R', 0x81 -> {
                List<Object> arguments = list(pop());
                if (!(pop() instanceof Global called)) {
                    throw bytes.corrupt("calls a value that is not a constructor");
                }
                push(builder.build(called.name(), arguments, bytes), COLLECTION);
            }
            // The state of a dtype says its byte order, which is ours on every machine that such files come from.
            case 'b' -> pop();
            case 'Q' -> push(builder.outside(pop(), bytes), COLLECTION);
            default ->
                throw bytes.corrupt("has the operation 0x%02x, which plain data does not need".formatted(operation));
        }
    }

    private void put(List<Object> items) {
        if (!(last(0) instanceof Map<?, ?> map) || items.size() % 2 != 0) {
            throw bytes.corrupt("puts %d keys and values where no dictionary is".formatted(items.size()));
        }
        @SuppressWarnings("unchecked") // Every map on the stack was made here or by a builder, of objects.
        Map<Object, Object> dictionary = (Map<Object, Object>) map;
        memory.take((long) items.size() * ENTRY);
        for (int i = 0; i < items.size(); i += 2) {
            dictionary.put(key(items.get(i)), items.get(i + 1));
        }
    }

    private static Object key(Object value) {
        return value instanceof String || value instanceof Number || value instanceof Boolean || value == Pickle.NONE
                ? value
                : new Opaque();
    }

    private List<Object> list(Object value) {
        if (!(value instanceof List<?> list)) {
            throw bytes.corrupt("has %s where a list belongs".formatted(Pickle.shown(value)));
        }
        @SuppressWarnings("unchecked") // As above.
        List<Object> objects = (List<Object>) list;
        return objects;
    }

    private List<Object> toMark() {
        int mark = stack.lastIndexOf(MARK);
        if (mark < 0) {
            throw bytes.corrupt("takes items from a mark that is not there");
        }
        memory.take((long) (stack.size() - mark) * 2 * REFERENCE);
        List<Object> items = new ArrayList<>(stack.subList(mark + 1, stack.size()));
        stack.subList(mark, stack.size()).clear();
        return items;
    }

    private List<Object> take(int count) {
        last(count - 1);
        List<Object> top = stack.subList(stack.size() - count, stack.size());
        List<Object> items = new ArrayList<>(top);
        top.clear();
        return items;
    }

    private void push(Object value, int heap) {
        memory.take(2 * REFERENCE + heap);
        stack.add(value);
    }

    private String text(long length) {
        // A byte may become a character of two.
        memory.take(2L * bytes.requireHeld(length));
        return bytes.text(length);
    }

    private byte[] content(long length) {
        memory.take(2L * bytes.requireHeld(length));
        return bytes.bytes(length);
    }

    private Object pop() {
        last(0);
        return stack.remove(stack.size() - 1);
    }

    /** The value at a depth below the top. */
    private Object last(int below) {
        if (stack.size() <= below) {
            throw bytes.corrupt("takes more from its stack than is there");
        }
        return stack.get(stack.size() - 1 - below);
    }

    private void remember(int key) {
        memory.take(ENTRY);
        memo.put(key, last(0));
    }

    private Object remembered(int key) {
        Object value = memo.get(key);
        if (value == null) {
            throw bytes.corrupt("remembers nothing under %d".formatted(key));
        }
        return value;
    }

    private String line() {
        StringBuilder line = new StringBuilder();
        int start = bytes.position();
        for (int c = bytes.u8(); c != '\n'; c = bytes.u8()) {
            line.append((char) c);
        }
        memory.take(3L * (bytes.position() - start));
        return line.toString();
    }

    private long longOf(byte[] littleEndian) {
        if (littleEndian.length > Long.BYTES) {
            throw bytes.corrupt("has a whole number of %d bytes".formatted(littleEndian.length));
        }
        long value = littleEndian.length > 0 && littleEndian[littleEndian.length - 1] < 0 ? -1 : 0;
        for (int i = littleEndian.length - 1; i >= 0; i--) {
            value = value << Byte.SIZE | Byte.toUnsignedLong(littleEndian[i]);
        }
        return value;
    }

    private static String latin(byte[] text) {
        return new String(text, StandardCharsets.ISO_8859_1);
    }
}
