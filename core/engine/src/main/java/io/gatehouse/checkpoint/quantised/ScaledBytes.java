package io.gatehouse.checkpoint.quantised;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Values of one byte, FP8 (E4M3) or int8, with a scale for each block of a matrix: w[n, k] = (q[n, k] - z) x s[n / block
 * rows, k / block columns]. Last blocks may be smaller. A scale of a row or of the whole matrix is one of a large block.
 *
 * @param zeroPoints z for each scale; 0 if absent
 */
record ScaledBytes(TensorInfo weight, Scales scales, Optional<TensorInfo> zeroPoints, Grid grid) implements Packing {
    /** Values of one scale from which on a table of 256 is less work than rounding each. */
    private static final int WORTH_A_TABLE = 1024;

    /** Columns of a block from which on the tables of a row of blocks are small: 32 bytes for each column. */
    private static final int WIDE = 32;

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
    public List<TensorInfo> tensors() {
        List<TensorInfo> all = new ArrayList<>(List.of(weight, scales.tensor()));
        zeroPoints.ifPresent(all::add);
        return all;
    }

    @Override
    public boolean fitsBfloat16() {
        return scales.arePowers() && zeroPoints.isEmpty();
    }

    @Override
    public RowDecoder decoder(TensorBytes files) {
        float[] table = byteValues();
        return (first, rows, target) -> decode(files, table, first, rows, target);
    }

    /** Where a scale is that of many values there is a table for it, of the value that each byte stands for. */
    @Override
    public Bfloat16Decoder bfloat16Decoder(TensorBytes files, int step) {
        int wide = Math.min(grid.columns(), grid.blockColumns());
        if (wide < WIDE || Math.min(grid.rows(), grid.blockRows()) * wide < WORTH_A_TABLE || step != 1) {
            return Packing.super.bfloat16Decoder(files, step);
        }
        return new ByTables(this, files);
    }

    /** Keeps the tables of the last row of scales, which the next rows are of, too. */
    private static final class ByTables implements Bfloat16Decoder {
        private final ScaledBytes packing;
        private final TensorBytes files;
        private final float[] values;
        private final int[][] tables;
        private long scaleRow = -1;

        ByTables(ScaledBytes packing, TensorBytes files) {
            this.packing = packing;
            this.files = files;
            this.values = packing.byteValues();
            this.tables = new int[packing.grid.scaleColumns()][values.length];
        }

        @Override
        public void decode(long first, int rows, byte[] target) {
            Grid grid = packing.grid;
            int columns = grid.columns();
            int perRow = tables.length;
            byte[] bytes = files.read(packing.weight, first * columns, Math.multiplyExact(rows, columns));
            long firstScaleRow = grid.scaleRow(first);
            int scaleRows = (int) (grid.scaleRow(first + rows - 1) - firstScaleRow + 1);
            float[] scale = packing.scales.read(files, firstScaleRow * perRow, Math.multiplyExact(scaleRows, perRow));
            float[] zero = packing.zeros(files, firstScaleRow * perRow, scale.length);
            int at = 0;
            for (int row = 0; row < rows; row++) {
                long wanted = grid.scaleRow(first + row);
                if (wanted != scaleRow) {
                    prepare(scale, zero, (int) (wanted - firstScaleRow) * perRow);
                    scaleRow = wanted;
                }
                for (int block = 0; block < tables.length; block++) {
                    int end = row * columns + (int) Math.min(columns, (block + 1L) * grid.blockColumns());
                    lookUp(bytes, tables[block], target, at, end);
                    at = end;
                }
            }
        }

        private void prepare(float[] scale, float[] zero, int of) {
            for (int block = 0; block < tables.length; block++) {
                for (int i = 0; i < values.length; i++) {
                    tables[block][i] = Bfloat16Decoder.bits((values[i] - zero[of + block]) * scale[of + block]);
                }
            }
        }

        private static void lookUp(byte[] bytes, int[] table, byte[] target, int begin, int end) {
            int i = begin;
            for (; i < end - 1; i += 2) {
                PAIRS.set(target, 2 * i, table[bytes[i] & 0xff] | table[bytes[i + 1] & 0xff] << 16);
            }
            if (i < end) {
                SINGLE.set(target, 2 * i, (short) table[bytes[i] & 0xff]);
            }
        }
    }

    /** What each byte stands for before it is scaled. */
    private float[] byteValues() {
        return weight.dtype() == DType.F8_E4M3 ? SmallFloats.e4m3() : SmallFloats.int8();
    }

    private float[] zeros(TensorBytes files, long first, int count) {
        return zeroPoints.map(points -> files.floats(points, first, count)).orElseGet(() -> new float[count]);
    }

    private void decode(TensorBytes files, float[] table, long first, int rows, float[] target) {
        int columns = grid.columns();
        int perRow = grid.scaleColumns();
        byte[] bytes = files.read(weight, first * columns, Math.multiplyExact(rows, columns));
        long firstScaleRow = grid.scaleRow(first);
        int scaleRows = (int) (grid.scaleRow(first + rows - 1) - firstScaleRow + 1);
        float[] scale = scales.read(files, firstScaleRow * perRow, Math.multiplyExact(scaleRows, perRow));
        float[] zero = zeros(files, firstScaleRow * perRow, scale.length);
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
