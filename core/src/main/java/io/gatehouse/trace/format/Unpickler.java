package io.gatehouse.trace.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The machine of Python's pickle protocols 2 to 5 (PEP 307, 3154, 574; pickletools names the operations), without the
 * operations that plain data does not need.
 */
final class Unpickler {
    private static final Object MARK = new Object();

    private final FileBytes bytes;
    private final Pickle.Builder builder;
    private final List<Object> stack = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    /** The name of something that is built, not yet called. */
    private record Global(String name) {}

    /** The name of a constructor that stands as a value. */
    static String nameOf(Object value) {
        return value instanceof Global global ? global.name() : String.valueOf(value);
    }

    Unpickler(FileBytes bytes, Pickle.Builder builder) {
        this.bytes = bytes;
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
            case 'N' -> stack.add(Pickle.NONE);
            case 0x88 -> stack.add(true);
            case 0x89 -> stack.add(false);
            case 'J' -> stack.add((long) bytes.i32());
            case 'K' -> stack.add((long) bytes.u8());
            case 'M' -> stack.add((long) bytes.u16());
            case 0x8a -> stack.add(longOf(bytes.bytes(bytes.u8())));
            case 'G' -> stack.add(ByteBuffer.wrap(bytes.bytes(Double.BYTES)).getDouble());
            case 'X' -> stack.add(bytes.text(Integer.toUnsignedLong(bytes.i32())));
            case 0x8c -> stack.add(bytes.text(bytes.u8()));
            case 0x8d -> stack.add(bytes.text(bytes.i64()));
            case 'B' -> stack.add(bytes.bytes(Integer.toUnsignedLong(bytes.i32())));
            case 'C' -> stack.add(bytes.bytes(bytes.u8()));
            case 0x8e -> stack.add(bytes.bytes(bytes.i64()));
            case 'T' -> stack.add(latin(bytes.bytes(Integer.toUnsignedLong(bytes.i32()))));
            case 'U' -> stack.add(latin(bytes.bytes(bytes.u8())));
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean collection(int operation) {
        switch (operation) {
            case '(' -> stack.add(MARK);
            case ']', ')' -> stack.add(new ArrayList<>());
            case '}' -> stack.add(new LinkedHashMap<>());
            case 'l', 't' -> stack.add(toMark());
            case 'd' -> {
                List<Object> items = toMark();
                stack.add(new LinkedHashMap<>());
                put(items);
            }
            case 'a' -> list(last(1)).add(pop());
            case 'e' -> {
                List<Object> items = toMark();
                list(last(0)).addAll(items);
            }
            case 's' -> put(take(2));
            case 'u' -> put(toMark());
            case 0x85 -> stack.add(take(1));
            case 0x86 -> stack.add(take(2));
            case 0x87 -> stack.add(take(3));
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean memory(int operation) {
        switch (operation) {
            case 0x94 -> memo.put(memo.size(), last(0));
            case 'q' -> memo.put(bytes.u8(), last(0));
            case 'r' -> memo.put(bytes.i32(), last(0));
            case 'h' -> stack.add(remembered(bytes.u8()));
            case 'j' -> stack.add(remembered(bytes.i32()));
            case '0' -> pop();
            default -> {
                return false;
            }
        }
        return true;
    }

    private void build(int operation) {
        switch (operation) {
            case 'c' -> stack.add(new Global(line() + "." + line()));
            case 0x93 -> {
                Object name = pop();
                stack.add(new Global(pop() + "." + name));
            }
            case 'R', 0x81 -> {
                List<Object> arguments = list(pop());
                if (!(pop() instanceof Global called)) {
                    throw bytes.corrupt("calls what is no constructor");
                }
                stack.add(builder.build(called.name(), arguments, bytes));
            }
            // The state of a dtype says its byte order, which is ours on every machine that such files come from.
            case 'b' -> pop();
            case 'Q' -> stack.add(builder.outside(pop(), bytes));
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
        for (int i = 0; i < items.size(); i += 2) {
            dictionary.put(items.get(i), items.get(i + 1));
        }
    }

    private List<Object> list(Object value) {
        if (!(value instanceof List<?> list)) {
            throw bytes.corrupt("has %s where a list belongs".formatted(value));
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

    private Object pop() {
        last(0);
        return stack.remove(stack.size() - 1);
    }

    /** The value so many below the top. */
    private Object last(int below) {
        if (stack.size() <= below) {
            throw bytes.corrupt("takes more from its stack than is there");
        }
        return stack.get(stack.size() - 1 - below);
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
        for (int c = bytes.u8(); c != '\n'; c = bytes.u8()) {
            line.append((char) c);
        }
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
