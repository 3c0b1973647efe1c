package io.gatehouse.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import io.gatehouse.checkpoint.quantised.Quantisation;
import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.SafetensorsBytes;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.SharedData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestCheckpoint {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void readsEveryTensorOfTheReferenceModel() {
        Path path = SharedData.path("reference/olmoe_a");
        try (Checkpoint checkpoint = Checkpoint.open(path)) {
            assertThat(checkpoint.name()).isEqualTo("olmoe_a");
            assertThat(checkpoint.config().layers()).hasSize(3);
            assertThat(checkpoint.config().feedForwards())
                    .containsOnly(new FeedForward.Sparse(8, 2, Mlp.swiGlu(32), Router.softmax(false)));
            TensorInfo gate =
                    checkpoint.tensor("model.layers.2.mlp.gate.weight").plain().orElseThrow();
            assertThat(gate.shape()).containsExactly(8L, 64L);
            ByteBuffer bytes = ByteBuffer.allocate(8 * 64 * 4);
            checkpoint.read(gate, bytes);
            assertThat(bytes.hasRemaining()).isFalse();
            assertThat(checkpoint.has("model.layers.3.mlp.gate.weight")).isFalse();
        }
    }

    @Test
    void refusesWhatItCannotRunBeforeItLooksForWeights() {
        TinyModel.olmoe().with("{\"architectures\": [\"LlamaForCausalLM\"]}").writeConfig(directory);
        fails(ErrorCode.UNSUPPORTED_MODEL, "asks for architectures 'LlamaForCausalLM'", directory);
        TinyModel.qwen3Moe()
                .with("{\"rope_scaling\": {\"type\": \"longrope\"}}")
                .writeConfig(directory);
        fails(ErrorCode.UNSUPPORTED_MODEL, "asks for rope_scaling.type 'longrope'", directory);
    }

    @Test
    void namesTheDirectoryOrFileThatIsMissing() throws IOException {
        fails(ErrorCode.FILE_NOT_FOUND, directory.resolve("nowhere") + " does not exist", directory.resolve("nowhere"));
        fails(ErrorCode.FILE_NOT_FOUND, directory.resolve("config.json") + " does not exist", directory);
        Path file = Files.createFile(directory.resolve("file"));
        fails(ErrorCode.FILE_NOT_FOUND, file + " is not a directory", file);
        TinyModel.olmoe().writeConfig(directory);
        fails(ErrorCode.FILE_NOT_FOUND, "has neither model.safetensors nor model.safetensors.index.json", directory);
        Files.createDirectory(directory.resolve("model.safetensors"));
        fails(ErrorCode.FILE_NOT_FOUND, directory.resolve("model.safetensors") + " is not a file", directory);
    }

    @Test
    void hasNoTokenizerWhereThereIsNoFile() {
        try (Checkpoint checkpoint = Checkpoint.open(TinyModel.olmoe().write(directory))) {
            assertThatExceptionOfType(GatehouseException.class)
                    .isThrownBy(checkpoint::openTokenizer)
                    .withMessage(directory.resolve("tokenizer.json") + " does not exist.");
        }
    }

    @Test
    void namesTheTensorThatIsMissing() {
        for (String name : List.copyOf(TinyModel.olmoe().shapes.keySet())) {
            TinyModel model = TinyModel.olmoe();
            model.shapes.remove(name);
            fails(ErrorCode.CORRUPT_CHECKPOINT, "have no tensor " + name, model.write(directory));
        }
        try (Checkpoint checkpoint = Checkpoint.open(TinyModel.olmoe().write(directory))) {
            assertThatExceptionOfType(GatehouseException.class)
                    .isThrownBy(() -> checkpoint.tensor("model.layers.7.mlp.gate.weight"))
                    .withMessage("The weights in %s have no tensor model.layers.7.mlp.gate.weight.", directory);
        }
    }

    @Test
    void namesTheTensorThatHasAnotherShape() {
        for (String name : List.copyOf(TinyModel.olmoe().shapes.keySet())) {
            TinyModel model = TinyModel.olmoe();
            model.shapes.put(name, List.of(2, 3, 4));
            fails(
                    ErrorCode.CORRUPT_CHECKPOINT,
                    "Tensor %s of %s has shape [2, 3, 4]; config.json implies"
                            .formatted(name, directory.resolve("model.safetensors")),
                    model.write(directory));
        }
    }

    @Test
    void wantsBiasesAndHeadOnlyWhereTheConfigSaysSo() {
        TinyModel biased = TinyModel.olmoe();
        biased.config.put("attention_bias", true);
        fails(ErrorCode.CORRUPT_CHECKPOINT, "no tensor model.layers.0.self_attn.q_proj.bias", biased.write(directory));
        for (String projection : List.of("q", "k", "v", "o")) {
            biased.shapes.put("model.layers.0.self_attn." + projection + "_proj.bias", List.of(4));
        }
        Checkpoint.open(biased.write(directory)).close();

        TinyModel tied = TinyModel.olmoe();
        tied.config.put("tie_word_embeddings", true);
        tied.shapes.remove("lm_head.weight");
        Checkpoint.open(tied.write(directory)).close();
    }

    @Test
    void readsHalfPrecisionAndRefusesIntegerWeights() {
        for (DType dtype : List.of(DType.BF16, DType.F16)) {
            TinyModel model = TinyModel.olmoe();
            model.dtype = dtype;
            Checkpoint.open(model.write(directory)).close();
        }
        TinyModel quantised = TinyModel.olmoe();
        quantised.dtype = DType.I8;
        fails(ErrorCode.UNSUPPORTED_MODEL, "has type I8", quantised.write(directory));
    }

    @Test
    void readsShardsByTheirIndex() throws IOException {
        TinyModel model = TinyModel.olmoe();
        writeShards(model, "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            for (String name : model.shapes.keySet()) {
                TensorInfo tensor = checkpoint.tensor(name).plain().orElseThrow();
                assertThat(tensor.file().getFileName().toString())
                        .isEqualTo(
                                name.contains("experts")
                                        ? "model-00002-of-00002.safetensors"
                                        : "model-00001-of-00002.safetensors");
                byte[] inFile = Files.readAllBytes(tensor.file());
                ByteBuffer read = ByteBuffer.allocateDirect((int) tensor.bytes());
                checkpoint.read(tensor, read);
                assertThat(read.flip()).isEqualTo(ByteBuffer.wrap(inFile, (int) tensor.offset(), (int) tensor.bytes()));
            }
        }
    }

    @Test
    void refusesIndexesThatPointElsewhere() throws IOException {
        TinyModel.olmoe().writeConfig(directory);
        for (String name : List.of(
                "../../etc/passwd",
                "/etc/passwd",
                "..",
                "",
                "sub/model.safetensors",
                "sub\\\\model.safetensors",
                "../model.safetensors",
                "a\\u0000.safetensors",
                "-x.safetensors")) {
            index("{\"weight_map\":{\"lm_head.weight\":\"%s\"}}".formatted(name));
            fails(
                    ErrorCode.CORRUPT_CHECKPOINT,
                    "puts tensor lm_head.weight into \"" + name.replace("\\\\", "\\\\")
                            + "\", which is not a plain name",
                    directory);
        }
        index("{\"weight_map\":{\"lm_head.weight\":7}}");
        fails(ErrorCode.CORRUPT_CHECKPOINT, "into 7, which is not a plain name", directory);
    }

    @Test
    void refusesIndexesThatAreDamaged() throws IOException {
        TinyModel model = TinyModel.olmoe();
        writeShards(model, "a.safetensors", "b.safetensors");
        Path index = directory.resolve("model.safetensors.index.json");
        index("{\"weight_map\":{}}");
        fails(ErrorCode.CORRUPT_CHECKPOINT, index + " has no weight_map", directory);
        index("{\"weight_map\":[]}");
        fails(ErrorCode.CORRUPT_CHECKPOINT, index + " has no weight_map", directory);
        index("{\"weight_map\":{\"x\":\"a.safetensors\",\"x\":\"b.safetensors\"}}");
        fails(ErrorCode.CORRUPT_CHECKPOINT, index + " is not valid JSON", directory);
        index("{\"weight_map\":{\"x\":\"a.safetensors\"}}");
        fails(
                ErrorCode.CORRUPT_CHECKPOINT,
                index + " puts tensor x into a.safetensors, which does not have it",
                directory);
        index("{\"weight_map\":{\"x\":\"c.safetensors\"}}");
        fails(ErrorCode.FILE_NOT_FOUND, directory.resolve("c.safetensors") + " does not exist", directory);
    }

    @Test
    void readsFromManyThreadsAtOnce() throws Exception {
        Path path = TinyModel.olmoe().write(directory);
        byte[] file = Files.readAllBytes(path.resolve("model.safetensors"));
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (Checkpoint checkpoint = Checkpoint.open(path)) {
            List<Future<?>> reads = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                List<String> names = List.copyOf(TinyModel.olmoe().shapes.keySet());
                TensorInfo tensor =
                        checkpoint.tensor(names.get(i % names.size())).plain().orElseThrow();
                reads.add(threads.submit(() -> {
                    ByteBuffer target = ByteBuffer.allocate((int) tensor.bytes());
                    checkpoint.read(tensor, target);
                    int offset = (int) tensor.offset();
                    assertThat(target.array())
                            .isEqualTo(Arrays.copyOfRange(file, offset, offset + (int) tensor.bytes()));
                }));
            }
            for (Future<?> read : reads) {
                read.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void readsIntoExactlyTheBytesThatRemain() {
        try (Checkpoint checkpoint = Checkpoint.open(TinyModel.olmoe().write(directory))) {
            TensorInfo tensor = checkpoint.tensor("model.norm.weight").plain().orElseThrow();
            ByteBuffer buffer = ByteBuffer.allocate(32).position(8).limit(24);
            checkpoint.read(tensor, buffer);
            assertThat(buffer.position()).isEqualTo(24);
            assertThat(Arrays.copyOf(buffer.array(), 8)).containsOnly(0);
            assertThatIllegalArgumentException().isThrownBy(() -> checkpoint.read(tensor, ByteBuffer.allocate(17)));
            assertThatIllegalArgumentException().isThrownBy(() -> checkpoint.read(tensor, ByteBuffer.allocate(15)));
        }
    }

    @Test
    void saysSoWhenAFileShrinksAfterItWasOpened() throws IOException {
        Path path = TinyModel.olmoe().write(directory);
        try (Checkpoint checkpoint = Checkpoint.open(path)) {
            TensorInfo last = checkpoint
                    .tensor("model.layers.0.mlp.experts.1.down_proj.weight")
                    .plain()
                    .orElseThrow();
            try (FileChannel channel = FileChannel.open(path.resolve("model.safetensors"), StandardOpenOption.WRITE)) {
                channel.truncate(last.offset() + 4);
            }
            assertThatExceptionOfType(GatehouseException.class)
                    .isThrownBy(() -> checkpoint.read(last, ByteBuffer.allocate((int) last.bytes())))
                    .withMessageContaining("ends within tensor " + last.name());
        }
    }

    @Test
    void refusesTensorsThatNoBufferHolds() throws IOException {
        String header = "{\"big\":{\"dtype\":\"U8\",\"shape\":[2147483648],\"data_offsets\":[0,2147483648]}}";
        Path file = SafetensorsBytes.write(directory.resolve("model.safetensors"), SafetensorsBytes.of(header, 0));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[1]), channel.size() + Integer.MAX_VALUE);
        }
        try (WeightFiles files = WeightFiles.open(directory, new Quantisation.None(), TensorNames.LLAMA)) {
            assertThatExceptionOfType(GatehouseException.class)
                    .isThrownBy(() -> files.read(files.tensor("big").plain().orElseThrow(), ByteBuffer.allocate(1)))
                    .withMessage(
                            "Tensor big of %s has 2,147,483,648 bytes; Gatehouse reads tensors of up to"
                                    + " 2,147,483,647.",
                            file)
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_MODEL));
        }
    }

    @Test
    void endsAReadWhoseThreadIsInterrupted() {
        try (Checkpoint checkpoint = Checkpoint.open(TinyModel.olmoe().write(directory))) {
            TensorInfo tensor = checkpoint.tensor("model.norm.weight").plain().orElseThrow();
            Thread.currentThread().interrupt();
            assertThatExceptionOfType(GatehouseException.class)
                    .isThrownBy(() -> checkpoint.read(tensor, ByteBuffer.allocate(16)))
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED_BY_USER));
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private void writeShards(TinyModel model, String first, String second) throws IOException {
        model.writeConfig(directory);
        Map<String, List<Integer>> experts = new LinkedHashMap<>(model.shapes);
        experts.keySet().removeIf(name -> !name.contains("experts"));
        Map<String, List<Integer>> rest = new LinkedHashMap<>(model.shapes);
        rest.keySet().removeAll(experts.keySet());
        SafetensorsBytes.write(directory.resolve(first), model.weights(rest));
        SafetensorsBytes.write(directory.resolve(second), model.weights(experts));
        StringBuilder map = new StringBuilder();
        rest.keySet().forEach(name -> map.append(",\"%s\":\"%s\"".formatted(name, first)));
        experts.keySet().forEach(name -> map.append(",\"%s\":\"%s\"".formatted(name, second)));
        index("{\"metadata\":{\"total_size\":1},\"weight_map\":{%s}}".formatted(map.substring(1)));
    }

    private void index(String json) throws IOException {
        Files.writeString(directory.resolve("model.safetensors.index.json"), json);
    }

    private static void fails(ErrorCode code, String message, Path path) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> Checkpoint.open(path).close())
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }
}
