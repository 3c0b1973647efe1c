package io.gatehouse.engine.memory;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.quantised.Bfloat16Decoder;
import io.gatehouse.checkpoint.quantised.RowDecoder;
import io.gatehouse.checkpoint.quantised.StoredTensor;
import io.gatehouse.checkpoint.quantised.TensorBytes;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.engine.graph.op.WeightSpec;
import io.gatehouse.engine.graph.op.Weights;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.tensorflow.Tensor;
import org.tensorflow.types.TFloat32;

/**
 * Reads weights of a checkpoint into the memory of tensors: directly where the stored type is the type in memory, through
 * a small buffer where they are converted or decoded. The first time a weight is read its values are checked to be finite.
 */
public final class WeightReader {
    private static final int CHUNK_VALUES = 1 << 20;

    private final Checkpoint checkpoint;
    private final TensorBytes bytes;
    private final Set<String> checked = ConcurrentHashMap.newKeySet();

    /** Reads from the files. */
    public WeightReader(Checkpoint checkpoint) {
        this(checkpoint, checkpoint);
    }

    /**
     * Reads what the files have from elsewhere.
     *
     * @param bytes of the checkpoint's tensors
     */
    public WeightReader(Checkpoint checkpoint, TensorBytes bytes) {
        this.checkpoint = checkpoint;
        this.bytes = bytes;
    }

    /** A new tensor for a weight, whose contents are not yet set. */
    static Tensor allocate(Weights.Variable weight) {
        return Tensor.of(weight.type(), weight.spec().shape());
    }

    /** The values of a vector that is no part of the graph. */
    public float[] vector(String name, long size) {
        Weights.Variable weight = new Weights.Variable(WeightSpec.vector(name, size), TFloat32.class);
        try (Tensor tensor = allocate(weight)) {
            read("", weight, tensor);
            return TensorMemory.floats(tensor);
        }
    }

    /** Reads a weight whose names stand under the given prefix, such as {@code model.layers.3.}. */
    public void read(String prefix, Weights.Variable weight, Tensor target) {
        FloatFormat to = FloatFormat.of(weight.type());
        long offset = 0;
        for (String name : weight.spec().tensors()) {
            StoredTensor stored = checkpoint.tensor(prefix + name);
            if (!stored.shape().equals(weight.spec().storedShape())) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_CHECKPOINT,
                        "Tensor %s has shape %s instead of %s, in %s"
                                .formatted(
                                        stored.name(),
                                        stored.shape(),
                                        weight.spec().storedShape(),
                                        checkpoint.directory()));
            }
            Optional<TensorInfo> plain = stored.plain();
            if (plain.isPresent()) {
                copy(plain.get(), to, target, offset);
            } else {
                decode(stored, to, target, offset);
            }
            checked.add(stored.name());
            offset += stored.elements();
        }
    }

    private void copy(TensorInfo stored, FloatFormat to, Tensor target, long offset) {
        FloatFormat from = FloatFormat.of(stored.dtype());
        long values = stored.bytes() / from.bytes();
        for (long done = 0; done < values; done += CHUNK_VALUES) {
            int count = (int) Math.min(CHUNK_VALUES, values - done);
            ByteBuffer window = TensorMemory.window(target, (offset + done) * to.bytes(), count * to.bytes());
            copy(stored, done, count, from, to, window);
        }
    }

    private void copy(TensorInfo stored, long first, int count, FloatFormat from, FloatFormat to, ByteBuffer target) {
        ByteBuffer read = from == to
                ? target.duplicate().order(ByteOrder.LITTLE_ENDIAN)
                : ByteBuffer.allocateDirect(count * from.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.read(stored, first * from.bytes(), read);
        read.flip();
        if (!checked.contains(stored.name()) && !from.allFinite(read)) {
            throw notFinite(stored, first, count, from, read);
        }
        if (from != to) {
            for (int i = 0; i < count; i++) {
                to.write(target, i, from.read(read, i));
            }
        }
    }

    private void decode(StoredTensor stored, FloatFormat to, Tensor target, long offset) {
        switch (to) {
            case FP32 -> decodeToFloats(stored, target, offset);
            case BF16 -> decodeToBfloat16(stored, target, offset);
            case FP16 -> throw new IllegalStateException("Nothing is rounded to fp16");
        }
    }

    /** Decodes some rows at a time. */
    private void decodeToFloats(StoredTensor stored, Tensor target, long offset) {
        int columns = stored.columns();
        long rows = stored.rows();
        int atOnce = (int) Math.min(stored.chunkRows(), rows);
        float[] values = new float[Math.multiplyExact(atOnce, columns)];
        RowDecoder decoder = stored.decoder(bytes);
        boolean isNew = !checked.contains(stored.name());
        for (long done = 0; done < rows; done += atOnce) {
            int count = (int) Math.min(atOnce, rows - done);
            decoder.decode(done, count, values);
            if (isNew) {
                requireFinite(stored, done * columns, values, count * columns);
            }
            TensorMemory.window(target, (offset + done * columns) * Float.BYTES, count * columns * Float.BYTES)
                    .asFloatBuffer()
                    .put(values, 0, count * columns);
        }
    }

    /** The same without floats between, which packings have faster ways for. */
    private void decodeToBfloat16(StoredTensor stored, Tensor target, long offset) {
        int columns = stored.columns();
        long rows = stored.rows();
        int atOnce = (int) Math.min(stored.chunkRows(), rows);
        byte[] values = new byte[Math.multiplyExact(Math.multiplyExact(atOnce, columns), Short.BYTES)];
        Bfloat16Decoder decoder = stored.bfloat16Decoder(bytes);
        boolean isNew = !checked.contains(stored.name());
        for (long done = 0; done < rows; done += atOnce) {
            int count = (int) Math.min(atOnce, rows - done);
            int length = count * columns * Short.BYTES;
            decoder.decode(done, count, values);
            ByteBuffer decoded = ByteBuffer.wrap(values, 0, length).order(ByteOrder.LITTLE_ENDIAN);
            if (isNew && !FloatFormat.BF16.allFinite(decoded)) {
                requireFinite(stored, done, count);
            }
            TensorMemory.window(target, (offset + done * columns) * Short.BYTES, length)
                    .put(decoded);
        }
    }

    /** Decodes rows again, because a value that is too large for bfloat16 may still be a number. */
    private void requireFinite(StoredTensor stored, long first, int rows) {
        float[] values = new float[rows * stored.columns()];
        stored.decoder(bytes).decode(first, rows, values);
        requireFinite(stored, first * stored.columns(), values, values.length);
    }

    private void requireFinite(StoredTensor stored, long first, float[] values, int count) {
        int largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, Float.floatToRawIntBits(values[i]) & 0x7fffffff);
        }
        if (Float.isFinite(Float.intBitsToFloat(largest))) {
            return;
        }
        int index = 0;
        while (Float.isFinite(values[index])) {
            index++;
        }
        throw notFinite(stored.name(), values[index], first + index, checkpoint.directory());
    }

    private static GatehouseException notFinite(
            TensorInfo stored, long first, int count, FloatFormat format, ByteBuffer bytes) {
        int index = 0;
        while (index < count - 1 && Float.isFinite(format.read(bytes, index))) {
            index++;
        }
        return notFinite(stored.name(), format.read(bytes, index), first + index, stored.file());
    }

    private static GatehouseException notFinite(String name, float value, long index, Object file) {
        return new GatehouseException(
                ErrorCode.CORRUPT_CHECKPOINT,
                "Tensor %s has the value %s at index %,d, in %s".formatted(name, value, index, file));
    }
}
