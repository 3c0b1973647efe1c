package io.gatehouse.completion;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.run.StopTexts;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TestGrowingText {
    private static final Path SAMPLE = Path.of(System.getProperty("gatehouse.root"), "core", "sample", "model");
    private static final List<String> PIECES =
            List.of("the answer", " is", "\n", "\n\n", "Q:", "é", "😀", "          ", ".", "B", "  ");

    /** Texts with characters of several tokens, and with stop texts that tokens cut. */
    @Test
    void itsPartsAreTheWholeText() {
        long seed = Long.getLong("gatehouse.test.seed", System.nanoTime());
        Random random = new Random(seed);
        try (Checkpoint checkpoint = Checkpoint.open(SAMPLE);
                Tokenizer tokenizer = checkpoint.openTokenizer()) {
            int heldBack = 0;
            for (int i = 0; i < 300; i++) {
                StopTexts stop = i % 3 == 0
                        ? StopTexts.NONE
                        : new StopTexts(List.of(text(random, 1 + random.nextInt(3)), "😀\n", "r is"));
                int[] tokens = tokenizer.encode(text(random, 1 + random.nextInt(40)));
                GrowingText growing = new GrowingText(tokenizer, stop);
                StringBuilder sent = new StringBuilder();
                int sentTokens = 0;
                int count = 0;
                while (count < tokens.length && !stop.isIn(Arrays.copyOf(tokens, count), tokenizer)) {
                    growing.add(tokens[count]);
                    count++;
                    String part = growing.next();
                    assertThat(part).as("seed %d", seed).doesNotContain("\uFFFD");
                    sent.append(part);
                    sentTokens += growing.takeTokens(count);
                    String whole = stop.before(tokenizer.decode(Arrays.copyOf(tokens, count)));
                    assertThat(whole).as("seed %d", seed).startsWith(sent);
                    heldBack += whole.length() > sent.length() ? 1 : 0;
                }
                String whole = stop.before(tokenizer.decode(Arrays.copyOf(tokens, count)));
                sent.append(growing.rest(whole));
                sentTokens += growing.takeTokens(count);
                assertThat(sent).as("seed %d", seed).hasToString(whole);
                assertThat(sentTokens).isEqualTo(count);
            }
            assertThat(heldBack).as("seed %d", seed).isPositive();
        }
    }

    /** Bytes that never become a character are in the last part. */
    @Test
    void invalidBytesAreSentAtTheEnd() {
        try (Checkpoint checkpoint = Checkpoint.open(SAMPLE);
                Tokenizer tokenizer = checkpoint.openTokenizer()) {
            int[] smile = tokenizer.encode("😀");
            assertThat(smile).as("several tokens").hasSizeGreaterThan(1);
            GrowingText growing = new GrowingText(tokenizer, StopTexts.NONE);
            growing.add(smile[0]);
            assertThat(growing.next()).isEmpty();
            assertThat(growing.rest(tokenizer.decode(smile[0]))).contains("\uFFFD");
        }
    }

    private static String text(Random random, int pieces) {
        return IntStream.range(0, pieces)
                .mapToObj(piece -> PIECES.get(random.nextInt(PIECES.size())))
                .collect(Collectors.joining());
    }
}
