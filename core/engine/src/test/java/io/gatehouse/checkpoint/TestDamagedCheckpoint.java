package io.gatehouse.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.error.ErrorCategory;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to the bytes of a checkpoint, it opens and can be read, or one of our errors says why not. */
final class TestDamagedCheckpoint {
    private static final int ROUNDS = 1_500;

    @TempDir
    private Path directory = Path.of("");

    @Test
    void survivesFlippedBytes() throws IOException {
        long seed = Long.getLong("test.seed", ThreadLocalRandom.current().nextLong());
        Random random = new Random(seed);
        TinyModel model = TinyModel.olmoe();
        model.write(directory);
        int refused = 0;
        for (String name : List.of("config.json", "model.safetensors")) {
            Path file = directory.resolve(name);
            byte[] whole = Files.readAllBytes(file);
            int spoilt = name.equals("config.json") ? whole.length : whole.length - model.dataBytes();
            for (int round = 0; round < ROUNDS; round++) {
                byte[] damaged = whole.clone();
                for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                    damaged[random.nextInt(spoilt)] = (byte) random.nextInt(256);
                }
                Files.write(file, damaged);
                refused += refusedOrRead("test.seed=%d, round %d of %s".formatted(seed, round, name)) ? 1 : 0;
            }
            Files.write(file, whole);
        }
        // Most flips break something; if none did, this test would look at the wrong bytes.
        assertThat(refused).as("test.seed=%d", seed).isGreaterThan(ROUNDS);
    }

    @Test
    void refusesEveryLengthButTheWhole() throws IOException {
        TinyModel.olmoe().write(directory);
        Path file = directory.resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThat(refusedOrRead("length " + length))
                    .as("length %d", length)
                    .isTrue();
        }
    }

    private boolean refusedOrRead(String round) {
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            for (String name : TinyModel.olmoe().shapes.keySet()) {
                if (checkpoint.has(name)) {
                    TensorInfo tensor = checkpoint.tensor(name).plain().orElseThrow();
                    checkpoint.read(tensor, ByteBuffer.allocate((int) tensor.bytes()));
                }
            }
            return false;
        } catch (GatehouseException e) {
            assertThat(e.code().category()).as(round).isIn(ErrorCategory.USER, ErrorCategory.CORRUPT);
            assertThat(e.getMessage()).as(round).contains(directory.toString()).hasLineCount(1);
            return true;
        } catch (RuntimeException | Error e) {
            throw new AssertionError(round, e);
        }
    }
}
