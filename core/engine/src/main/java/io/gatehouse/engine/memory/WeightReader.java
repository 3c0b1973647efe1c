package io.gatehouse.engine.memory;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.engine.graph.Weights;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.tensorflow.Tensor;

/**
 * Reads weights of a checkpoint into the memory of tensors: directly where the stored type is the type in memory, through
 * a small buffer where they are converted. The first time a weight is read its values are checked to be finite.
 */
public final class WeightReader {
    private static final int CHUNK_VALUES = 1 << 20;

    private final Checkpoint checkpoint;
    private final Set<String> checked = ConcurrentHashMap.newKeySet();

    public WeightReader(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    /** A new tensor for a weight, whose contents are not yet set. */
    static Tensor allocate(Weights.Variable weight) {
        return Tensor.of(weight.type(), weight.spec().shape());
    }

    /** Reads a weight whose names stand under the given prefix, such as {@code model.layers.3.}. */
    public void read(String prefix, Weights.Variable weight, Tensor target) {
        long offset = 0;
        for (String name : weight.spec().tensors()) {
            TensorInfo stored = checkpoint.tensor(prefix + name);
            if (!stored.shape().equals(weight.spec().storedShape())) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_CHECKPOINT,
                        "Tensor %s has shape %s instead of %s, in %s"
                                .formatted(
                                        stored.name(),
                                        stored.shape(),
                                        weight.spec().storedShape(),
                                        stored.file()));
            }
            FloatFormat from = FloatFormat.of(stored.dtype());
            FloatFormat to = FloatFormat.of(weight.type());
            long values = stored.bytes() / from.bytes();
            for (long done = 0; done < values; done += CHUNK_VALUES) {
                int count = (int) Math.min(CHUNK_VALUES, values - done);
                ByteBuffer window = TensorMemory.window(target, (offset + done) * to.bytes(), count * to.bytes());
                read(stored, done, count, from, to, window);
            }
            checked.add(stored.name());
            offset += values;
        }
    }

    private void read(TensorInfo stored, long first, int count, FloatFormat from, FloatFormat to, ByteBuffer target) {
        ByteBuffer bytes = from == to
                ? target.duplicate().order(ByteOrder.LITTLE_ENDIAN)
                : ByteBuffer.allocateDirect(count * from.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        checkpoint.read(stored, first * from.bytes(), bytes);
        bytes.flip();
        if (!checked.contains(stored.name()) && !from.allFinite(bytes)) {
            throw notFinite(stored, first, count, from, bytes);
        }
        if (from != to) {
            for (int i = 0; i < count; i++) {
                to.write(target, i, from.read(bytes, i));
            }
        }
    }

    private static GatehouseException notFinite(
            TensorInfo stored, long first, int count, FloatFormat format, ByteBuffer bytes) {
        int index = 0;
        while (index < count - 1 && Float.isFinite(format.read(bytes, index))) {
            index++;
        }
        return new GatehouseException(
                ErrorCode.CORRUPT_CHECKPOINT,
                "Tensor %s has the value %s at index %,d, in %s"
                        .formatted(stored.name(), format.read(bytes, index), first + index, stored.file()));
    }
}
