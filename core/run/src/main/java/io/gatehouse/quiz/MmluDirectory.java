package io.gatehouse.quiz;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A quiz in the layout of MMLU (Hendrycks et al. 2021): {@code test/SUBJECT_test.csv} with the questions to ask and
 * {@code dev/SUBJECT_dev.csv} with the ones to show solved. {@code dev} may be absent; {@code val} is not read.
 */
public final class MmluDirectory {
    private static final String TEST_SUFFIX = "_test.csv";

    private MmluDirectory() {}

    /**
     * Reads every subject of a quiz, which has the name of the directory.
     *
     * @throws GatehouseException FILE_NOT_FOUND, or CORRUPT_QUIZ with file and record
     */
    public static Quiz read(Path directory) {
        requireNonNull(directory, "directory is null");
        Path tests = directory.resolve("test");
        if (!Files.isDirectory(tests)) {
            throw missing("Quiz directory %s has no directory 'test'".formatted(directory));
        }
        HeldQuestions held = new HeldQuestions(directory);
        List<Subject> subjects = testFiles(tests).stream()
                .map(file -> subject(directory, file, held))
                .toList();
        if (subjects.isEmpty()) {
            throw missing("%s has no file SUBJECT%s".formatted(tests, TEST_SUFFIX));
        }
        Path name = directory.toAbsolutePath().normalize().getFileName();
        return new Quiz(name == null ? directory.toString() : name.toString(), subjects);
    }

    private static Subject subject(Path directory, Path testFile, HeldQuestions held) {
        String file = testFile.getFileName().toString();
        String name = file.substring(0, file.length() - TEST_SUFFIX.length());
        Path devFile = directory.resolve("dev").resolve(name + "_dev.csv");
        List<Question> dev = Files.exists(devFile) ? MmluFile.read(devFile, name, held) : List.of();
        return new Subject(name, dev, MmluFile.read(testFile, name, held));
    }

    private static List<Path> testFiles(Path tests) {
        try (Stream<Path> files = Files.list(tests)) {
            return files.filter(MmluDirectory::isTest).sorted().toList();
        } catch (IOException e) {
            throw FileFailure.reading(tests, e);
        }
    }

    private static boolean isTest(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(TEST_SUFFIX) && name.length() > TEST_SUFFIX.length();
    }

    private static GatehouseException missing(String message) {
        return new GatehouseException(ErrorCode.FILE_NOT_FOUND, message);
    }
}
