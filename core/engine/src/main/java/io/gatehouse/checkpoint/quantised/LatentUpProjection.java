package io.gatehouse.checkpoint.quantised;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.util.List;
import java.util.stream.Stream;

/**
 * The projection from the latent of multi-head latent attention to keys and values (kv_b_proj), which llama.cpp stores in
 * two tensors: for each head the rows of its keys, stored transposed, then those of its values.
 *
 * @param keys [heads x latent, key size]
 * @param values [heads x value size, latent]
 */
public record LatentUpProjection(Packing keys, Packing values, int heads) implements Packing {
    public LatentUpProjection {
        requireNonNull(keys, "keys is null");
        requireNonNull(values, "values is null");
        if (heads < 1 || keys.rows() != (long) heads * values.columns() || values.rows() % heads != 0) {
            throw new IllegalArgumentException("Keys of %d rows and values of %d x %d for %d heads"
                    .formatted(keys.rows(), values.rows(), values.columns(), heads));
        }
    }

    private int valueSize() {
        return Math.toIntExact(values.rows() / heads);
    }

    private int headRows() {
        return keys.columns() + valueSize();
    }

    @Override
    public long rows() {
        return (long) heads * headRows();
    }

    @Override
    public int columns() {
        return values.columns();
    }

    @Override
    public String format() {
        return keys.format();
    }

    @Override
    public List<TensorInfo> tensors() {
        return Stream.concat(keys.tensors().stream(), values.tensors().stream()).toList();
    }

    @Override
    public boolean fitsBfloat16() {
        return keys.fitsBfloat16() && values.fitsBfloat16();
    }

    @Override
    public RowDecoder decoder(TensorBytes files) {
        RowDecoder keyDecoder = keys.decoder(files);
        RowDecoder valueDecoder = values.decoder(files);
        int latent = columns();
        int headRows = headRows();
        float[] transposed = new float[Math.multiplyExact(latent, keys.columns())];
        float[] head = new float[Math.multiplyExact(headRows, latent)];
        float[] headValues = new float[valueSize() * latent];
        return (first, rows, target) -> {
            int done = 0;
            while (done < rows) {
                long wanted = (first + done) / headRows;
                keyDecoder.decode(wanted * latent, latent, transposed);
                valueDecoder.decode(wanted * valueSize(), valueSize(), headValues);
                for (int row = 0; row < keys.columns(); row++) {
                    for (int i = 0; i < latent; i++) {
                        head[row * latent + i] = transposed[i * keys.columns() + row];
                    }
                }
                System.arraycopy(headValues, 0, head, keys.columns() * latent, headValues.length);
                int from = (int) ((first + done) % headRows);
                int count = Math.min(headRows - from, rows - done);
                System.arraycopy(head, from * latent, target, done * latent, count * latent);
                done += count;
            }
        };
    }
}
