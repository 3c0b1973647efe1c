package io.gatehouse.run;

import static io.gatehouse.run.SampleRuns.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Question;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.quiz.Subject;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Questions whose prompts are longer than the sample model takes, among others that fit. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestLongPrompts {
    private static final int FITTING = 3;

    private final SampleRuns sample = new SampleRuns();
    private Store store;

    @BeforeEach
    void create(@TempDir Path directory) {
        store = Store.create(directory.resolve("long.duckdb"));
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @AfterAll
    void close() {
        sample.close();
    }

    @Test
    void failBeforeAnythingIsComputed() throws Exception {
        assertThatThrownBy(() -> run(quiz(400), 0, LongPrompts.FAIL))
                .isInstanceOfSatisfying(
                        GatehouseException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
                .hasMessageContaining("--long-prompts skip leaves such questions out")
                .hasMessageNotContaining("shots");
        assertThatThrownBy(() -> run(quiz(400), 2, LongPrompts.FAIL))
                .hasMessageContaining("Use fewer --shots, or --long-prompts truncate-examples or skip");
        assertThat(count(store, "FROM runs")).isZero();
    }

    @Test
    void areSkippedAndCounted() throws Exception {
        RunOutcome outcome = run(quiz(400), 0, LongPrompts.SKIP);
        assertThat(outcome.questions()).isEqualTo(FITTING);
        assertThat(outcome.skipped()).isEqualTo(1);
        assertThat(outcome.shortened()).isZero();
        assertThat(count(
                        store,
                        "FROM runs WHERE skipped_questions = 1 AND shortened_prompts = 0 AND questions = " + FITTING))
                .isEqualTo(1);
        assertThat(count(store, "FROM answers")).isEqualTo(FITTING);
    }

    /** Far too many characters are not even tokenised. */
    @Test
    void areSkippedWhereNobodyCouldReadThem() throws Exception {
        assertThat(run(quiz(100_000), 0, LongPrompts.SKIP).skipped()).isEqualTo(1);
    }

    @Test
    void areNotTokenisedWhereNobodyCouldReadThem() throws Exception {
        Quiz quiz = quiz(9_500_000);
        assertThatThrownBy(() -> run(quiz, 0, LongPrompts.FAIL))
                .hasMessageMatching("The prompt of question 1000 of \\S+ has 19,0\\d\\d,\\d{3} characters; .*");
    }

    @Test
    void loseExamplesUntilTheyFit() throws Exception {
        int limit = sample.checkpoint().config().maxPositions();
        Quiz quiz = barelyFitting(limit);
        int shots = quiz.subjects().get(0).dev().size();
        assertThatThrownBy(() -> run(quiz, shots, LongPrompts.FAIL)).hasMessageContaining("takes at most");
        RunOutcome outcome = run(quiz, shots, LongPrompts.TRUNCATE_EXAMPLES);
        assertThat(outcome.shortened()).isEqualTo(1);
        assertThat(outcome.skipped()).isZero();
        assertThat(outcome.questions()).isEqualTo(FITTING + 1);
        assertThat(count(store, "FROM answers WHERE prompt_tokens > " + limit)).isZero();
        assertThat(count(store, "FROM runs WHERE shortened_prompts = " + outcome.shortened()))
                .isEqualTo(1);
    }

    @Test
    void areNotAllOfAQuiz() {
        Subject subject = quiz(400).subjects().get(0);
        Quiz quiz = new Quiz(
                "quiz",
                List.of(new Subject(
                        subject.name(), subject.dev(), subject.test().subList(FITTING, FITTING + 1))));
        assertThatThrownBy(() -> run(quiz, 0, LongPrompts.SKIP)).hasMessageContaining("Every prompt of quiz quiz");
    }

    @Test
    void areTreatedInOneOfThreeWays() {
        assertThatThrownBy(() -> LongPrompts.of("cut"))
                .hasMessageContaining("--long-prompts takes fail, skip, truncate-examples, not 'cut'");
    }

    /** The longest question that fits without examples. */
    private Quiz barelyFitting(int limit) {
        try (Tokenizer tokenizer = sample.checkpoint().openTokenizer()) {
            int words = 1;
            while (tokens(tokenizer, quiz(words + 1)) <= limit) {
                words++;
            }
            return quiz(words);
        }
    }

    private static int tokens(Tokenizer tokenizer, Quiz quiz) {
        Subject subject = quiz.subjects().get(0);
        String prompt = PromptFormat.HENDRYCKS.prompt(subject, subject.test().get(FITTING), 0);
        return tokenizer.encodeBeginning(prompt).length;
    }

    private RunOutcome run(Quiz quiz, int shots, LongPrompts choice) {
        RunTask task = new RunTask(
                "long", quiz, PromptFormat.HENDRYCKS, shots, Recording.decisions(Scope.PROMPT), false, choice);
        return sample.run(store, task, new SampleRuns.Watcher(Integer.MAX_VALUE));
    }

    /** Three questions of a subject of the sample, and one with so many words. */
    private Quiz quiz(int words) {
        Subject subject = sample.quiz().subjects().get(0);
        List<Question> questions = new ArrayList<>(subject.test().subList(0, FITTING));
        Question first = questions.get(0);
        questions.add(new Question(
                subject.name(),
                1000,
                first.text() + " 1".repeat(words),
                first.choices(),
                first.answer().charAt(0)));
        return new Quiz("quiz", List.of(new Subject(subject.name(), subject.dev(), questions)));
    }
}
