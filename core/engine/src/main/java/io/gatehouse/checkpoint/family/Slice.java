package io.gatehouse.checkpoint.family;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Where a weight lies in a tensor of a file. Its element at row r and column c is element
 * {@code first + r × rowStep + c × columnStep} of the stored tensor, counted row-major. So a slice is the whole tensor,
 * one expert of a stack, every second row of it, or a transposed matrix.
 *
 * @param tensor name in the file
 * @param shape of the weight; a vector has one size
 * @param columnStep 1 for a vector
 */
public record Slice(String tensor, List<Long> shape, long first, long rowStep, long columnStep) {
    public Slice {
        requireNonNull(tensor, "tensor is null");
        shape = List.copyOf(shape);
        if (first < 0 || rowStep < 0 || columnStep < 1) {
            throw new IllegalArgumentException("Steps %d, %d and %d".formatted(first, rowStep, columnStep));
        }
    }

    /** A whole tensor. */
    static Slice whole(String tensor, List<Long> shape) {
        return new Slice(tensor, shape, 0, rowSize(shape), 1);
    }

    /** Whether the elements lie one after the other. */
    public boolean isContiguous() {
        return columnStep == 1 && (shape.size() < 2 || shape.get(0) <= 1 || rowStep == rowSize(shape));
    }

    private static long rowSize(List<Long> shape) {
        return shape.stream().skip(1).reduce(1L, Math::multiplyExact);
    }
}
