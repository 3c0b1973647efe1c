package io.gatehouse.engine.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.buffer.DataStorageVisitor;

/** The contents of a tensor: copied to an array, or as a byte buffer over its memory, which files are read into. */
public final class TensorMemory implements DataStorageVisitor<Pointer> {
    private final long bytes;

    private TensorMemory(long bytes) {
        this.bytes = bytes;
    }

    /**
     * A part of a tensor's memory, little-endian. It must not be used after the tensor is closed.
     *
     * @param length less than 2 GiB
     */
    public static ByteBuffer window(Tensor tensor, long from, int length) {
        var data = tensor.asRawTensor().data();
        if (from < 0 || length < 0 || from + length > data.size()) {
            throw new IndexOutOfBoundsException(
                    "%d bytes from %d of a tensor of %d".formatted(length, from, data.size()));
        }
        Pointer memory = data.accept(new TensorMemory(data.size()));
        return new BytePointer(memory)
                .position(from)
                .limit(from + length)
                .asByteBuffer()
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    public static float[] floats(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.shape().size())];
        tensor.asRawTensor().data().asFloats().read(values);
        return values;
    }

    public static int[] ints(Tensor tensor) {
        int[] values = new int[Math.toIntExact(tensor.shape().size())];
        tensor.asRawTensor().data().asInts().read(values);
        return values;
    }

    @Override
    public Pointer visit(long address, long length, long scale) {
        return new Address(address, bytes);
    }

    @Override
    public Pointer fallback() {
        throw new IllegalStateException("The memory of a tensor has no address");
    }

    private static final class Address extends Pointer {
        Address(long address, long bytes) {
            this.address = address;
            this.limit = bytes;
            this.capacity = bytes;
        }
    }
}
