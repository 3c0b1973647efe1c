package io.gatehouse.checkpoint.gguf;

import io.gatehouse.checkpoint.quantised.GgmlType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes small GGUF files. */
final class GgufBytes {
    private static final int ALIGNMENT = 32;

    private record Tensor(List<Long> shape, int type, byte[] data) {}

    private final Map<String, Object> keys = new LinkedHashMap<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    /** A key: a text, a number, a truth, or a list of one kind of them. */
    GgufBytes key(String name, Object value) {
        keys.put(name, value);
        return this;
    }

    /** A tensor of float32 by its row-major shape, whose values count up from 0. */
    GgufBytes floats(String name, long... shape) {
        long elements = 1;
        for (long size : shape) {
            elements *= size;
        }
        ByteBuffer data = ByteBuffer.allocate((int) elements * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            data.putFloat(i);
        }
        return tensor(name, 0, data.array(), shape);
    }

    GgufBytes tensor(String name, GgmlType type, byte[] data, long... shape) {
        int id = 0;
        while (!GgmlType.find(id).equals(Optional.of(type))) {
            id++;
        }
        return tensor(name, id, data, shape);
    }

    private GgufBytes tensor(String name, int type, byte[] data, long... shape) {
        tensors.put(name, new Tensor(Arrays.stream(shape).boxed().toList(), type, data));
        return this;
    }

    byte[] bytes() {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        put(head, ints(0x46554747, 3));
        put(head, longs(tensors.size(), keys.size()));
        keys.forEach((name, value) -> {
            text(head, name);
            put(head, ints(type(value)));
            value(head, value);
        });
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        tensors.forEach((name, tensor) -> {
            text(head, name);
            put(head, ints(tensor.shape().size()));
            for (int i = tensor.shape().size() - 1; i >= 0; i--) {
                put(head, longs(tensor.shape().get(i)));
            }
            put(head, ints(tensor.type()));
            put(head, longs(data.size()));
            put(data, tensor.data());
            pad(data);
        });
        pad(head);
        put(head, data.toByteArray());
        return head.toByteArray();
    }

    Path write(Path file) {
        try {
            return Files.write(file, bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int type(Object value) {
        if (value instanceof Integer) {
            return 4;
        } else if (value instanceof Float) {
            return 6;
        } else if (value instanceof Boolean) {
            return 7;
        } else if (value instanceof String) {
            return 8;
        }
        return 9;
    }

    private static void value(ByteArrayOutputStream out, Object value) {
        if (value instanceof Integer number) {
            put(out, ints(number));
        } else if (value instanceof Float number) {
            put(out, ints(Float.floatToIntBits(number)));
        } else if (value instanceof Boolean truth) {
            out.write(truth ? 1 : 0);
        } else if (value instanceof String text) {
            text(out, text);
        } else {
            List<?> items = (List<?>) value;
            put(out, ints(type(items.get(0))));
            put(out, longs(items.size()));
            items.forEach(item -> value(out, item));
        }
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        put(out, longs(bytes.length));
        put(out, bytes);
    }

    private static void pad(ByteArrayOutputStream out) {
        while (out.size() % ALIGNMENT != 0) {
            out.write(0);
        }
    }

    private static void put(ByteArrayOutputStream out, byte[] bytes) {
        out.write(bytes, 0, bytes.length);
    }

    private static byte[] ints(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(values);
        return bytes.array();
    }

    private static byte[] longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return bytes.array();
    }
}
