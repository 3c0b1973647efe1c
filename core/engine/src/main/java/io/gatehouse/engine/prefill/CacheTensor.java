package io.gatehouse.engine.prefill;

import io.gatehouse.engine.memory.FloatFormat;
import io.gatehouse.engine.memory.TensorMemory;
import java.nio.ByteBuffer;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.family.TFloating;

/**
 * What one layer keeps of the tokens of the texts of a lane: [slots, heads, width, size]. It is written in place between
 * the runs that read it; a CPU reads it without a copy. Cells that nothing was written to are zeros.
 */
final class CacheTensor implements AutoCloseable {
    /**
     * @param width tokens that a text has room for; token t stands in cell t modulo width
     */
    record Layout(Class<? extends TFloating> type, int heads, int width, int size) {
        int vectorBytes() {
            return size * FloatFormat.of(type).bytes();
        }

        int slotBytes() {
            return Math.multiplyExact(Math.multiplyExact(heads, width), vectorBytes());
        }
    }

    private final Layout layout;
    private Tensor tensor;

    CacheTensor(Layout layout, int slots) {
        this.layout = layout;
        this.tensor = allocate(slots);
    }

    Tensor tensor() {
        return tensor;
    }

    /** Keeps the first {@code used} slots. */
    void resize(int used, int wanted) {
        Tensor next = allocate(wanted);
        for (int slot = 0; slot < used; slot++) {
            window(next, slot).put(window(tensor, slot));
        }
        tensor.close();
        tensor = next;
    }

    /** Copies a slot over another one of the same tensor. */
    void move(int from, int to) {
        window(tensor, to).put(window(tensor, from));
    }

    /**
     * Takes over a slot of a tensor with room for as many tokens or fewer. One with fewer holds no token beyond its width,
     * so that the cells stay the same.
     */
    void take(CacheTensor other, int from, int to) {
        ByteBuffer source = other.window(other.tensor, from);
        ByteBuffer target = window(tensor, to);
        int length = other.layout.width() * layout.vectorBytes();
        for (int head = 0; head < layout.heads(); head++) {
            target.put(head * layout.width() * layout.vectorBytes(), source, head * length, length);
        }
    }

    /**
     * Writes tokens of a text.
     *
     * @param rows [tokens, heads x size]
     * @param from row of the first
     * @param position of it in the text
     */
    void write(int slot, int position, Tensor rows, int from, int count) {
        int vector = layout.vectorBytes();
        int row = layout.heads() * vector;
        ByteBuffer source = TensorMemory.window(rows, (long) from * row, count * row);
        ByteBuffer target = window(tensor, slot);
        for (int i = Math.max(0, count - layout.width()); i < count; i++) {
            int cell = (position + i) % layout.width();
            for (int head = 0; head < layout.heads(); head++) {
                target.put((head * layout.width() + cell) * vector, source, i * row + head * vector, vector);
            }
        }
    }

    private ByteBuffer window(Tensor memory, int slot) {
        return TensorMemory.window(memory, (long) slot * layout.slotBytes(), layout.slotBytes());
    }

    private Tensor allocate(int count) {
        Tensor zeros = Tensor.of(layout.type(), Shape.of(count, layout.heads(), layout.width(), layout.size()));
        for (int slot = 0; slot < count; slot++) {
            clear(window(zeros, slot));
        }
        return zeros;
    }

    static void clear(ByteBuffer memory) {
        ByteBuffer nothing = ByteBuffer.allocate(Math.min(memory.remaining(), 1 << 16));
        while (memory.hasRemaining()) {
            nothing.clear().limit(Math.min(nothing.capacity(), memory.remaining()));
            memory.put(nothing);
        }
    }

    @Override
    public void close() {
        tensor.close();
    }
}
