package io.gatehouse.sample.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.checkpoint.StoredValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestRandomCheckpoint {
    private static final String EXPERT = "model.layers.%d.mlp.experts.%d.gate_proj.weight";

    @TempDir
    private Path folder = Path.of("");

    private static final class Watch implements WritingListener {
        private final List<String> files = new ArrayList<>();
        private final int stopAfter;
        private int asked;

        Watch(int stopAfter) {
            this.stopAfter = stopAfter;
        }

        @Override
        public void written(String file, long bytes) {
            files.add(file + " " + bytes);
        }

        @Override
        public boolean cancelled() {
            return asked++ == stopAfter;
        }
    }

    @Test
    void isACheckpointWithATokenizer() {
        Path model = write("model", Blueprint.TINY_OLMOE.config(), StoredType.BF16, 1, RandomCheckpoint.FILE_BYTES);
        assertThat(model.resolve("model.safetensors")).exists();
        assertThat(model.resolveSibling("model.partial")).doesNotExist();
        try (Checkpoint checkpoint = Checkpoint.open(model);
                Tokenizer tokenizer = checkpoint.openTokenizer()) {
            assertThat(checkpoint.tensor("lm_head.weight").format()).isEqualTo("BF16");
            assertThat(tokenizer.decode(tokenizer.encode("Größe: 7 B"))).isEqualTo("Größe: 7 B");
            assertThat(tokenizer.encode(" B")).hasSize(1);
        }
    }

    @Test
    void cutsALayerInTwoWhereAFileIsFull() throws IOException {
        Path whole = write("whole", Blueprint.TINY_OLMOE.config(), StoredType.FP32, 5, RandomCheckpoint.FILE_BYTES);
        Path parts = write("parts", Blueprint.TINY_OLMOE.config(), StoredType.FP32, 5, 450_000);
        try (Checkpoint expected = Checkpoint.open(whole);
                Checkpoint actual = Checkpoint.open(parts)) {
            List<Path> filesOfALayer = IntStream.range(0, 8)
                    .mapToObj(expert -> actual.tensor(EXPERT.formatted(1, expert))
                            .plain()
                            .orElseThrow()
                            .file()
                            .getFileName())
                    .distinct()
                    .toList();
            assertThat(filesOfALayer)
                    .containsExactly(
                            Path.of("model-00001-of-00003.safetensors"), Path.of("model-00002-of-00003.safetensors"));
            for (String name : List.of("model.embed_tokens.weight", EXPERT.formatted(1, 7), "lm_head.weight")) {
                assertThat(values(actual, name)).as(name).isEqualTo(values(expected, name));
            }
        }
        RandomCheckpoint plan = new RandomCheckpoint(Blueprint.TINY_OLMOE.config(), StoredType.FP32, 5, 450_000);
        assertThat(Files.readString(parts.resolve("model.safetensors.index.json")))
                .contains("\"total_size\" : " + plan.bytes() + "\n");
    }

    @Test
    void oneSeedGivesOneModel() throws IOException {
        ObjectNode config = Blueprint.TINY_MIXTRAL.config();
        byte[] first = weights(write("a", config, StoredType.BF16, 3, 1L << 30));
        assertThat(weights(write("b", config, StoredType.BF16, 3, 1L << 30))).isEqualTo(first);
        assertThat(weights(write("c", config, StoredType.BF16, 4, 1L << 30))).isNotEqualTo(first);
    }

    @Test
    void everyTypeHoldsTheSameWeights() {
        double[] exact = expert(StoredType.FP32);
        double[] brain = expert(StoredType.BF16);
        double[] half = expert(StoredType.FP16);
        assertThat(exact).hasSize(32 * 64).hasSameSizeAs(brain).hasSameSizeAs(half);
        for (int i = 0; i < exact.length; i++) {
            assertThat(brain[i]).isCloseTo(exact[i], within(Math.abs(exact[i]) / 256));
            assertThat(half[i]).isCloseTo(exact[i], within(Math.max(Math.abs(exact[i]) / 2048, 0x1p-25)));
        }
    }

    /** 512 x 256 entries: the bounds are about five standard errors. */
    @Test
    void weightsAreIndependentAndNormal() {
        ObjectNode config = Blueprint.TINY_OLMOE
                .config()
                .put("hidden_size", 256)
                .put("intermediate_size", 512)
                .put("num_hidden_layers", 2);
        Path model = write("wide", config, StoredType.FP32, 1, 1L << 30);
        List<double[]> experts = new ArrayList<>();
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            for (int layer = 0; layer < 2; layer++) {
                for (int expert = 0; expert < 8; expert++) {
                    experts.add(values(checkpoint, EXPERT.formatted(layer, expert)));
                }
            }
        }
        for (double[] expert : experts) {
            assertThat(correlation(expert, expert, 0)).isCloseTo(1, within(0.04));
            assertThat(IntStream.range(0, expert.length)
                            .filter(i -> Math.abs(expert[i]) < 1 / 16.0)
                            .count())
                    .as("within one deviation: 68.27%")
                    .isCloseTo(Math.round(0.6827 * expert.length), within(1_900L));
            for (double[] other : experts) {
                for (int shift : new int[] {0, 1, 2, 4, 256, 1 << 15, 1 << 16}) {
                    if (expert != other || shift != 0) {
                        assertThat(correlation(expert, other, shift))
                                .as("shift %d", shift)
                                .isCloseTo(0, within(0.02));
                    }
                }
            }
        }
    }

    @Test
    void keepsWhatExists() {
        Path model = write("model", Blueprint.TINY_OLMOE.config(), StoredType.BF16, 1, 1L << 30);
        assertThatThrownBy(() -> write("model", Blueprint.TINY_OLMOE.config(), StoredType.BF16, 2, 1L << 30))
                .isInstanceOf(GatehouseException.class)
                .hasMessage(model + " exists, and is not written over.");
    }

    @Test
    void saysThatAnotherIsBeingWritten() throws IOException {
        Path partial = Files.createDirectory(folder.resolve("model.partial"));
        assertThatThrownBy(() -> write("model", Blueprint.TINY_OLMOE.config(), StoredType.BF16, 1, 1L << 30))
                .isInstanceOf(GatehouseException.class)
                .hasMessage(partial + " exists: something is writing it now, or was killed and it may be deleted.");
        assertThat(partial).exists();
    }

    @Test
    void asksForRoomBeforeItWrites() {
        ObjectNode config = Blueprint.MIXTRAL_8X7B.config().put("num_hidden_layers", 10_000);
        assertThatThrownBy(() -> write("huge", config, StoredType.FP32, 1, RandomCheckpoint.FILE_BYTES))
                .isInstanceOfSatisfying(
                        GatehouseException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INSUFFICIENT_DISK))
                .hasMessageContaining("needs 58,051,");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void leavesNothingWhenStopped() {
        RandomCheckpoint checkpoint = new RandomCheckpoint(Blueprint.TINY_OLMOE.config(), StoredType.BF16, 1, 100_000);
        Watch watch = new Watch(60);
        assertThatThrownBy(() -> checkpoint.write(folder.resolve("model"), TokenizerSource.bytes(), watch))
                .isInstanceOfSatisfying(
                        GatehouseException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED_BY_USER));
        assertThat(watch.files).isNotEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void refusesATokenizerThatIsTooLarge() {
        ObjectNode config = Blueprint.TINY_OLMOE.config().put("vocab_size", 100);
        assertThatThrownBy(() -> write("model", config, StoredType.BF16, 1, 1L << 30))
                .isInstanceOf(GatehouseException.class)
                .hasMessage("The tokenizer has 262 tokens; the model has a vocabulary of 100.");
        assertThat(folder).isEmptyDirectory();
    }

    private Path write(String name, ObjectNode config, StoredType type, long seed, long shardBytes) {
        Path directory = folder.resolve(name);
        new RandomCheckpoint(config, type, seed, shardBytes)
                .write(directory, TokenizerSource.bytes(), new Watch(Integer.MAX_VALUE));
        return directory;
    }

    private double[] expert(StoredType type) {
        Path model = write(type.name(), Blueprint.TINY_OLMOE.config(), type, 3, 1L << 30);
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            return values(checkpoint, EXPERT.formatted(0, 0));
        }
    }

    private static byte[] weights(Path model) throws IOException {
        return Files.readAllBytes(model.resolve("model.safetensors"));
    }

    /** Of entries whose deviation is 1/16, as the fan-in of 256 gives. */
    private static double correlation(double[] x, double[] y, int shift) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += 256.0 * x[i] * y[(i + shift) % y.length];
        }
        return sum / x.length;
    }

    private static double[] values(Checkpoint checkpoint, String name) {
        TensorInfo tensor = checkpoint.tensor(name).plain().orElseThrow();
        return StoredValues.of(tensor.dtype().name(), tensor.bytes(), bytes -> checkpoint.read(tensor, bytes));
    }
}
