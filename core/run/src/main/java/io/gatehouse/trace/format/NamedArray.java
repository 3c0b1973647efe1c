package io.gatehouse.trace.format;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** An array of numbers with a name, row-major: a view of the bytes that it was found in. */
public final class NamedArray {
    private final String name;
    private final List<Integer> shape;
    private final DType element;
    private final ByteBuffer bytes;
    private final int size;

    /** @param bytes from the first element on; there may be more of them than the array takes */
    NamedArray(String name, List<Integer> shape, int size, DType element, ByteBuffer bytes) {
        this.name = requireNonNull(name, "name is null");
        this.shape = List.copyOf(shape);
        this.size = size;
        this.element = requireNonNull(element, "element is null");
        this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    public String name() {
        return name;
    }

    /** Sizes of its dimensions; empty for a scalar. */
    public List<Integer> shape() {
        return shape;
    }

    /** Type of its elements. */
    public DType element() {
        return element;
    }

    /** The number of its elements. */
    public int size() {
        return size;
    }

    /** An element; integers beyond 2^53 lose their last digits. */
    public double value(int index) {
        int at = index * element.bytes();
        return switch (element) {
            // Checkpoints have no such weights.
            case U16 -> Short.toUnsignedInt(bytes.getShort(at));
            case U32 -> Integer.toUnsignedLong(bytes.getInt(at));
            case U64 -> unsigned(bytes.getLong(at));
            default -> element.read(bytes, at);
        };
    }

    private static double unsigned(long value) {
        return value >= 0 ? value : (value >>> 1) * 2.0;
    }

    /** The elements as floats. */
    public float[] floats() {
        float[] floats = new float[size];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) value(i);
        }
        return floats;
    }

    /** The part at an index of the first dimension. */
    public NamedArray part(int index) {
        int part = size / shape.get(0);
        return new NamedArray(
                "%s[%d]".formatted(name, index),
                shape.subList(1, shape.size()),
                part,
                element,
                bytes.duplicate().position(index * part * element.bytes()));
    }
}
