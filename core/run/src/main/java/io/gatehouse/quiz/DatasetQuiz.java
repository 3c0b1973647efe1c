package io.gatehouse.quiz;

import io.gatehouse.dataset.DatasetFile;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A quiz of dataset files. A directory holds the splits as Hugging Face names them, {@code test*} with the questions to
 * ask, and {@code dev*} or else {@code train*} with the ones to show solved, each of one or more files; a single file
 * holds questions to ask only.
 */
final class DatasetQuiz {
    private static final String TEST = "test";
    private static final List<String> SOLVED = List.of("dev", "train");

    private DatasetQuiz() {}

    /** Whether the directory has dataset files with questions to ask. */
    static boolean isDirectory(Path directory) {
        return Files.isDirectory(directory) && !split(directory, TEST).isEmpty();
    }

    static Quiz read(Path path) {
        String name = name(path);
        QuizMemory memory = new QuizMemory(path);
        if (!Files.isDirectory(path)) {
            return quiz(path, name, questions(List.of(path), name, memory), Map.of());
        }
        List<Path> solved = SOLVED.stream()
                .map(split -> split(path, split))
                .filter(files -> !files.isEmpty())
                .findFirst()
                .orElse(List.of());
        return quiz(path, name, questions(split(path, TEST), name, memory), questions(solved, name, memory));
    }

    private static Quiz quiz(
            Path path, String name, Map<String, List<Question>> test, Map<String, List<Question>> dev) {
        if (test.isEmpty()) {
            throw new GatehouseException(ErrorCode.CORRUPT_QUIZ, "%s has no questions".formatted(path));
        }
        return new Quiz(
                name,
                test.entrySet().stream()
                        .map(subject -> new Subject(
                                subject.getKey(), dev.getOrDefault(subject.getKey(), List.of()), subject.getValue()))
                        .toList());
    }

    /** The questions of a split by subject, in the order of its files. */
    private static Map<String, List<Question>> questions(List<Path> files, String quiz, QuizMemory memory) {
        Map<String, List<Question>> bySubject = new TreeMap<>();
        files.forEach(file -> DatasetFile.read(file, dataset -> add(bySubject, dataset, quiz, memory)));
        return bySubject;
    }

    private static void add(Map<String, List<Question>> bySubject, JsonValue dataset, String quiz, QuizMemory memory) {
        QuestionFields fields = new QuestionFields(dataset);
        String subject = fields.findSubject().orElse(quiz);
        List<Question> questions = bySubject.computeIfAbsent(subject, unseen -> new ArrayList<>());
        questions.add(memory.hold(fields.question(subject, questions.size() + 1), dataset.place()));
    }

    private static List<Path> split(Path directory, String split) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> DatasetFile.find(file).isPresent())
                    .filter(file -> file.getFileName().toString().startsWith(split))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw FileFailure.reading(directory, e);
        }
    }

    private static String name(Path path) {
        Path last = path.toAbsolutePath().normalize().getFileName();
        String name = last == null ? path.toString() : last.toString();
        return DatasetFile.find(path)
                .map(format -> name.substring(0, name.length() - format.suffix().length()))
                .filter(stem -> !stem.isEmpty())
                .orElse(name);
    }
}
