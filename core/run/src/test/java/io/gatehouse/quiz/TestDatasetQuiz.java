package io.gatehouse.quiz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quizzes in the shapes that well-known datasets are published in. */
final class TestDatasetQuiz {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void readsArcWithLettersAndNumbers() throws IOException {
        Path file = file("ARC-Challenge.jsonl", """
                {"id": "M_1", "question": "Which?", "choices": {"text": ["ice", "air", "oil"], "label": ["A", "B", "C"]}, "answerKey": "C"}
                {"id": "M_2", "question": "Where?", "choices": {"text": ["x", "y", "z", "w", "v"], "label": ["1", "2", "3", "4", "5"]}, "answerKey": "5"}
                """);
        Quiz quiz = QuizSource.read(file);
        assertThat(quiz.name()).isEqualTo("ARC-Challenge");
        assertThat(quiz.mostChoices()).isEqualTo(5);
        assertThat(quiz.subjects())
                .containsExactly(new Subject(
                        "ARC-Challenge",
                        List.of(),
                        List.of(
                                new Question(
                                        "ARC-Challenge",
                                        1,
                                        "Which?",
                                        List.of("ice", "air", "oil"),
                                        'C',
                                        Map.of("id", "M_1")),
                                new Question(
                                        "ARC-Challenge",
                                        2,
                                        "Where?",
                                        List.of("x", "y", "z", "w", "v"),
                                        'E',
                                        Map.of("id", "M_2")))));
    }

    @Test
    void readsArcAndOpenBookQaAsFirstPublished() throws IOException {
        Path file = file("first.jsonl", """
                {"id": "7", "question": {"stem": "Why?", "choices": [{"text": "so", "label": "A"}, {"text": "no", "label": "B"}]}, "answerKey": "B"}
                """);
        assertThat(only(file)).isEqualTo(new Question("first", 1, "Why?", List.of("so", "no"), 'B', Map.of("id", "7")));
    }

    @Test
    void readsOpenBookQaAndCommonsenseQa() throws IOException {
        Path open = file("obqa.jsonl", """
                {"question_stem": "A stove", "choices": {"text": ["a", "b", "c", "d"], "label": ["A", "B", "C", "D"]}, "answerKey": "D", "fact1": "hot"}
                """);
        assertThat(only(open))
                .isEqualTo(
                        new Question("obqa", 1, "A stove", List.of("a", "b", "c", "d"), 'D', Map.of("fact1", "hot")));
        Path common = file("csqa.jsonl", """
                {"question": "Where?", "question_concept": "bank", "choices": {"label": ["A", "B", "C", "D", "E"], "text": ["a", "b", "c", "d", "e"]}, "answerKey": "E"}
                """);
        assertThat(only(common).attributes()).isEqualTo(Map.of("question_concept", "bank"));
        assertThat(only(common).answer()).isEqualTo("E");
    }

    @Test
    void readsMmluAndMmluProBySubject() throws IOException {
        Path file = file("mixed.jsonl", """
                {"question": "One?", "subject": "virology", "choices": ["a", "b", "c", "d"], "answer": 3}
                {"question": "Two?", "category": "law", "options": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"], "answer": "J", "answer_index": 9, "cot_content": null}
                {"question": "Three?", "subject": "virology", "choices": ["a", "b"], "answer": 0}
                """);
        Quiz quiz = QuizSource.read(file);
        assertThat(quiz.subjects()).extracting(Subject::name).containsExactly("law", "virology");
        Question law = quiz.subjects().get(0).test().get(0);
        assertThat(law.answer()).isEqualTo("J");
        assertThat(law.attributes()).isEqualTo(Map.of("answer_index", "9", "category", "law"));
        assertThat(quiz.subjects().get(1).test())
                .extracting(Question::ordinal, Question::answer)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(1, "D"), org.assertj.core.groups.Tuple.tuple(2, "A"));
    }

    @Test
    void takesSolvedQuestionsFromDevOrElseTrain() throws IOException {
        String question = "{\"question\": \"%s\", \"choices\": [\"a\", \"b\"], \"answer\": 1}%n";
        file("q/test-00000-of-00002.jsonl", question.formatted("First?"));
        file("q/test-00001-of-00002.jsonl", question.formatted("Second?"));
        file("q/train.jsonl", question.formatted("Trained?"));
        Subject subject = QuizSource.read(directory.resolve("q")).subjects().get(0);
        assertThat(subject.test()).extracting(Question::text).containsExactly("First?", "Second?");
        assertThat(subject.dev()).extracting(Question::text).containsExactly("Trained?");
        file("q/dev.jsonl", question.formatted("Developed?"));
        assertThat(QuizSource.read(directory.resolve("q")).subjects().get(0).dev())
                .extracting(Question::text)
                .containsExactly("Developed?");
    }

    @Test
    void readsFreeAnswers() throws IOException {
        Path file = file("gsm8k.jsonl", """
                {"question": "How many?", "answer": "2 + 2 = <<2+2=4>>4\\n#### 4"}
                {"question": "How much?", "answer": 7.5, "choices": null, "level": 3}
                """);
        assertThat(QuizSource.read(file).subjects().get(0).test())
                .containsExactly(
                        new Question("gsm8k", 1, "How many?", List.of(), "2 + 2 = <<2+2=4>>4\n#### 4", Map.of()),
                        new Question("gsm8k", 2, "How much?", List.of(), "7.5", Map.of("level", "3")));
    }

    @Test
    void refusesWhatIsNoQuestion() throws IOException {
        fails("{\"choices\": [\"a\", \"b\"], \"answer\": 1}", " has no field 'question' or 'question_stem'");
        fails("{\"question\": \" \", \"choices\": [\"a\", \"b\"], \"answer\": 1}", " has an empty question");
        fails("{\"question\": \"Q\", \"answer\": \" \"}", " has neither choices nor an answer");
        fails("{\"question\": \"Q\", \"answer\": [1]}", ", field 'answer' is [1] instead of a text");
        fails(
                "{\"question\": {\"stem\": \"Q\"}, \"answer\": 1}",
                ", field 'question' has no field 'choices' or 'options'");
        fails("{\"question\": \"Q\", \"choices\": [\"a\"], \"answer\": 0}", " has 1 choices instead of 2 to 10");
        fails(
                "{\"question\": \"Q\", \"choices\": [\"a\", 2], \"answer\": 0}",
                ", field 'choices[1]' is 2 instead of a text");
        fails(
                "{\"question\": \"Q\", \"choices\": \"a\", \"answer\": 0}",
                " has choices that are neither a list nor text and label: \"a\"");
        fails("{\"question\": \"Q\", \"choices\": [\"a\", \"b\"]}", " has no field 'answerKey' or 'answer'");
        fails(
                "{\"question\": \"Q\", \"choices\": [\"a\", \"b\"], \"answer\": 2}",
                " has the answer 2, which is none of A, B");
        fails(
                "{\"question\": \"Q\", \"choices\": [\"a\", \"b\"], \"answer\": \"C\"}",
                " has the answer \"C\", which is none of A, B");
        fails(
                "{\"question\": \"Q\", \"choices\": {\"text\": [\"a\", \"b\"]}, \"answer\": \"A\"}",
                ", field 'choices' has no field 'label'");
        String twice = " has two choices with the label A";
        fails(
                "{\"question\": \"Q\", \"choices\": {\"text\": [\"a\", \"b\"], \"label\": [\"A\", \"A\"]}, \"answerKey\": \"A\"}",
                twice);
        fails(
                "{\"question\": \"Q\", \"choices\": [{\"text\": \"a\", \"label\": \"A\"}, {\"text\": \"b\", \"label\": \"A\"}], \"answerKey\": \"A\"}",
                twice);
        fails(
                "{\"question\": \"Q\", \"choices\": {\"text\": [\"a\", \"b\"], \"label\": [\"A\", \"B\", \"C\"]}, \"answerKey\": \"C\"}",
                " has 2 choices with 3 labels");
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> QuizSource.read(file("empty.jsonl", "\n")))
                .withMessage("%s has no questions.", directory.resolve("empty.jsonl"));
    }

    private void fails(String line, String what) throws IOException {
        Path file = file("bad.jsonl", "\n" + line);
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> QuizSource.read(file))
                .withMessage("%s, line 2%s.", file, what)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_QUIZ));
    }

    private static Question only(Path file) {
        return QuizSource.read(file).subjects().get(0).test().get(0);
    }

    private Path file(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }
}
