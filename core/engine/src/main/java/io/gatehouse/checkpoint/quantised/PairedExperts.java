package io.gatehouse.checkpoint.quantised;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.util.List;
import java.util.stream.Stream;

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
    public List<TensorInfo> tensors() {
        return Stream.concat(gates.tensors().stream(), ups.tensors().stream()).toList();
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

    /** Where gates and ups are in turn, each second row is of one of the two, which alone is decoded. */
    @Override
    public RowDecoder decoder(TensorBytes files, int step) {
        if (!inTurn || step % 2 != 0) {
            return Packing.super.decoder(files, step);
        }
        RowDecoder gate = gates.decoder(files, step / 2);
        RowDecoder up = ups.decoder(files, step / 2);
        return (first, rows, target) -> (first % 2 == 0 ? gate : up).decode(first / 2, rows, target);
    }

    @Override
    public Bfloat16Decoder bfloat16Decoder(TensorBytes files, int step) {
        if (!inTurn || step % 2 != 0) {
            return Packing.super.bfloat16Decoder(files, step);
        }
        Bfloat16Decoder gate = gates.bfloat16Decoder(files, step / 2);
        Bfloat16Decoder up = ups.bfloat16Decoder(files, step / 2);
        return (first, rows, target) -> (first % 2 == 0 ? gate : up).decode(first / 2, rows, target);
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
