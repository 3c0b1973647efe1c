package io.gatehouse.engine.memory;

import io.gatehouse.checkpoint.quantised.TensorBytes;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TUint8;

/**
 * The bytes of some tensors as the files have them, copied into memory outside Java's heap, so that they are decoded
 * again and again without a file being read. What it does not hold it reads from the files. Thread-safe until it is
 * closed.
 */
public final class HeldBytes implements TensorBytes, AutoCloseable {
    /** Bytes that are read at a time: a buffer has less than 2 GiB. */
    private static final int AT_ONCE = 64 << 20;

    private final TensorBytes files;
    private final Map<Path, NavigableMap<Long, Held>> held = new HashMap<>();
    private long bytes;

    /** Some bytes of a file and where they are in memory. */
    private record Held(Range range, Tensor memory) {}

    /** Bytes of a file. Tensors of the same bytes, such as experts that lie in one tensor, are one range. */
    private record Range(Path file, long offset, long bytes) {
        static Range of(TensorInfo tensor) {
            return new Range(tensor.file(), tensor.offset(), tensor.bytes());
        }

        long end() {
            return offset + bytes;
        }
    }

    private HeldBytes(TensorBytes files) {
        this.files = files;
    }

    /** Reads tensors from the files. */
    public static HeldBytes read(TensorBytes files, Collection<TensorInfo> tensors) {
        HeldBytes all = new HeldBytes(files);
        try {
            tensors.forEach(all::hold);
            return all;
        } catch (RuntimeException | Error failure) {
            all.close();
            throw failure;
        }
    }

    /** What would be held of them. */
    public static long bytesOf(Collection<TensorInfo> tensors) {
        return tensors.stream()
                .map(Range::of)
                .distinct()
                .mapToLong(Range::bytes)
                .sum();
    }

    /** What is held. */
    public long bytes() {
        return bytes;
    }

    @Override
    public void read(TensorInfo tensor, long offset, ByteBuffer target) {
        long begin = tensor.offset() + offset;
        Map.Entry<Long, Held> entry =
                held.getOrDefault(tensor.file(), new TreeMap<>()).floorEntry(begin);
        if (entry == null
                || begin + target.remaining() > entry.getValue().range().end()) {
            files.read(tensor, offset, target);
            return;
        }
        Held found = entry.getValue();
        target.put(TensorMemory.window(found.memory(), begin - found.range().offset(), target.remaining()));
    }

    @Override
    public void close() {
        held.values()
                .forEach(ofFile ->
                        ofFile.values().forEach(range -> range.memory().close()));
        held.clear();
    }

    private void hold(TensorInfo tensor) {
        Range range = Range.of(tensor);
        NavigableMap<Long, Held> ofFile = held.computeIfAbsent(range.file(), absent -> new TreeMap<>());
        if (range.bytes() == 0 || ofFile.containsKey(range.offset())) {
            return;
        }
        Tensor memory = Tensor.of(TUint8.class, Shape.of(range.bytes()));
        ofFile.put(range.offset(), new Held(range, memory));
        bytes += range.bytes();
        for (long done = 0; done < range.bytes(); done += AT_ONCE) {
            int count = (int) Math.min(AT_ONCE, range.bytes() - done);
            files.read(tensor, done, TensorMemory.window(memory, done, count));
        }
    }
}
