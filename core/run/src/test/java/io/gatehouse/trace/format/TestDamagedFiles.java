package io.gatehouse.trace.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCategory;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.trace.TraceKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to the bytes of such a file, it is read, or one of our errors says why not. */
final class TestDamagedFiles {
    private static final int ROUNDS = 2_000;
    private static final int MOST_LENGTHS = 2_000;

    /** Each fixture, and what reads it. */
    private static final Map<String, Function<Path, Object>> READERS = readers();

    @TempDir
    private Path directory = Path.of("");

    private static Map<String, Function<Path, Object>> readers() {
        Map<String, Function<Path, Object>> readers = new LinkedHashMap<>();
        readers.put("stat.pt", TorchFile::read);
        readers.put("per_token.pt", TorchFile::read);
        readers.put("router_logits.npz", ArrayFile::read);
        readers.put("small.npy", ArrayFile::read);
        readers.put("wikipedia-protocol-2.pkl", Pickle::read);
        readers.put("wikipedia-protocol-4.pkl", Pickle::read);
        readers.put("imatrix.gguf", file -> GgufFile.read(file, ".counts"));
        return readers;
    }

    @Test
    void wholeOnesAreRead() throws IOException {
        for (Map.Entry<String, Function<Path, Object>> reader : READERS.entrySet()) {
            Path file = Files.write(directory.resolve(reader.getKey()), whole(reader.getKey()));
            assertThat(reader.getValue().apply(file)).as(reader.getKey()).isNotNull();
        }
    }

    @Test
    void survivesFlippedBytes() throws IOException {
        long seed = Long.getLong("test.seed", ThreadLocalRandom.current().nextLong());
        Random random = new Random(seed);
        for (Map.Entry<String, Function<Path, Object>> reader : READERS.entrySet()) {
            byte[] whole = whole(reader.getKey());
            int refused = 0;
            for (int round = 0; round < ROUNDS; round++) {
                byte[] damaged = whole.clone();
                for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                    damaged[random.nextInt(whole.length)] = (byte) random.nextInt(256);
                }
                String what = "test.seed=%d, round %d of %s".formatted(seed, round, reader.getKey());
                refused += refusedOrRead(reader.getKey(), reader.getValue(), damaged, what) ? 1 : 0;
            }
            // If no flip broke anything, this test would look at the wrong bytes.
            assertThat(refused).as("test.seed=%d, %s", seed, reader.getKey()).isPositive();
        }
    }

    @Test
    void survivesEveryCut() throws IOException {
        for (Map.Entry<String, Function<Path, Object>> reader : READERS.entrySet()) {
            byte[] whole = whole(reader.getKey());
            int step = 1 + whole.length / MOST_LENGTHS;
            for (int length = 0; length < whole.length; length += step) {
                String what = "%s, cut to %d of %d bytes".formatted(reader.getKey(), length, whole.length);
                boolean refused = refusedOrRead(reader.getKey(), reader.getValue(), Arrays.copyOf(whole, length), what);
                // A zip is read from its front as npz, and needs no directory.
                assertThat(refused || reader.getKey().endsWith(".npz")).as(what).isTrue();
            }
        }
    }

    @Test
    void namesTheFileOfABadScalar() throws IOException {
        Path file = Files.write(directory.resolve("scalar.pkl"), scalar("i8", 1, 2, 3, 4));
        assertThatThrownBy(() -> Pickle.read(file))
                .isInstanceOf(GatehouseException.class)
                .hasMessage("%s, a scalar ends at byte 4, within 8 bytes that begin at 0.", file);
    }

    @Test
    void unsignedScalarsHaveNoSign() throws IOException {
        Path four = Files.write(directory.resolve("u4.pkl"), scalar("u4", 0xff, 0xff, 0xff, 0xff));
        assertThat(Pickle.read(four)).isEqualTo(4_294_967_295L);
        Path signed = Files.write(directory.resolve("i4.pkl"), scalar("i4", 0xff, 0xff, 0xff, 0xff));
        assertThat(Pickle.read(signed)).isEqualTo(-1L);
        Path eight = Files.write(directory.resolve("u8.pkl"), scalar("u8", 0, 0, 0, 0, 0, 0, 0, 0x80));
        assertThatThrownBy(() -> Pickle.read(eight))
                .isInstanceOf(GatehouseException.class)
                .hasMessage("%s, a scalar is 9223372036854775808, beyond 2^63.", eight);
    }

    /** {@code numpy.core.multiarray.scalar(numpy.dtype(type), bytes)} in protocol 4. */
    private static byte[] scalar(String type, int... content) {
        ByteBuffer pickle = ByteBuffer.allocate(256);
        pickle.put((byte) 0x80).put((byte) 4);
        pickle.put("cnumpy.core.multiarray\nscalar\n".getBytes(StandardCharsets.US_ASCII));
        pickle.put("cnumpy\ndtype\n".getBytes(StandardCharsets.US_ASCII));
        pickle.put((byte) 0x8c).put((byte) type.length()).put(type.getBytes(StandardCharsets.US_ASCII));
        pickle.put((byte) 0x85).put((byte) 'R');
        pickle.put((byte) 'C').put((byte) content.length);
        for (int each : content) {
            pickle.put((byte) each);
        }
        pickle.put((byte) 0x86).put((byte) 'R').put((byte) '.');
        return Arrays.copyOf(pickle.array(), pickle.position());
    }

    private boolean refusedOrRead(String name, Function<Path, Object> reader, byte[] damaged, String what)
            throws IOException {
        Path file = Files.write(directory.resolve(name), damaged);
        try {
            assertThat(reader.apply(file)).as(what).isNotNull();
            return false;
        } catch (GatehouseException e) {
            assertThat(e.code().category()).as(what).isEqualTo(ErrorCategory.CORRUPT);
            assertThat(e.getMessage()).as(what).contains(file.toString());
            return true;
        } catch (RuntimeException | Error e) {
            throw new AssertionError(what, e);
        }
    }

    private static byte[] whole(String name) throws IOException {
        if (name.equals("small.npy")) {
            return npy();
        }
        try (InputStream in = Objects.requireNonNull(TraceKind.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        }
    }

    /** Two rows of three floats, as NumPy's format 1.0 has them. */
    private static byte[] npy() {
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
        String padded = header + " ".repeat(Math.floorMod(-(10 + header.length() + 1), 64)) + "\n";
        ByteBuffer file =
                ByteBuffer.allocate(10 + padded.length() + 6 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0);
        file.putShort((short) padded.length()).put(padded.getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 6; i++) {
            file.putFloat(i / 2f);
        }
        return file.array();
    }
}
