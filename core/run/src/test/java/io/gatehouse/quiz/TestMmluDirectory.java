package io.gatehouse.quiz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.SharedData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestMmluDirectory {
    private static final String ROW = "What is it?,this,that,these,those,C\n";

    @TempDir
    private Path directory = Path.of("");

    @Test
    void readsAllOfMmlu() {
        Quiz quiz = MmluDirectory.read(SharedData.path("mmlu"));
        assertThat(quiz.name()).isEqualTo("mmlu");
        assertThat(quiz.subjects()).hasSize(57);
        assertThat(quiz.subjects()).extracting(Subject::name).isSorted();
        assertThat(quiz.questions()).isEqualTo(14_042);
        assertThat(quiz.subjects())
                .allSatisfy(subject -> assertThat(subject.dev()).hasSize(5));
        // Python's csv module gives these fields: SHA-256 over every field and a zero byte after it.
        assertThat(digest(quiz.subjects().stream()
                        .flatMap(subject -> subject.dev().stream())
                        .toList()))
                .isEqualTo("7042c831411d9b218bc67f3490ae8cae355080f46329eed243729cdf759f93f8");
    }

    @Test
    void readsTheValidationFilesOfMmluToo() throws IOException {
        List<Question> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(SharedData.path("mmlu/val"))) {
            files.sorted().forEach(file -> all.addAll(MmluDirectory.readFile(file, "x", new QuizMemory(file))));
        }
        assertThat(all).hasSize(1_531);
        assertThat(digest(all)).isEqualTo("107d432312813d72dd91b80e487fff132f03914b57fc1c7570bc1b998586072e");
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstQuestion() throws IOException {
        write("test/marked_test.csv", "\ufeff" + ROW + ROW);
        assertThat(read().subjects().get(0).test())
                .extracting(Question::text)
                .containsExactly("What is it?", "What is it?");
    }

    @Test
    void keepsEveryCharacterOfAField() throws IOException {
        write("test/odd_test.csv", "\"He said \"\"no\"\",\nthen\r\nleft\", lead,trail ,\"a,b\",−7 é 日 🙂,D\r\n" + ROW);
        List<Question> questions = read().subjects().get(0).test();
        assertThat(questions.get(0))
                .isEqualTo(new Question(
                        "odd",
                        1,
                        "He said \"no\",\nthen\r\nleft",
                        List.of(" lead", "trail ", "a,b", "−7 é 日 🙂"),
                        'D'));
        assertThat(questions.get(1))
                .isEqualTo(new Question("odd", 2, "What is it?", List.of("this", "that", "these", "those"), 'C'));
    }

    @Test
    void allowsEmptyChoicesEmptyLinesAndAMissingEndOfLine() throws IOException {
        write("test/odd_test.csv", "Q,,\"\",c,d,A\n\n" + ROW.strip());
        List<Question> questions = read().subjects().get(0).test();
        assertThat(questions).hasSize(2);
        assertThat(questions.get(0).choices()).containsExactly("", "", "c", "d");
    }

    @Test
    void sortsSubjectsAndDoesWithoutDev() throws IOException {
        write("test/b_test.csv", ROW);
        write("test/a_long_test.csv", ROW);
        write("test/a_test.csv", ROW);
        write("test/notes.txt", "no subject");
        write("dev/b_dev.csv", ROW + ROW);
        Quiz quiz = read();
        assertThat(quiz.subjects()).extracting(Subject::name).containsExactly("a", "a_long", "b");
        assertThat(quiz.subjects()).extracting(subject -> subject.dev().size()).containsExactly(0, 0, 2);
    }

    @Test
    void namesTheDirectoryThatIsMissing() throws IOException {
        fails(ErrorCode.FILE_NOT_FOUND, "Quiz directory " + directory + " has no directory 'test'");
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> MmluDirectory.read(directory.resolve("none")))
                .withMessageStartingWith("There is no quiz " + directory.resolve("none"));
        Files.createDirectory(directory.resolve("test"));
        fails(ErrorCode.FILE_NOT_FOUND, directory.resolve("test") + " has no file SUBJECT_test.csv");
    }

    @Test
    void namesFileQuestionAndLineThatAreWrong() throws IOException {
        // The second question stands on line 4: the first one has two line feeds in it.
        String first = "\"two\n\nlines\",a,b,c,d,A\n";
        corrupt(first + "Q,a,b,c,D\n", "question 2 (line 4) has 5 fields instead of 6");
        corrupt(first + "Q,a,b,c,d,e,D\n", "question 2 (line 4) has 7 fields instead of 6");
        corrupt(first + "Q,a,b,c,d,E\n", "question 2 (line 4) has the answer 'E' instead of A, B, C or D");
        corrupt(first + "Q,a,b,c,d,a\n", "question 2 (line 4) has the answer 'a' instead of A, B, C or D");
        corrupt(first + "Q,a,b,c,d, A\n", "question 2 (line 4) has the answer ' A' instead of A, B, C or D");
        corrupt(first + "Q,a,b,c,d,\n", "question 2 (line 4) has the answer '' instead of A, B, C or D");
        corrupt(first + " ,a,b,c,d,A\n", "question 2 (line 4) has an empty question");
        corrupt(first + "\"Q,a,b,c,d,A\n", "question 2 (line 4) cannot be read: ");
        corrupt(first + "\"Q\"x,a,b,c,d,A\n", "question 2 (line 4) cannot be read: ");
        corrupt(ROW + ROW + "Q,a\n", "question 3 (line 3) has 2 fields instead of 6");
        corrupt("", " has no questions");
        corrupt("\n\n", " has no questions");
    }

    @Test
    void refusesFilesThatAreNotUtf8() throws IOException {
        Files.createDirectories(directory.resolve("test"));
        Files.write(
                directory.resolve("test/odd_test.csv"), "Caf\u00e9?,a,b,c,d,A\n".getBytes(StandardCharsets.ISO_8859_1));
        fails(ErrorCode.CORRUPT_QUIZ, directory.resolve("test/odd_test.csv") + " is not UTF-8");
    }

    private void corrupt(String content, String message) throws IOException {
        write("test/odd_test.csv", content);
        fails(ErrorCode.CORRUPT_QUIZ, message);
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(this::read)
                .withMessageStartingWith(directory.resolve("test/odd_test.csv").toString());
    }

    private void fails(ErrorCode code, String message) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(this::read)
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }

    private Quiz read() {
        return MmluDirectory.read(directory);
    }

    private void write(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private static String digest(List<Question> questions) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Question question : questions) {
                List<String> fields = new ArrayList<>(List.of(question.text()));
                fields.addAll(question.choices());
                fields.add(question.answer());
                fields.forEach(field -> digest.update((field + "\0").getBytes(StandardCharsets.UTF_8)));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
