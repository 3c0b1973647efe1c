package io.gatehouse.quiz;

import static java.util.Objects.requireNonNull;

import io.gatehouse.dataset.DatasetFile;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a quiz is read from: a directory in MMLU's CSV layout, a dataset file, or a directory of dataset files. */
public final class QuizSource {
    private QuizSource() {}

    /**
     * Reads a quiz, which has the name of the file or directory.
     *
     * @throws GatehouseException FILE_NOT_FOUND; CORRUPT_QUIZ or CORRUPT_DATASET with the place of what is wrong
     */
    public static Quiz read(Path path) {
        requireNonNull(path, "path is null");
        boolean mmlu = Files.isDirectory(path.resolve("test"));
        boolean dataset = DatasetFile.find(path).isPresent() || DatasetQuiz.isDirectory(path);
        return dataset && !mmlu ? DatasetQuiz.read(path) : MmluDirectory.read(path);
    }
}
