package io.gatehouse.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.engine.TinyCheckpoint;
import io.gatehouse.engine.graph.op.WeightSpec;
import io.gatehouse.engine.graph.op.Weights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Tensor;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

final class TestWeightReader {
    private static final String GATE = "model.layers.0.mlp.experts.1.gate_proj.weight";
    private static final String UP = "model.layers.0.mlp.experts.1.up_proj.weight";

    @TempDir
    private Path directory;

    @Test
    void stacksWeightsOneAfterTheOther() throws IOException {
        assertThat(read(TFloat32.class)).containsExactly(stored());
    }

    @Test
    void roundsToBf16() throws IOException {
        float[] expected = stored();
        for (int i = 0; i < expected.length; i++) {
            // Half of the last place that stays is added, or just less, so that a tie goes to an even one.
            int bits = Float.floatToIntBits(expected[i]);
            expected[i] = Float.intBitsToFloat((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000);
        }
        assertThat(read(TBfloat16.class)).containsExactly(expected);
    }

    private <T extends TFloating> float[] read(Class<T> type) throws IOException {
        new TinyCheckpoint(4, false, false, false, 0, 1).write(directory);
        Weights.Variable weight = new Weights.Variable(
                WeightSpec.stacked(GATE, UP, TinyCheckpoint.WIDTH, TinyCheckpoint.HIDDEN, type), type);
        try (Checkpoint checkpoint = Checkpoint.open(directory);
                Tensor tensor = WeightReader.allocate(weight)) {
            new WeightReader(checkpoint).read("", weight, tensor);
            FloatFormat format = FloatFormat.of(type);
            float[] values = new float[2 * TinyCheckpoint.WIDTH * TinyCheckpoint.HIDDEN];
            ByteBuffer memory = TensorMemory.window(tensor, 0, values.length * format.bytes());
            for (int i = 0; i < values.length; i++) {
                values[i] = format.read(memory, i);
            }
            return values;
        }
    }

    private float[] stored() throws IOException {
        new TinyCheckpoint(4, false, false, false, 0, 1).write(directory);
        int size = TinyCheckpoint.WIDTH * TinyCheckpoint.HIDDEN;
        float[] values = new float[2 * size];
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            for (int part = 0; part < 2; part++) {
                TensorInfo tensor =
                        checkpoint.tensor(part == 0 ? GATE : UP).plain().orElseThrow();
                ByteBuffer bytes = ByteBuffer.allocate((int) tensor.bytes()).order(ByteOrder.LITTLE_ENDIAN);
                checkpoint.read(tensor, bytes);
                bytes.flip();
                bytes.asFloatBuffer().get(values, part * size, size);
            }
        }
        return values;
    }
}
