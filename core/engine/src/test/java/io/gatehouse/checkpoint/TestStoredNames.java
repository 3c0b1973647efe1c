package io.gatehouse.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same weights under other names: what is found has the same shape and the same bytes. */
final class TestStoredNames {
    private static final List<Supplier<TinyModel>> MODELS =
            List.of(TinyModel::olmoe, TinyModel::mixtral, TinyModel::qwen2Moe, TinyModel::qwen3Moe);

    @TempDir
    private Path directory = Path.of("");

    @Test
    void findsADecoderThatWasSavedByItself() throws Exception {
        for (Supplier<TinyModel> model : MODELS) {
            sameAfter(model, weights -> renamed(weights, name -> name.replaceFirst("^model\\.", "")));
        }
    }

    @Test
    void findsExpertsThatAreOneTensor() throws Exception {
        for (Supplier<TinyModel> model : MODELS) {
            sameAfter(model, TestStoredNames::inOwnLayout);
            sameAfter(model, weights -> renamed(inOwnLayout(weights), name -> name.replaceFirst("^model\\.", "")));
        }
    }

    @Test
    void namesTheExpertThatATensorHasNotRoomFor() throws Exception {
        assertMissing("model.layers.0.mlp.experts.gate_up_proj", List.of(1L, 6L, 4L), "experts.1.gate_proj");
        assertMissing("model.layers.0.mlp.experts.gate_up_proj", List.of(2L, 7L, 4L), "experts.0.gate_proj");
        assertMissing("model.layers.0.mlp.experts.down_proj", List.of(8L, 3L), "experts.0.down_proj");
    }

    @Test
    void refusesMoreExpertsThanTheConfigSays() throws Exception {
        Path own = directory.resolve("own");
        write(own, TinyModel.olmoe(), replaced("model.layers.0.mlp.experts.down_proj", List.of(3L, 4L, 3L)));
        refused(own, "has a tensor model.layers.0.mlp.experts.2.down_proj.weight; config.json says that a layer has 2");
        TinyModel more = TinyModel.mixtral();
        more.shapes.put("model.layers.0.block_sparse_moe.experts.2.w2.weight", List.of(4, 3));
        refused(
                more.write(directory),
                "has a tensor model.layers.0.block_sparse_moe.experts.2.w2.weight; config.json says");
    }

    @Test
    void usesAHeadOfItsOwnWhateverTheConfigTies() {
        TinyModel model = TinyModel.qwen3Moe().with("{\"tie_word_embeddings\": true}");
        assertThat(tied(model)).isFalse();
        model.shapes.remove("lm_head.weight");
        assertThat(tied(model)).isTrue();
    }

    private boolean tied(TinyModel model) {
        try (Checkpoint checkpoint = Checkpoint.open(model.write(directory))) {
            return checkpoint.config().tieWordEmbeddings();
        }
    }

    private void assertMissing(String tensor, List<Long> shape, String missing) throws Exception {
        Path own = directory.resolve("own");
        write(own, TinyModel.olmoe(), replaced(tensor, shape));
        refused(own, "have no tensor model.layers.0.mlp." + missing);
    }

    private static void refused(Path model, String message) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> Checkpoint.open(model))
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_CHECKPOINT));
    }

    private void sameAfter(Supplier<TinyModel> model, UnaryOperator<Map<String, SafetensorsWriter.Tensor>> change)
            throws Exception {
        Path own = directory.resolve("own");
        Map<String, SafetensorsWriter.Tensor> weights = weights(model.get());
        write(own, model.get(), change.apply(weights));
        try (Checkpoint checkpoint = Checkpoint.open(own)) {
            weights.forEach((stored, expected) -> {
                String name = plain(stored);
                TensorInfo found = checkpoint.tensor(name).plain().orElseThrow();
                assertThat(found.name()).isEqualTo(name);
                assertThat(found.shape()).as(name).isEqualTo(expected.shape());
                ByteBuffer bytes = ByteBuffer.allocate((int) found.bytes());
                checkpoint.read(found, bytes);
                assertThat(bytes.flip()).as(name).isEqualTo(expected.data());
            });
            long parameters = weights.values().stream()
                    .mapToLong(tensor -> tensor.data().remaining() / Float.BYTES)
                    .sum();
            assertThat(checkpoint.footprint().parameters()).isEqualTo(parameters);
            assertThat(checkpoint.footprint().activeParameters()).isLessThan(parameters);
        }
    }

    /** No two values are the same. */
    private static Map<String, SafetensorsWriter.Tensor> weights(TinyModel model) {
        Map<String, SafetensorsWriter.Tensor> weights = new LinkedHashMap<>();
        float[] next = {1};
        model.shapes.forEach((name, shape) -> {
            float[] values = new float[shape.stream().reduce(1, Math::multiplyExact)];
            for (int i = 0; i < values.length; i++) {
                values[i] = next[0]++;
            }
            weights.put(
                    name,
                    SafetensorsWriter.Tensor.floats(
                            name, shape.stream().map(Integer::longValue).toList(), values));
        });
        return weights;
    }

    private static Map<String, SafetensorsWriter.Tensor> replaced(String name, List<Long> shape) {
        Map<String, SafetensorsWriter.Tensor> weights = inOwnLayout(weights(TinyModel.olmoe()));
        weights.put(name, zeros(name, shape));
        return weights;
    }

    private static SafetensorsWriter.Tensor zeros(String name, List<Long> shape) {
        return SafetensorsWriter.Tensor.floats(
                name, shape, new float[shape.stream().mapToInt(Long::intValue).reduce(1, Math::multiplyExact)]);
    }

    private static Map<String, SafetensorsWriter.Tensor> renamed(
            Map<String, SafetensorsWriter.Tensor> weights, UnaryOperator<String> rename) {
        Map<String, SafetensorsWriter.Tensor> renamed = new LinkedHashMap<>();
        weights.forEach((name, tensor) -> renamed.put(rename.apply(name), tensor));
        return renamed;
    }

    /** As transformers 5 has them in memory: stacked by expert, each gate above its up. */
    private static Map<String, SafetensorsWriter.Tensor> inOwnLayout(Map<String, SafetensorsWriter.Tensor> weights) {
        Map<String, SafetensorsWriter.Tensor> own = new LinkedHashMap<>();
        Map<String, List<SafetensorsWriter.Tensor>> stacks = new LinkedHashMap<>();
        weights.forEach((name, tensor) -> {
            String plain = plain(name);
            if (!plain.contains(".experts.")) {
                own.put(plain, tensor);
                return;
            }
            String stack = plain.replaceFirst("\\d+\\.(gate|up)_proj\\.weight$", "gate_up_proj")
                    .replaceFirst("\\d+\\.down_proj\\.weight$", "down_proj");
            stacks.computeIfAbsent(stack, absent -> new ArrayList<>()).add(tensor);
        });
        stacks.forEach((name, tensors) -> own.put(name, stacked(name, tensors, name.endsWith("gate_up_proj") ? 2 : 1)));
        return own;
    }

    /** As the graph calls a weight, and transformers 5. */
    private static String plain(String name) {
        return name.replace("block_sparse_moe", "mlp")
                .replaceFirst("\\.w1\\.weight$", ".gate_proj.weight")
                .replaceFirst("\\.w3\\.weight$", ".up_proj.weight")
                .replaceFirst("\\.w2\\.weight$", ".down_proj.weight");
    }

    private static SafetensorsWriter.Tensor stacked(String name, List<SafetensorsWriter.Tensor> parts, int ofEach) {
        List<Long> shape = parts.get(0).shape();
        ByteBuffer data = ByteBuffer.allocate(
                        parts.stream().mapToInt(part -> part.data().remaining()).sum())
                .order(ByteOrder.LITTLE_ENDIAN);
        parts.forEach(part -> data.put(part.data().duplicate()));
        List<Long> all = List.of((long) parts.size() / ofEach, shape.get(0) * ofEach, shape.get(1));
        return new SafetensorsWriter.Tensor(name, DType.F32, all, data.flip());
    }

    private static void write(Path own, TinyModel model, Map<String, SafetensorsWriter.Tensor> weights)
            throws Exception {
        Files.createDirectories(own);
        model.writeConfig(own);
        List<SafetensorsWriter.Tensor> tensors = weights.entrySet().stream()
                .map(entry -> {
                    SafetensorsWriter.Tensor tensor = entry.getValue();
                    return new SafetensorsWriter.Tensor(entry.getKey(), tensor.dtype(), tensor.shape(), tensor.data());
                })
                .toList();
        SafetensorsWriter.write(own.resolve("model.safetensors"), tensors, Map.of());
    }
}
