package io.gatehouse.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** Headers put together from pieces that parsers trip over: each is read, or refused as damaged, and nothing else. */
final class TestHeaderFuzz {
    private static final int ROUNDS = 20_000;
    private static final Path FILE = Path.of("fuzz.safetensors");
    private static final String HEADER = "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]},"
            + "\"b\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[16,18]}}";
    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "null",
            "true",
            "-1",
            "0",
            "1",
            "16",
            "18",
            "1.5",
            "1e9",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551615",
            "1e999",
            "\"a\"",
            "\"b\"",
            "\"__metadata__\"",
            "\"dtype\"",
            "\"shape\"",
            "\"data_offsets\"",
            "\"F32\"",
            "\"F4\"",
            "[0,16]",
            "[16,0]",
            "[4294967296,4294967296]",
            "{}",
            "[]",
            "\u0000",
            "\u00e9",
            "\\u0000",
            " ",
            "[[[[",
            "{\"x\":{\"x\":");

    @Test
    void readsOrRefusesWhateverTheHeaderSays() {
        long seed = Long.getLong("test.seed", ThreadLocalRandom.current().nextLong());
        Random random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            StringBuilder header = new StringBuilder(HEADER);
            for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
                int begin = random.nextInt(header.length() + 1);
                int end = Math.min(header.length(), begin + random.nextInt(8));
                header.replace(begin, end, PIECES.get(random.nextInt(PIECES.size())));
            }
            refused += isRefused(header.toString(), random.nextInt(64), "test.seed=%d, round %d".formatted(seed, round))
                    ? 1
                    : 0;
        }
        assertThat(refused).as("test.seed=%d", seed).isGreaterThan(ROUNDS / 2);
        assertThat(isRefused(HEADER, 18, "the header itself")).isFalse();
    }

    private static boolean isRefused(String header, long dataBytes, String round) {
        try {
            List<TensorInfo> tensors = SafetensorsHeader.parse(FILE, header.getBytes(StandardCharsets.UTF_8), dataBytes)
                    .tensors();
            assertThat(tensors.stream().mapToLong(TensorInfo::bytes).sum())
                    .as(round)
                    .isEqualTo(dataBytes);
            return false;
        } catch (GatehouseException e) {
            assertThat(e.code()).as(round).isEqualTo(ErrorCode.CORRUPT_CHECKPOINT);
            assertThat(e.getMessage())
                    .as(round)
                    .contains(FILE.toString())
                    .hasLineCount(1)
                    .hasSizeLessThan(2_000);
            return true;
        } catch (RuntimeException | Error e) {
            throw new AssertionError(round + ": " + header, e);
        }
    }
}
