package io.gatehouse.trace.format;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.List;

/**
 * An array of numbers with a name, row-major.
 *
 * @param shape sizes of its dimensions; empty for a scalar
 * @param values its elements; integers beyond 2^53 lose their last digits
 */
public record NamedArray(String name, List<Integer> shape, double[] values) {
    public NamedArray {
        requireNonNull(name, "name is null");
        shape = List.copyOf(shape);
        // Sizes beside a zero may be anything.
        long elements = shape.contains(0)
                ? 0
                : shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
        if (elements != values.length) {
            throw new IllegalArgumentException(
                    "Array %s of shape %s has %d elements".formatted(name, shape, values.length));
        }
    }

    /** The elements as floats. */
    public float[] floats() {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /** The part at an index of the first dimension. */
    public NamedArray part(int index) {
        int size = values.length / shape.get(0);
        return new NamedArray(
                "%s[%d]".formatted(name, index),
                shape.subList(1, shape.size()),
                Arrays.copyOfRange(values, index * size, (index + 1) * size));
    }
}
