package io.gatehouse.checkpoint.quantised;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.util.Optional;

/**
 * Values of one byte, FP8 (E4M3) or int8, with a scale for each block of a matrix: w[n, k] = (q[n, k] - z) x s[n / block
 * rows, k / block columns]. Last blocks may be smaller. A scale of a row or of the whole matrix is one of a large block.
 *
 * @param zeroPoints z for each scale; 0 if absent
 */
record ScaledBytes(TensorInfo weight, Scales scales, Optional<TensorInfo> zeroPoints, Grid grid) implements Packing {
    /**
     * The blocks of each of some matrices that lie one after another.
     *
     * @param rows of a matrix
     */
    record Grid(long rows, int columns, long blockRows, int blockColumns) {
        Grid {
            if (rows < 1 || columns < 1 || blockRows < 1 || blockColumns < 1) {
                throw new IllegalArgumentException("A size is not positive");
            }
        }

        long scaleRows() {
            return (rows + blockRows - 1) / blockRows;
        }

        int scaleColumns() {
            return (columns + blockColumns - 1) / blockColumns;
        }

        /** The row of scales for a row over all matrices. */
        long scaleRow(long row) {
            return row / rows * scaleRows() + row % rows / blockRows;
        }
    }

    ScaledBytes {
        requireNonNull(weight, "weight is null");
        requireNonNull(scales, "scales is null");
        requireNonNull(zeroPoints, "zeroPoints is null");
        requireNonNull(grid, "grid is null");
        if (weight.dtype() != DType.F8_E4M3 && weight.dtype() != DType.I8) {
            throw new IllegalArgumentException("Not a type of one byte: " + weight);
        }
    }

    @Override
    public long rows() {
        return weight.elements() / grid.columns();
    }

    @Override
    public int columns() {
        return grid.columns();
    }

    @Override
    public String format() {
        return weight.dtype() == DType.F8_E4M3 ? "FP8" : "INT8";
    }

    @Override
    public long bytes() {
        return weight.bytes()
                + scales.tensor().bytes()
                + zeroPoints.map(TensorInfo::bytes).orElse(0L);
    }

    @Override
    public boolean fitsBfloat16() {
        return scales.arePowers() && zeroPoints.isEmpty();
    }

    @Override
    public RowDecoder decoder(TensorBytes files) {
        float[] table = weight.dtype() == DType.F8_E4M3 ? SmallFloats.e4m3() : SmallFloats.int8();
        return (first, rows, target) -> decode(files, table, first, rows, target);
    }

    private void decode(TensorBytes files, float[] table, long first, int rows, float[] target) {
        int columns = grid.columns();
        int perRow = grid.scaleColumns();
        byte[] bytes = files.read(weight, first * columns, Math.multiplyExact(rows, columns));
        long firstScaleRow = grid.scaleRow(first);
        int scaleRows = (int) (grid.scaleRow(first + rows - 1) - firstScaleRow + 1);
        float[] scale = scales.read(files, firstScaleRow * perRow, Math.multiplyExact(scaleRows, perRow));
        float[] zero = zeroPoints
                .map(points -> files.floats(points, firstScaleRow * perRow, scaleRows * perRow))
                .orElseGet(() -> new float[scale.length]);
        int at = 0;
        for (int row = 0; row < rows; row++) {
            int of = (int) (grid.scaleRow(first + row) - firstScaleRow) * perRow;
            for (int block = 0; block < perRow; block++) {
                int end = row * columns + Math.min(columns, (block + 1) * grid.blockColumns());
                scaled(bytes, table, scale[of + block], zero[of + block], target, at, end);
                at = end;
            }
        }
    }

    private static void scaled(
            byte[] bytes, float[] table, float scale, float zero, float[] target, int begin, int end) {
        if (zero == 0) {
            for (int i = begin; i < end; i++) {
                target[i] = table[bytes[i] & 0xff] * scale;
            }
        } else {
            for (int i = begin; i < end; i++) {
                target[i] = (table[bytes[i] & 0xff] - zero) * scale;
            }
        }
    }
}
