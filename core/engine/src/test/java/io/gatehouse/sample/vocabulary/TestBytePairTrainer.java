package io.gatehouse.sample.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.sample.vocabulary.BytePairVocabulary.Merge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestBytePairTrainer {
    private static final List<String> TEXTS = List.of(
            "Which of these is a lion?\nA. a lion\nAnswer: A",
            "Which of these is a line?\nB. a line\nAnswer: B",
            "What is 12 plus 34?\nC. 46\nAnswer: C",
            "Which city lies in Île-de-France?\nD. Paris\nAnswer: D");

    @Test
    void mostFrequentPairIsMergedFirst() {
        BytePairVocabulary vocabulary = BytePairTrainer.train(List.of("ab ab ab abc cb"), 260);
        // " a" occurs three times and so does "ab"; what is in more words than any other comes first.
        assertThat(vocabulary.merges()).containsExactly(new Merge("a", "b"), new Merge("Ġ", "ab"));
    }

    @Test
    void orderOfTextsDoesNotMatter() {
        List<String> reversed = new ArrayList<>(TEXTS);
        Collections.reverse(reversed);
        assertThat(BytePairTrainer.train(reversed, 300)).isEqualTo(BytePairTrainer.train(TEXTS, 300));
    }

    @Test
    void stopsWhenNoPairOccursTwice() {
        assertThat(BytePairTrainer.train(List.of("xy xy z"), 1000).size()).isLessThan(270);
    }

    @Test
    void learntWordsAndEveryDigitAreOneToken(@TempDir Path directory) throws IOException {
        try (Tokenizer tokenizer = tokenizer(directory)) {
            assertThat(tokenizer.encode(" Answer:".substring(1))).hasSize(2);
            assertThat(tokenizer.encode(" a")).hasSize(1);
            assertThat(tokenizer.encode("2026")).hasSize(4);
            assertThat(tokenizer.encode("1111")).containsOnly(tokenizer.encode("1")[0]);
        }
    }

    @Test
    void idsInTheFileAreThoseOfTheVocabulary(@TempDir Path directory) throws IOException {
        BytePairVocabulary vocabulary = BytePairTrainer.train(TEXTS, 300);
        try (Tokenizer tokenizer = tokenizer(directory)) {
            assertThat(tokenizer.vocabSize()).isEqualTo(vocabulary.size());
            assertThat(tokenizer.encode(BytePairVocabulary.END_OF_TEXT + BytePairVocabulary.PADDING))
                    .containsExactly(BytePairVocabulary.END_OF_TEXT_ID, BytePairVocabulary.PADDING_ID);
        }
    }

    @Test
    void anyTextComesBackFromItsTokens(@TempDir Path directory) throws IOException {
        long seed = 4;
        SplittableRandom random = new SplittableRandom(seed);
        try (Tokenizer tokenizer = tokenizer(directory)) {
            for (int i = 0; i < 500; i++) {
                String text = text(random);
                assertThat(tokenizer.decode(tokenizer.encode(text)))
                        .as("seed %d", seed)
                        .isEqualTo(text);
            }
        }
    }

    /** Up to forty characters from all of Unicode's planes, with many spaces, digits and line ends among them. */
    private static String text(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(40);
        while (text.length() < length) {
            int character = switch (random.nextInt(4)) {
                case 0 -> " \n\t7'".charAt(random.nextInt(5));
                case 1 -> random.nextInt(0x20, 0x7f);
                case 2 -> random.nextInt(0xa0, 0xd800);
                default -> random.nextInt(0xe000, 0x110000);
            };
            text.appendCodePoint(character);
        }
        return text.toString();
    }

    private static Tokenizer tokenizer(Path directory) throws IOException {
        Path file = directory.resolve("tokenizer.json");
        Files.writeString(file, TokenizerJson.of(BytePairTrainer.train(TEXTS, 300)));
        return Tokenizer.open(file);
    }
}
