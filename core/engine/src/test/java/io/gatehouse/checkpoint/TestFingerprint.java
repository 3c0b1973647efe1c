package io.gatehouse.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestFingerprint {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void followsConfigTokenizerAndHeaders() throws IOException {
        Path path = TinyModel.olmoe().write(directory);
        String plain = fingerprint(path);
        assertThat(plain).matches("[0-9a-f]{64}").isEqualTo(fingerprint(path));

        Files.writeString(path.resolve("README.md"), "not part of the model");
        assertThat(fingerprint(path)).isEqualTo(plain);

        Files.writeString(path.resolve("tokenizer.json"), "{}");
        String withTokenizer = fingerprint(path);
        assertThat(withTokenizer).isNotEqualTo(plain);

        TinyModel longer = TinyModel.olmoe();
        longer.config.put("max_position_embeddings", 65);
        assertThat(fingerprint(longer.write(directory))).isNotEqualTo(withTokenizer);

        TinyModel half = TinyModel.olmoe();
        half.dtype = DType.BF16;
        assertThat(fingerprint(half.write(directory))).isNotEqualTo(withTokenizer);
    }

    @Test
    void seesATrainingThatTouchedOnlyOneKindOfWeight() throws IOException {
        Path path = TinyModel.olmoe().write(directory);
        Path file = path.resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(file);
        String plain = fingerprint(path);
        List<TensorInfo> tensors;
        try (Checkpoint checkpoint = Checkpoint.open(path)) {
            tensors = checkpoint.tensors();
        }
        assertThat(tensors)
                .extracting(TensorInfo::name)
                .isSorted()
                .hasSameSizeAs(TinyModel.olmoe().shapes.keySet());
        for (TensorInfo tensor : tensors) {
            byte[] trained = whole.clone();
            trained[Math.toIntExact(tensor.offset() + tensor.bytes() / 2)]++;
            Files.write(file, trained);
            assertThat(fingerprint(path)).as(tensor.name()).isNotEqualTo(plain);
        }
        Files.write(file, whole);
        assertThat(fingerprint(path)).isEqualTo(plain);
    }

    @Test
    void samplesTensorsAtEvenDistancesUpToALimit() {
        List<TensorInfo> tensors = IntStream.range(0, 1000)
                .mapToObj(i -> new TensorInfo(Integer.toString(i), DType.U8, List.of(), Path.of("x"), i, 1))
                .toList();
        assertThat(Fingerprint.sample(tensors, 4))
                .extracting(TensorInfo::name)
                .containsExactly("0", "250", "500", "750");
        assertThat(Fingerprint.sample(tensors, 1000)).isEqualTo(tensors);
        assertThat(Fingerprint.sample(tensors, 5000)).isEqualTo(tensors);
        assertThat(Fingerprint.sample(List.of(), 5)).isEmpty();
    }

    private static String fingerprint(Path path) {
        try (Checkpoint checkpoint = Checkpoint.open(path)) {
            return checkpoint.fingerprint();
        }
    }
}
