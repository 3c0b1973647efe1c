package io.gatehouse.sample.quiz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * Writes a quiz in MMLU's layout: {@code <split>/<subject>_<split>.csv}, no header, and per row the question, four
 * choices and the letter of the right one.
 */
public final class MmluWriter {
    /** RFC 4180 quoting with the line ends that MMLU's own files have. */
    private static final CSVFormat FORMAT =
            CSVFormat.RFC4180.builder().setRecordSeparator('\n').get();

    private MmluWriter() {}

    /** Writes every split, replacing files of the same name. */
    public static void write(SampleQuiz quiz, Path directory) {
        for (SampleQuiz.Part part : quiz.parts()) {
            write(directory, "dev", part.subject(), part.dev());
            write(directory, "val", part.subject(), part.val());
            write(directory, "test", part.subject(), part.test());
        }
    }

    private static void write(Path directory, String split, String subject, List<PosedExercise> exercises) {
        Path file = directory.resolve(split).resolve("%s_%s.csv".formatted(subject, split));
        try {
            Files.createDirectories(directory.resolve(split));
            try (BufferedWriter writer = Files.newBufferedWriter(file, UTF_8);
                    CSVPrinter printer = new CSVPrinter(writer, FORMAT)) {
                for (PosedExercise exercise : exercises) {
                    printer.print(exercise.question());
                    for (String choice : exercise.choices()) {
                        printer.print(choice);
                    }
                    printer.print(exercise.letter());
                    printer.println();
                }
            }
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "Cannot write the quiz file %s: %s".formatted(file, e), e);
        }
    }
}
