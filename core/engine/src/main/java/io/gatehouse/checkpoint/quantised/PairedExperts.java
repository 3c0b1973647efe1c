package io.gatehouse.checkpoint.quantised;

import static java.util.Objects.requireNonNull;

/**
 * The gates and ups of all experts as one matrix, where they are stored in two: of each expert first all rows of its gate
 * and then those of its up, or one of each in turn.
 *
 * @param size rows of an expert in each of the two
 */
public record PairedExperts(Packing gates, Packing ups, int size, boolean inTurn) implements Packing {
    public PairedExperts {
        requireNonNull(gates, "gates is null");
        requireNonNull(ups, "ups is null");
        if (gates.rows() != ups.rows() || gates.columns() != ups.columns() || size < 1 || gates.rows() % size != 0) {
            throw new IllegalArgumentException("%d x %d and %d x %d in parts of %d"
                    .formatted(gates.rows(), gates.columns(), ups.rows(), ups.columns(), size));
        }
    }

    @Override
    public long rows() {
        return 2 * gates.rows();
    }

    @Override
    public int columns() {
        return gates.columns();
    }

    @Override
    public String format() {
        return gates.format();
    }

    @Override
    public long bytes() {
        return gates.bytes() + ups.bytes();
    }

    @Override
    public boolean fitsBfloat16() {
        return gates.fitsBfloat16() && ups.fitsBfloat16();
    }

    @Override
    public RowDecoder decoder(TensorBytes files) {
        RowDecoder gate = gates.decoder(files);
        RowDecoder up = ups.decoder(files);
        int columns = columns();
        float[] part = new float[Math.multiplyExact(chunkRows() + 1, columns)];
        return (first, rows, target) -> {
            int done = 0;
            while (done < rows) {
                long row = first + done;
                int count = Math.min(chunkRows(), rows - done);
                if (inTurn) {
                    turn(gate, row, count, 0, part, target, done);
                    turn(up, row, count, 1, part, target, done);
                } else {
                    long half = row / size;
                    count = (int) Math.min(count, (half + 1) * size - row);
                    (half % 2 == 0 ? gate : up).decode(half / 2 * size + row % size, count, part);
                    System.arraycopy(part, 0, target, done * columns, count * columns);
                }
                done += count;
            }
        };
    }

    /** Those of some rows that are of one of the two. */
    private void turn(RowDecoder from, long first, int rows, int which, float[] part, float[] target, int done) {
        int columns = columns();
        int skipped = (int) ((first + which) % 2);
        int count = (rows - skipped + 1) / 2;
        if (count > 0) {
            from.decode((first + skipped) / 2, count, part);
        }
        for (int i = 0; i < count; i++) {
            System.arraycopy(part, i * columns, target, (done + skipped + 2 * i) * columns, columns);
        }
    }
}
