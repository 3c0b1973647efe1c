package io.gatehouse.quiz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.SharedData;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TestQuiz {
    private static final Quiz QUIZ =
            new Quiz("small", List.of(subject("law", 5), subject("anatomy", 1), subject("college_law", 3)));

    @Test
    void sortsSubjectsByName() {
        assertThat(QUIZ.subjects()).extracting(Subject::name).containsExactly("anatomy", "college_law", "law");
        assertThat(QUIZ.questions()).isEqualTo(9);
    }

    @Test
    void selectsSubjectsInTheirOwnOrder() {
        Quiz selected = QUIZ.select(List.of("law", "anatomy", "law"));
        assertThat(selected.subjects()).extracting(Subject::name).containsExactly("anatomy", "law");
        assertThat(selected.name()).isEqualTo("small");
    }

    @Test
    void namesUnknownSubjectsAndTheOnesThatAreNear() {
        unknown("anatmy", "Quiz small has no subject 'anatmy'; did you mean anatomy?");
        unknown("Law", "Quiz small has no subject 'Law'; did you mean law?");
        unknown("laws", "Quiz small has no subject 'laws'; did you mean law?");
        unknown("college", "Quiz small has no subject 'college'; did you mean college_law?");
        unknown("chess", "Quiz small has no subject 'chess'; it has anatomy, college_law, law.");
        unknown("", "Quiz small has no subject ''; it has anatomy, college_law, law.");
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> QUIZ.select(List.of()))
                .withMessage("No subject is named.");
    }

    @Test
    void namesAtMostThreeNearSubjectsOfMmlu() {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> MmluDirectory.read(SharedData.path("mmlu")).select(List.of("high_school_maths")))
                .withMessageMatching("Quiz mmlu has no subject 'high_school_maths'; did you mean"
                        + " high_school_mathematics or high_school_\\w+ or high_school_\\w+\\?");
    }

    @Test
    void spreadsALimitOverTheSubjects() {
        assertThat(shares(1)).containsExactly("anatomy 1");
        assertThat(shares(3)).containsExactly("anatomy 1", "college_law 1", "law 1");
        assertThat(shares(4)).containsExactly("anatomy 1", "college_law 2", "law 1");
        assertThat(shares(5)).containsExactly("anatomy 1", "college_law 2", "law 2");
        assertThat(shares(8)).containsExactly("anatomy 1", "college_law 3", "law 4");
        assertThat(shares(9)).containsExactly("anatomy 1", "college_law 3", "law 5");
        assertThat(QUIZ.limit(Integer.MAX_VALUE)).isEqualTo(QUIZ);
    }

    @Test
    void takesTheFirstQuestionsOfEachSubjectAndKeepsItsDev() {
        Subject law = QUIZ.limit(5).subjects().get(2);
        assertThat(law.test()).extracting(Question::ordinal).containsExactly(1, 2);
        assertThat(law.dev()).hasSize(1);
    }

    @Test
    void takesOneOfEachSubjectOfMmlu() {
        Quiz limited = MmluDirectory.read(SharedData.path("mmlu")).limit(57);
        assertThat(limited.subjects())
                .hasSize(57)
                .allSatisfy(subject -> assertThat(subject.test()).hasSize(1));
    }

    @Test
    void refusesALimitThatLeavesNothing() {
        for (int limit : new int[] {0, -1}) {
            assertThatExceptionOfType(GatehouseException.class)
                    .isThrownBy(() -> QUIZ.limit(limit))
                    .withMessage("A limit of %d questions leaves none.", limit)
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
        }
    }

    private static void unknown(String name, String message) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> QUIZ.select(List.of("law", name)))
                .withMessage(message)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_SUBJECT));
    }

    private static List<String> shares(int limit) {
        return QUIZ.limit(limit).subjects().stream()
                .map(subject -> subject.name() + " " + subject.test().size())
                .toList();
    }

    private static Subject subject(String name, int questions) {
        List<Question> test = IntStream.rangeClosed(1, questions)
                .mapToObj(ordinal -> new Question(name, ordinal, "Why?", List.of("a", "b", "c", "d"), 'A'))
                .toList();
        return new Subject(name, test.subList(0, 1), test);
    }
}
