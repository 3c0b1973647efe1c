package io.gatehouse.quiz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.SharedData;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestPromptFormat {
    private static final Subject ALGEBRA = new Subject(
            "abstract_algebra",
            List.of(
                    new Question("abstract_algebra", 1, " Is \"x\"\n−1?", List.of("0", "1 ", "0,1", "é"), 'B'),
                    new Question("abstract_algebra", 2, "Two?", List.of("a", "b", "c", "d"), 'D')),
            List.of(new Question("abstract_algebra", 1, "Last?", List.of("p", "q", "r", "s"), 'A')));

    @Test
    void asksAsTheOriginalEvaluationDoes() {
        assertThat(prompt(ALGEBRA, 0)).isEqualTo("""
                        The following are multiple choice questions (with answers) about  abstract algebra.

                        Last?
                        A. p
                        B. q
                        C. r
                        D. s
                        Answer:""");
        assertThat(prompt(ALGEBRA, 2)).isEqualTo("""
                        The following are multiple choice questions (with answers) about  abstract algebra.

                         Is "x"
                        −1?
                        A. 0
                        B. 1\s
                        C. 0,1
                        D. é
                        Answer: B

                        Two?
                        A. a
                        B. b
                        C. c
                        D. d
                        Answer: D

                        Last?
                        A. p
                        B. q
                        C. r
                        D. s
                        Answer:""");
        assertThat(prompt(ALGEBRA, 1)).contains("D. é\nAnswer: B\n\nLast?");
    }

    @Test
    void asksRealQuestionsByteForByte() {
        Quiz quiz = MmluDirectory.read(SharedData.path("mmlu"))
                .select(List.of("nutrition", "elementary_mathematics", "high_school_computer_science"));
        assertThat(ask(quiz.subjects().get(0), 23)).isEqualTo("""
                        The following are multiple choice questions (with answers) about  elementary mathematics.

                        −4 +  ( −3 )=
                        A. −7
                        B. −1
                        C. 1
                        D. 7
                        Answer:""");
        assertThat(ask(quiz.subjects().get(1), 66)).isEqualTo("""
                        The following are multiple choice questions (with answers) about  high school computer science.

                        What is the output of "abc"[-1] in Python 3?
                        A. Error
                        B. a
                        C. b
                        D. c
                        Answer:""");
        assertThat(ask(quiz.subjects().get(2), 156)).isEqualTo("""
                        The following are multiple choice questions (with answers) about  nutrition.

                        What are histones?

                        A. Lipids
                        B. Carbohydrates
                        C. Nucleotides
                        D. Proteins
                        Answer:""");
    }

    @Test
    void asksAsTheHarnessDoes() {
        assertThat(PromptFormat.LM_EVAL.prompt(ALGEBRA, ALGEBRA.test().get(0), 1))
                .isEqualTo("""
                        The following are multiple choice questions (with answers) about abstract algebra.

                        Is "x"
                        −1?
                        A. 0
                        B. 1\s
                        C. 0,1
                        D. é
                        Answer: B

                        Last?
                        A. p
                        B. q
                        C. r
                        D. s
                        Answer:""");
    }

    @Test
    void stripsWhatPythonStrips() {
        Question padded = new Question("s", 1, "\u00a0\u2028 \tWhy?\u0085\u001c\r\n", List.of("a", "b"), 'A');
        assertThat(PromptFormat.LM_EVAL.question(padded).text()).isEqualTo("Why?\nA. a\nB. b\nAnswer:");
        Question zeroWidth = new Question("s", 1, "\u200bWhy?\ufeff", List.of("a", "b"), 'A');
        assertThat(PromptFormat.LM_EVAL.question(zeroWidth).text()).startsWith("\u200bWhy?\ufeff\n");
    }

    @Test
    void asksAsOlmesDoes() {
        assertThat(PromptFormat.OLMES.prompt(ALGEBRA, ALGEBRA.test().get(0), 1)).isEqualTo("""
                        The following are multiple choice questions (with answers) about abstract algebra.

                        Question:  Is "x"
                        −1?
                         A. 0
                         B. 1\s
                         C. 0,1
                         D. é
                        Answer: B

                        Question: Last?
                         A. p
                         B. q
                         C. r
                         D. s
                        Answer:""");
    }

    /**
     * SHA-256 over all 14,042 prompts, a zero byte after each, as Python transcriptions of the evaluations over Python's
     * csv module make them.
     */
    @Test
    void asksAllOfMmluByteForByte() throws NoSuchAlgorithmException {
        Quiz quiz = MmluDirectory.read(SharedData.path("mmlu"));
        assertThat(digest(PromptFormat.HENDRYCKS, quiz, 0))
                .isEqualTo("c1a73f2c1a7c31b5c12c2e82d697ac56a7f8073273dfb66ba6955797dcfd3598");
        assertThat(digest(PromptFormat.HENDRYCKS, quiz, 5))
                .isEqualTo("15467e13b594b90ab45f76eb1b335f8d93ec56be51b37c5924c55c87fd9c5983");
        assertThat(digest(PromptFormat.LM_EVAL, quiz, 0))
                .isEqualTo("0a3c2e3b34a08e5c6a36e9b11b02e4bf29e12ecf74656efa637b0a34fa674004");
        assertThat(digest(PromptFormat.LM_EVAL, quiz, 5))
                .isEqualTo("e615053d5ed037dcf108fb4fa85df27e5fa45928938a6c4b8f51e9fce3141fb9");
        assertThat(digest(PromptFormat.OLMES, quiz, 0))
                .isEqualTo("934fb4ee9b1e61fa87f06999ac7c70d36c0b830f7501f7aed8a08f94b918be3e");
        assertThat(digest(PromptFormat.OLMES, quiz, 5))
                .isEqualTo("43329fad2df328f5c3e93773cd6c196c745df92d34506427a06c012d357a4307");
    }

    @Test
    void openInstructAsksAsHendrycksAndBeginsTheAnswer() {
        Question question = ALGEBRA.test().get(0);
        assertThat(PromptFormat.OPEN_INSTRUCT.prompt(ALGEBRA, question, 1))
                .isEqualTo(PromptFormat.HENDRYCKS.prompt(ALGEBRA, question, 1));
        assertThat(PromptFormat.OPEN_INSTRUCT.answerPrefix()).isEqualTo("The answer is:");
        assertThat(PromptFormat.HENDRYCKS.answerPrefix()).isEmpty();
    }

    @Test
    void refusesMoreShotsThanThereAreSolvedQuestions() {
        for (int shots : new int[] {3, -1}) {
            assertThatExceptionOfType(GatehouseException.class)
                    .isThrownBy(() -> prompt(ALGEBRA, shots))
                    .withMessage("Subject abstract_algebra has 2 solved questions to show, not %d.", shots)
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
        }
    }

    @Test
    void hasTheNameThatRunsRecord() {
        assertThat(PromptFormat.values())
                .extracting(PromptFormat::id)
                .containsExactly("hendrycks", "lm-eval", "olmes", "open-instruct");
        assertThat(PromptFormat.of("lm-eval")).isEqualTo(PromptFormat.LM_EVAL);
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> PromptFormat.of("lmeval"))
                .withMessage("There is no prompt format 'lmeval'; there are hendrycks, lm-eval, olmes, open-instruct.")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }

    private static String prompt(Subject subject, int shots) {
        return PromptFormat.HENDRYCKS.prompt(subject, subject.test().get(0), shots);
    }

    private static String ask(Subject subject, int ordinal) {
        return PromptFormat.HENDRYCKS.prompt(subject, subject.test().get(ordinal - 1), 0);
    }

    private static String digest(PromptFormat format, Quiz quiz, int shots) throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Subject subject : quiz.subjects()) {
            for (Question question : subject.test()) {
                String prompt = format.prompt(subject, question, shots);
                digest.update((prompt + "\0").getBytes(StandardCharsets.UTF_8));
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
