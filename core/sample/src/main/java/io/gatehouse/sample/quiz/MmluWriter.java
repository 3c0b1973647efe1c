package io.gatehouse.sample.quiz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gatehouse.error.FileFailure;
import io.gatehouse.quiz.Question;
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
            String subject = part.subject().name();
            write(directory, "dev", subject, part.subject().dev());
            write(directory, "val", subject, part.val());
            write(directory, "test", subject, part.subject().test());
        }
    }

    private static void write(Path directory, String split, String subject, List<Question> questions) {
        Path file = directory.resolve(split).resolve("%s_%s.csv".formatted(subject, split));
        try {
            Files.createDirectories(directory.resolve(split));
            try (BufferedWriter writer = Files.newBufferedWriter(file, UTF_8);
                    CSVPrinter printer = new CSVPrinter(writer, FORMAT)) {
                for (Question question : questions) {
                    printer.print(question.text());
                    for (String choice : question.choices()) {
                        printer.print(choice);
                    }
                    printer.print(question.answer());
                    printer.println();
                }
            }
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }
}
