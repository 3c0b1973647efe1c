package io.gatehouse.checkpoint.quantised;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Projections to queries or keys whose rows llama.cpp has put in another order, because it rotates neighbours and Hugging
 * Face halves: of each head, stored row 2j + h is row j + h x size / 2.
 */
public record PermutedHeads(Packing stored, int heads) implements Packing {
    public PermutedHeads {
        requireNonNull(stored, "stored is null");
        if (heads < 1 || stored.rows() % (2L * heads) != 0) {
            throw new IllegalArgumentException("%d rows of %d heads".formatted(stored.rows(), heads));
        }
    }

    @Override
    public long rows() {
        return stored.rows();
    }

    @Override
    public int columns() {
        return stored.columns();
    }

    @Override
    public String format() {
        return stored.format();
    }

    @Override
    public List<TensorInfo> tensors() {
        return stored.tensors();
    }

    @Override
    public boolean fitsBfloat16() {
        return stored.fitsBfloat16();
    }

    @Override
    public RowDecoder decoder(TensorBytes files) {
        int size = Math.toIntExact(rows() / heads);
        return new HeadDecoder(stored.decoder(files), size, columns());
    }

    /** Decodes whole heads, and keeps the last one, which the next rows may be of. */
    private static final class HeadDecoder implements RowDecoder {
        private final RowDecoder stored;
        private final int size;
        private final int columns;
        private final float[] head;
        private final int[] places;
        private long decoded = -1;

        HeadDecoder(RowDecoder stored, int size, int columns) {
            this.stored = stored;
            this.size = size;
            this.columns = columns;
            this.head = new float[Math.multiplyExact(size, columns)];
            this.places = IntStream.range(0, size)
                    .map(row -> 2 * (row % (size / 2)) + row / (size / 2))
                    .toArray();
        }

        @Override
        public void decode(long first, int rows, float[] target) {
            for (int row = 0; row < rows; row++) {
                long wanted = (first + row) / size;
                if (wanted != decoded) {
                    stored.decode(wanted * size, size, head);
                    decoded = wanted;
                }
                int place = places[(int) ((first + row) % size)];
                System.arraycopy(head, place * columns, target, row * columns, columns);
            }
        }
    }
}
