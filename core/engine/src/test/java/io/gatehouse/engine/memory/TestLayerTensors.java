package io.gatehouse.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.quantised.TensorBytes;
import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.SafetensorsReader;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.engine.graph.DecoderGraph;
import io.gatehouse.engine.graph.op.Weights;
import io.gatehouse.testing.SharedData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Tensor;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** Whether layers stay decoded, stay packed or are read for every pass: the weights are the same to the bit. */
final class TestLayerTensors {
    @TempDir
    private Path directory;

    @TestFactory
    Stream<DynamicTest> packedCheckpointsHaveTheSameLayersInEveryMode() throws IOException {
        List<Path> fixtures;
        try (Stream<Path> all = Files.list(SharedData.path("reference/quantised"))) {
            fixtures = all.filter(fixture -> Files.exists(fixture.resolve("expected.json")))
                    .sorted()
                    .toList();
        }
        assertThat(fixtures).hasSizeGreaterThan(30);
        return fixtures.stream()
                .map(fixture -> DynamicTest.dynamicTest(fixture.getFileName().toString(), () -> {
                    sameInEveryMode(fixture, TFloat32.class);
                    sameInEveryMode(fixture, TBfloat16.class);
                }));
    }

    private static void sameInEveryMode(Path fixture, Class<? extends TFloating> type) {
        try (Checkpoint checkpoint = Checkpoint.open(fixture);
                DecoderGraph graph = new DecoderGraph(checkpoint, checkpoint.config(), type, type, Optional.empty())) {
            List<List<Weights.Variable>> shapes = LayerTensors.shapes(graph);
            try (LayerTensors resident = new LayerTensors.Resident(new WeightReader(checkpoint), shapes);
                    LayerTensors streamed = new LayerTensors.Streamed(new WeightReader(checkpoint), shapes);
                    LayerTensors packed = new LayerTensors.Packed(checkpoint, shapes)) {
                int last = shapes.size() - 1;
                // Two passes, one that ends after its first layer, layers from behind.
                List<Integer> order = new ArrayList<>();
                for (int layer = 0; layer <= 2 * last + 1; layer++) {
                    order.add(layer % (last + 1));
                }
                order.addAll(List.of(0, 0, last, 0, last));
                for (int layer : order) {
                    List<Tensor> expected = resident.layer(layer);
                    sameBits(streamed.layer(layer), expected);
                    sameBits(packed.layer(layer), expected);
                }
                assertThat(resident.bytes()).isEqualTo(LayerTensors.Resident.bytesOf(shapes));
                assertThat(streamed.bytes()).isEqualTo(LayerTensors.Streamed.bytesOf(shapes));
                assertThat(packed.bytes()).isEqualTo(LayerTensors.Packed.bytesOf(checkpoint, shapes));
                // What is held beside the two layers is no more than the files have.
                long held = packed.bytes() - streamed.bytes();
                assertThat(held)
                        .isLessThanOrEqualTo(checkpoint.tensors().stream()
                                .mapToLong(TensorInfo::bytes)
                                .sum());
            }
        }
    }

    private static void sameBits(List<Tensor> actual, List<Tensor> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            assertThat(bytes(actual.get(i))).isEqualTo(bytes(expected.get(i)));
        }
    }

    private static ByteBuffer bytes(Tensor tensor) {
        return TensorMemory.window(tensor, 0, Math.toIntExact(tensor.numBytes()));
    }

    @Test
    void heldBytesAreReadFromTheFilesOnce() {
        Path file = directory.resolve("model.safetensors");
        SafetensorsWriter.write(
                file,
                List.of(
                        SafetensorsWriter.Tensor.ints("a", List.of(4L), new int[] {1, 2, 3, 4}),
                        SafetensorsWriter.Tensor.ints("b", List.of(2L), new int[] {5, 6})),
                Map.of());
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            TensorInfo a = tensor(reader, "a");
            TensorInfo b = tensor(reader, "b");
            AtomicInteger reads = new AtomicInteger();
            TensorBytes files = (tensor, offset, target) -> {
                reads.incrementAndGet();
                tensor.read(reader.file(), offset, target);
            };
            try (HeldBytes held = HeldBytes.read(files, List.of(a, a.named("the same")))) {
                assertThat(held.bytes()).isEqualTo(16).isEqualTo(HeldBytes.bytesOf(List.of(a, a.named("the same"))));
                assertThat(reads).hasValue(1);
                TensorInfo part = new TensorInfo("part of a", DType.I32, List.of(2L), file, a.offset() + 4, 8);
                assertThat(held.read(a, 8, 8)).containsExactly(3, 0, 0, 0, 4, 0, 0, 0);
                assertThat(held.read(part, 0, 8)).containsExactly(2, 0, 0, 0, 3, 0, 0, 0);
                assertThat(reads).hasValue(1);
                assertThat(held.read(b, 4, 4)).containsExactly(6, 0, 0, 0);
                assertThat(reads).as("what is not held").hasValue(2);
            }
        }
    }

    private static TensorInfo tensor(SafetensorsReader reader, String name) {
        return reader.tensors().stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
