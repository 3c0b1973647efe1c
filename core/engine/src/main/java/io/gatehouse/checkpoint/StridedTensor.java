package io.gatehouse.checkpoint;

import io.gatehouse.checkpoint.family.Slice;
import io.gatehouse.checkpoint.safetensors.SafetensorsReader;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A weight whose elements do not lie one after another in its file: every second row of a tensor, or a matrix whose
 * transpose is stored.
 */
record StridedTensor(TensorInfo stored, Slice slice) {
    /** Reads the weight's bytes from {@code offset} on, as if they lay one after another, into all of {@code target}. */
    void read(SafetensorsReader file, long offset, ByteBuffer target) {
        int size = stored.dtype().bytes();
        long columns = slice.columns();
        long element = offset / size;
        long end = element + target.remaining() / size;
        while (element < end) {
            long row = element / columns;
            long column = element % columns;
            if (slice.transposed() && column == 0 && end - element >= columns) {
                long rows = Math.min((end - element) / columns, sameMatrix(row));
                readTransposed(file, row, (int) rows, target);
                element += rows * columns;
            } else if (slice.transposed()) {
                readElements(file, row, column, 1, target);
                element++;
            } else {
                int count = (int) Math.min(columns - column, end - element);
                readElements(file, row, column, count, target);
                element += count;
            }
        }
    }

    /** Rows from this one on that are columns of the same stored matrix. */
    private long sameMatrix(long row) {
        long columns = slice.stored().get(slice.stored().size() - 1);
        long first = slice.firstRow() + row * slice.step();
        return (columns - first % columns + slice.step() - 1) / slice.step();
    }

    /** Reads {@code rows} whole rows, one stored row after another. */
    private void readTransposed(SafetensorsReader file, long row, int rows, ByteBuffer target) {
        int size = stored.dtype().bytes();
        int columns = Math.toIntExact(slice.columns());
        int span = (rows - 1) * slice.step() + 1;
        ByteBuffer strip = ByteBuffer.allocate(span * size).order(ByteOrder.LITTLE_ENDIAN);
        int start = target.position();
        for (int column = 0; column < columns; column++) {
            file.read(stored, slice.element(row, column) * size, strip.clear());
            for (int i = 0; i < rows; i++) {
                target.put(start + (i * columns + column) * size, strip, i * slice.step() * size, size);
            }
        }
        target.position(start + rows * columns * size);
    }

    private void readElements(SafetensorsReader file, long row, long column, int count, ByteBuffer target) {
        int size = stored.dtype().bytes();
        int limit = target.limit();
        target.limit(target.position() + count * size);
        file.read(stored, slice.element(row, column) * size, target);
        target.limit(limit);
    }
}
