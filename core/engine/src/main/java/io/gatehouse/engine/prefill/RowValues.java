package io.gatehouse.engine.prefill;

import static java.util.Objects.requireNonNull;

/**
 * Values of some rows of a {@link RoutingBatch}. The arrays are not copied: whoever receives them must not change them.
 *
 * @param rows [N] rows of the batch, ascending
 * @param width number of values of each row
 * @param values [N x width]
 */
public record RowValues(int[] rows, int width, float[] values) {
    public RowValues {
        requireNonNull(rows, "rows is null");
        requireNonNull(values, "values is null");
        if (values.length != rows.length * width) {
            throw new IllegalArgumentException(
                    "%d values for %d rows of %d".formatted(values.length, rows.length, width));
        }
    }
}
