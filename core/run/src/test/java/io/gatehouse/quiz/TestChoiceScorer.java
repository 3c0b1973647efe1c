package io.gatehouse.quiz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.SharedData;
import io.gatehouse.testing.checkpoint.TinyTokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestChoiceScorer {
    /** " A" to " D" have the ids 11 to 14 of 15. */
    private static final List<String> LETTERS = List.of("A", "B", "C", "D");

    @TempDir
    private Path directory = Path.of("");

    @Test
    void findsTheLettersOfTheTokenizerOfOlmoe() {
        try (Tokenizer tokenizer = Tokenizer.open(SharedData.path("tokenizers/gpt-neox-olmo-dolma-v1_5.json"))) {
            assertThat(Arrays.stream(ChoiceScorer.of(tokenizer).letterTokens()).mapToObj(tokenizer::token))
                    .containsExactly(" A", " B", " C", " D");
        }
    }

    @Test
    void scoresAsManyLettersAsAQuestionHasChoices() {
        float[] logits = new float[16];
        logits[15] = 2;
        logits[12] = 1;
        ChoiceScorer scorer = scorer(List.of("A", "B", "C", "D", "E"), 5);
        assertThat(scorer.score(logits, 5).predicted()).isEqualTo('E');
        assertThat(scorer.score(logits, 5).logProbabilities()).hasSize(5);
        assertThat(scorer.score(logits, 3).predicted()).isEqualTo('B');
        assertThat(scorer.score(logits, 3).logProbabilities()).hasSize(3);
    }

    @Test
    void refusesATokenizerThatSplitsALetter() {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> scorer(List.of("A", "B", "D")))
                .withMessage("The answer ' C' is not one token of this model's tokenizer.")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_MODEL));
    }

    @Test
    void scoresLettersOverTheWholeVocabulary() {
        float[] logits = new float[20];
        logits[3] = 2;
        logits[12] = 1;
        ChoiceScore score = scorer(LETTERS).score(logits);
        assertThat(score.predicted()).isEqualTo('B');
        assertThat(score.topToken()).isEqualTo(3);
        double total = Math.exp(2) + Math.exp(1) + 18;
        assertThat(score.logProbabilities()).hasSize(4);
        assertThat(score.logProbabilities().get(1)).isCloseTo(1 - Math.log(total), within(1e-14));
        assertThat(score.logProbabilities().get(3)).isCloseTo(-Math.log(total), within(1e-14));
    }

    @Test
    void staysFiniteForLargeLogits() {
        float[] logits = new float[15];
        Arrays.fill(logits, -3e38f);
        logits[14] = 3e38f;
        ChoiceScore score = scorer(LETTERS).score(logits);
        assertThat(score.predicted()).isEqualTo('D');
        assertThat(score.logProbabilities().get(3)).isZero();
        assertThat(score.logProbabilities()).allSatisfy(p -> assertThat(p).isFinite());
    }

    @Test
    void takesTheFirstOfEqualLettersAndTheLowestOfEqualTokens() {
        float[] logits = new float[15];
        assertThat(scorer(LETTERS).score(logits).predicted()).isEqualTo('A');
        assertThat(scorer(LETTERS).score(logits).topToken()).isZero();
        logits[12] = 1;
        logits[14] = 1;
        assertThat(scorer(LETTERS).score(logits).predicted()).isEqualTo('B');
        assertThat(scorer(LETTERS).score(logits).topToken()).isEqualTo(12);
    }

    /** In 64 bits the difference between a far letter and the sum is rounded away; the order must not be. */
    @Test
    void tellsLettersApartHoweverSmallTheyAre() {
        float[] logits = new float[15];
        logits[0] = 1e30f;
        logits[13] = 1;
        assertThat(scorer(LETTERS).score(logits).predicted()).isEqualTo('C');
    }

    @Test
    void refusesLogitsThatAreNotNumbers() {
        for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            float[] logits = new float[15];
            logits[7] = wrong;
            assertThatExceptionOfType(GatehouseException.class)
                    .isThrownBy(() -> scorer(LETTERS).score(logits))
                    .withMessage("The model gives token 7 the logit %s, which is not a finite number.", wrong)
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_CHECKPOINT));
        }
    }

    @Test
    void refusesAModelWithoutTheLetters() {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> scorer(LETTERS).score(new float[14]))
                .withMessage("The tokenizer has a letter at id 14, but the model's vocabulary ends at 13.")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_CHECKPOINT));
    }

    private ChoiceScorer scorer(List<String> joined) {
        return scorer(joined, 4);
    }

    private ChoiceScorer scorer(List<String> joined, int choices) {
        try (Tokenizer tokenizer = Tokenizer.open(TinyTokenizer.write(directory.resolve("t.json"), joined))) {
            return ChoiceScorer.of(tokenizer, choices);
        }
    }
}
