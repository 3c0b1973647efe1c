package io.gatehouse.sample.quiz;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.quiz.MmluDirectory;
import io.gatehouse.quiz.Question;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.quiz.Subject;
import io.gatehouse.sample.quiz.Lexicon.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestSampleQuiz {
    private static final Path COMMITTED =
            Path.of(System.getProperty("gatehouse.root")).resolve("core/sample/quiz");
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private static final Lexicon LEXICON = Lexicon.bundled();

    private final Curriculum curriculum = Curriculum.bundled();
    private final SampleQuiz quiz = SampleQuiz.generate(curriculum, SampleQuiz.BUNDLED_SEED);

    @Test
    void committedFilesAreWhatTheCommandWrites(@TempDir Path directory) throws IOException {
        MmluWriter.write(quiz, directory);
        assertThat(contents(COMMITTED)).isEqualTo(contents(directory));
    }

    @Test
    void committedFilesReadBackAsGenerated() {
        Quiz read = MmluDirectory.read(COMMITTED);
        List<Subject> generated =
                quiz.parts().stream().map(SampleQuiz.Part::subject).toList();
        assertThat(read.subjects()).isEqualTo(generated);
    }

    @Test
    void anotherSeedGivesAnotherQuiz() {
        assertThat(SampleQuiz.generate(curriculum, 2)).isNotEqualTo(quiz);
    }

    @Test
    void everyLetterIsTheAnswerEquallyOften() {
        for (SampleQuiz.Part part : quiz.parts()) {
            Map<String, Long> letters = part.subject().test().stream()
                    .collect(Collectors.groupingBy(Question::answer, Collectors.counting()));
            assertThat(letters).as(part.subject().name()).isEqualTo(Map.of("A", 30L, "B", 30L, "C", 30L, "D", 30L));
        }
    }

    @Test
    void noInstanceIsAskedTwice() {
        for (SampleQuiz.Part part : quiz.parts()) {
            List<String> instances =
                    questions(part).map(TestSampleQuiz::instance).toList();
            assertThat(instances).as(part.subject().name()).doesNotHaveDuplicates();
        }
    }

    @Test
    void trainingNeverShowsAnInstanceOfTheQuiz() {
        Set<String> asked = quiz.parts().stream()
                .flatMap(TestSampleQuiz::questions)
                .map(TestSampleQuiz::instance)
                .collect(Collectors.toSet());
        long seed = 20;
        SplittableRandom random = new SplittableRandom(seed);
        Set<String> shown = new HashSet<>();
        for (int draw = 0; draw < 200_000; draw++) {
            int subject = random.nextInt(curriculum.subjects().size());
            shown.add(instance(curriculum.lesson(subject, random)));
        }
        assertThat(shown).as("seed %d", seed).hasSizeGreaterThan(50_000);
        shown.retainAll(asked);
        assertThat(shown).as("seed %d", seed).isEmpty();
    }

    @Test
    void answersAreRight() {
        for (SampleQuiz.Part part : quiz.parts()) {
            questions(part).forEach(TestSampleQuiz::check);
        }
    }

    /** Works the answer out from the question's text or looks the fact up. */
    private static void check(Question question) {
        List<Integer> numbers = numbers(question.text());
        List<String> choices = question.choices();
        String answer = choices.get(question.answer().charAt(0) - 'A');
        switch (question.subject()) {
            case "addition" -> assertThat(answer).isEqualTo(Integer.toString(numbers.get(0) + numbers.get(1)));
            case "subtraction" -> assertThat(answer).isEqualTo(Integer.toString(numbers.get(0) - numbers.get(1)));
            case "number_sequences" ->
                assertThat(answer).isEqualTo(Integer.toString(numbers.get(3) + numbers.get(1) - numbers.get(0)));
            case "largest_number" -> assertThat(choices).allMatch(other -> number(other) <= number(answer));
            case "parity" ->
                assertThat(choices)
                        .filteredOn(
                                choice -> number(choice) % 2 == (question.text().contains("odd") ? 1 : 0))
                        .containsExactly(answer);
            case "letter_order" ->
                assertThat(answer)
                        .isEqualTo(
                                question.text().contains("first")
                                        ? new TreeSet<>(choices).first()
                                        : new TreeSet<>(choices).last());
            case "letter_counting" ->
                assertThat(choices)
                        .filteredOn(choice -> count(choice, question.text()) > 1)
                        .containsExactly(answer);
            case "word_length" ->
                assertThat(choices)
                        .filteredOn(choice -> choice.length() >= answer.length())
                        .containsExactly(answer);
            default -> checkFact(question, answer);
        }
    }

    private static void checkFact(Question question, String answer) {
        List<String> choices = question.choices();
        switch (question.subject()) {
            case "categories" ->
                assertThat(choices)
                        .filteredOn(choice -> question.text().equals("Which of these is %s?".formatted(kind(choice))))
                        .containsExactly(answer);
            case "odd_one_out" ->
                assertThat(choices)
                        .filteredOn(
                                choice -> !question.text().equals("Which of these is not %s?".formatted(kind(choice))))
                        .containsExactly(answer);
            case "antonyms" ->
                assertThat(LEXICON.antonyms())
                        .containsAnyOf(
                                new Pair(lastWord(question, "opposite of "), answer),
                                new Pair(answer, lastWord(question, "opposite of ")));
            case "capitals" ->
                assertThat(LEXICON.capitals()).contains(new Pair(lastWord(question, "capital of "), answer));
            case "countries" ->
                assertThat(LEXICON.capitals()).contains(new Pair(answer, lastWord(question, "the capital ")));
            default -> throw new AssertionError("Nothing checks " + question.subject());
        }
    }

    /** The category of a noun, with its article. */
    private static String kind(String noun) {
        return LEXICON.categories().stream()
                .filter(category -> category.words().contains(noun))
                .map(Lexicon.Category::name)
                .findFirst()
                .orElseThrow();
    }

    /** What stands between {@code before} and the question mark. */
    private static String lastWord(Question question, String before) {
        String text = question.text();
        return text.substring(text.indexOf(before) + before.length(), text.length() - 1);
    }

    private static long count(String letter, String text) {
        String row = text.substring(text.indexOf(" in ") + 4, text.length() - 1);
        return Stream.of(row.split(" ", -1)).filter(letter::equals).count();
    }

    /** What is asked, whatever the order of choices or operands. */
    private static String instance(Question question) {
        String set = new TreeSet<>(question.choices()).toString();
        return question.subject() + " "
                + switch (question.subject()) {
                    case "addition", "subtraction" ->
                        numbers(question.text()).stream().sorted().toList();
                    case "number_sequences", "letter_counting" -> question.text();
                    case "largest_number", "letter_order", "odd_one_out", "word_length" -> set;
                    default -> question.text() + set;
                };
    }

    private static List<Integer> numbers(String text) {
        return NUMBER.matcher(text)
                .results()
                .map(MatchResult::group)
                .map(Integer::valueOf)
                .toList();
    }

    private static int number(String text) {
        return Integer.parseInt(text);
    }

    private static Stream<Question> questions(SampleQuiz.Part part) {
        return Stream.of(part.subject().dev(), part.val(), part.subject().test())
                .flatMap(List::stream);
    }

    private static Map<String, String> contents(Path directory) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(directory.relativize(file).toString(), Files.readString(file));
            }
        }
        return contents;
    }
}
