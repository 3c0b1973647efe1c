package io.gatehouse.run;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.error.ErrorCode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TestStopTexts {
    private static final Path SAMPLE = Path.of(System.getProperty("gatehouse.root"), "core", "sample", "model");

    /** Texts of pieces that tokens cut, among them characters of several tokens. */
    @Test
    void endsAtTheFirstTokenThatCompletesOne() {
        long seed = Long.getLong("gatehouse.test.seed", System.nanoTime());
        Random random = new Random(seed);
        List<String> pieces = List.of("the answer", " is", "\n", "\n\n", "Q:", "é", "😀", "          ", ".", "B", "  ");
        try (Checkpoint checkpoint = Checkpoint.open(SAMPLE);
                Tokenizer tokenizer = checkpoint.openTokenizer()) {
            int stopped = 0;
            for (int i = 0; i < 300; i++) {
                String text = text(random, pieces, 1 + random.nextInt(40));
                StopTexts stop = new StopTexts(List.of(text(random, pieces, 1 + random.nextInt(3)), "😀\n", "r is"));
                int[] tokens = tokenizer.encode(text);
                boolean ended = false;
                for (int count = 1; count <= tokens.length && !ended; count++) {
                    int[] so = Arrays.copyOf(tokens, count);
                    String decoded = tokenizer.decode(so);
                    ended = stop.texts().stream().anyMatch(decoded::contains);
                    assertThat(stop.isIn(so, tokenizer))
                            .as("seed %d: %s in %s", seed, stop, decoded)
                            .isEqualTo(ended);
                    assertThat(stop.before(decoded)).satisfies(before -> {
                        assertThat(decoded).startsWith(before);
                        assertThat(stop.texts()).noneMatch(before::contains);
                    });
                }
                stopped += ended ? 1 : 0;
            }
            assertThat(stopped).as("seed %d", seed).isBetween(30, 299);
        }
    }

    @Test
    void refusesWhatIsNoText() {
        assertThat(StopTexts.NONE.before("all of it")).isEqualTo("all of it");
        assertRefused(
                () -> new StopTexts(List.of("")),
                ErrorCode.INVALID_ARGUMENT,
                "--stop takes a text of 1 to 1,000 characters, not of 0");
        assertRefused(
                () -> new StopTexts(
                        IntStream.range(0, 33).mapToObj(String::valueOf).toList()),
                ErrorCode.INVALID_ARGUMENT,
                "--stop can be given 32 times, not 33");
    }

    private static String text(Random random, List<String> pieces, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> pieces.get(random.nextInt(pieces.size())))
                .collect(Collectors.joining());
    }
}
