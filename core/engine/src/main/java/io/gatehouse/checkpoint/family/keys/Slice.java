package io.gatehouse.checkpoint.family.keys;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Which rows of a tensor of a file a weight is: all of them, those of one expert of a stack, or every second one. The rows
 * of a tensor are its last dimension, and all others count them; a weight that is a vector is a column, whose rows have
 * one element.
 *
 * @param tensor name in the file
 * @param stored the shape in which the tensor's elements are counted: its own, or another one of as many elements
 * @param transposed whether the last two dimensions of that are exchanged first
 * @param firstRow the weight's first row
 * @param step from each of its rows to the next
 * @param shape of the weight
 */
public record Slice(String tensor, List<Long> stored, boolean transposed, long firstRow, int step, List<Long> shape) {
    public Slice {
        requireNonNull(tensor, "tensor is null");
        stored = List.copyOf(stored);
        shape = List.copyOf(shape);
        if (firstRow < 0 || step < 1) {
            throw new IllegalArgumentException("Each %d. row from %d on".formatted(step, firstRow));
        }
    }

    /** A whole tensor, in its own shape or in one of as many elements. */
    public static Slice whole(String tensor, List<Long> shape) {
        return new Slice(tensor, shape, false, 0, 1, shape);
    }

    /** Elements of a row of the weight. */
    public long columns() {
        return shape.size() < 2 ? 1 : shape.get(shape.size() - 1);
    }

    /**
     * The element of the stored tensor, counted row-major, that is element {@code row, column} of the weight.
     *
     * @param row counted over all dimensions of the weight but the last
     */
    public long element(long row, long column) {
        long of = firstRow + row * step;
        if (!transposed) {
            return of * columns() + column;
        }
        long rows = stored.get(stored.size() - 1);
        return of / rows * rows * columns() + column * rows + of % rows;
    }

    /** Whether its elements lie one after another. */
    public boolean isContiguous() {
        return !transposed && step == 1;
    }
}
