package io.gatehouse.checkpoint.quantised;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A weight as the rest of the engine knows it: a name, a shape and values, whatever way they are stored. It is all rows of
 * a stored matrix, or some of them: those of one expert, or every other one where gates and ups alternate.
 *
 * @param firstRow row of the packing that is the tensor's first
 * @param step from each of its rows to the next
 */
public record StoredTensor(String name, List<Long> shape, Packing packing, long firstRow, int step) {
    public StoredTensor {
        requireNonNull(name, "name is null");
        requireNonNull(packing, "packing is null");
        shape = List.copyOf(shape);
        long rows = elements(shape) / packing.columns();
        boolean whole = elements(shape) % packing.columns() == 0;
        if (!whole || firstRow < 0 || step < 1 || (rows > 0 && firstRow + (rows - 1) * step >= packing.rows())) {
            throw new IllegalArgumentException("%s of shape %s from row %d on, each %d, of %d x %d"
                    .formatted(name, shape, firstRow, step, packing.rows(), packing.columns()));
        }
    }

    /** All of a packing. */
    public static StoredTensor of(String name, List<Long> shape, Packing packing) {
        return new StoredTensor(name, shape, packing, 0, 1);
    }

    /** A tensor whose elements are stored each by itself. */
    public static StoredTensor of(TensorInfo tensor) {
        return of(tensor.name(), tensor.shape(), new Plain(tensor));
    }

    private static long elements(List<Long> shape) {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /** Number of values. */
    public long elements() {
        return elements(shape);
    }

    public int columns() {
        return packing.columns();
    }

    public long rows() {
        return elements() / columns();
    }

    /** The format as users know it. */
    public String format() {
        return packing.format();
    }

    /** Its share of the bytes of the packing. */
    public long bytes() {
        return packing.rows() == 0 ? 0 : (long) ((double) packing.bytes() / packing.rows() * rows());
    }

    /** Bytes in memory in the smallest floating type that holds all values exactly. */
    public long widenedBytes() {
        return elements() * (narrow().isPresent() ? Short.BYTES : Float.BYTES);
    }

    /** The type of 16 bits that holds all values exactly, if there is one. */
    public Optional<DType> narrow() {
        if (packing instanceof Plain all && all.tensor().dtype() == DType.F16) {
            return Optional.of(DType.F16);
        }
        return packing.fitsBfloat16() ? Optional.of(DType.BF16) : Optional.empty();
    }

    /** The same tensor under another name. */
    public StoredTensor named(String other) {
        return new StoredTensor(other, shape, packing, firstRow, step);
    }

    /** The same values in another shape of the same rows. */
    public StoredTensor shaped(List<Long> other) {
        return new StoredTensor(name, other, packing, firstRow, step);
    }

    /** Rows from {@code first} on, as many as the shape has. */
    public StoredTensor part(long first, List<Long> partShape) {
        return new StoredTensor(name, partShape, packing, firstRow + first * step, step);
    }

    /** Each {@code distance}th row from {@code first} on, as many as the shape has. */
    public StoredTensor each(int distance, long first, List<Long> partShape) {
        return new StoredTensor(name, partShape, packing, firstRow + first * step, step * distance);
    }

    /** The tensor with its last two dimensions exchanged; none if it is packed. */
    public Optional<StoredTensor> transposed() {
        return plain().filter(tensor -> shape.size() >= 2 && tensor.elements() > 0)
                .map(tensor -> {
                    List<Long> turned = new ArrayList<>(shape);
                    Collections.swap(turned, shape.size() - 1, shape.size() - 2);
                    return of(name, turned, new Transposed(tensor));
                });
    }

    /** Where the values lie one after another, each by itself; none if the tensor is packed or its rows lie apart. */
    public Optional<TensorInfo> plain() {
        if (!(packing instanceof Plain all) || step != 1) {
            return Optional.empty();
        }
        TensorInfo whole = all.tensor();
        long size = whole.dtype().bytes();
        return Optional.of(new TensorInfo(
                name,
                whole.dtype(),
                shape,
                whole.file(),
                whole.offset() + firstRow * columns() * size,
                elements() * size));
    }

    /** A number of rows that is decoded well at a time. */
    public int chunkRows() {
        return packing.chunkRows();
    }

    /** A decoder of the tensor's own rows. */
    public RowDecoder decoder(TensorBytes files) {
        RowDecoder all = packing.decoder(files, step);
        return (first, rows, target) -> all.decode(firstRow + first * step, rows, target);
    }

    /** A decoder of the tensor's own rows to bfloat16. */
    public Bfloat16Decoder bfloat16Decoder(TensorBytes files) {
        Bfloat16Decoder all = packing.bfloat16Decoder(files, step);
        return (first, rows, target) -> all.decode(firstRow + first * step, rows, target);
    }

    /** All values, which an array must have room for. */
    public float[] values(TensorBytes files) {
        float[] values = new float[Math.toIntExact(elements())];
        float[] chunk = new float[Math.multiplyExact((int) Math.min(chunkRows(), Math.max(1, rows())), columns())];
        RowDecoder decoder = decoder(files);
        for (long done = 0; done < rows(); ) {
            int count = (int) Math.min(chunk.length / columns(), rows() - done);
            decoder.decode(done, count, chunk);
            System.arraycopy(chunk, 0, values, (int) (done * columns()), count * columns());
            done += count;
        }
        return values;
    }
}
