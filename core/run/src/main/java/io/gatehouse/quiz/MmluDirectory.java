package io.gatehouse.quiz;

import static java.util.Objects.requireNonNull;

import io.gatehouse.dataset.RecordReader;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.ReadingNote;
import io.gatehouse.json.JsonValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A quiz in the layout of MMLU (Hendrycks et al. 2021): {@code test/SUBJECT_test.csv} with the questions to ask and
 * {@code dev/SUBJECT_dev.csv} with the ones to show solved. {@code dev} may be absent; {@code val} is not read.
 *
 * <p>The files have no header and the fields question, A, B, C, D and answer, quoted as in RFC 4180. Spaces belong to the
 * fields. Empty lines between records are skipped, as the original evaluation's reader does.
 */
public final class MmluDirectory {
    private static final String TEST_SUFFIX = "_test.csv";

    private static final CSVFormat FORMAT =
            CSVFormat.RFC4180.builder().setIgnoreEmptyLines(true).get();
    private static final int FIELDS = 6;
    private static final char BYTE_ORDER_MARK = '\ufeff';

    private MmluDirectory() {}

    /**
     * Reads every subject of a quiz, which has the name of the directory.
     *
     * @throws GatehouseException FILE_NOT_FOUND, or CORRUPT_QUIZ with file and record
     */
    public static Quiz read(Path directory) {
        requireNonNull(directory, "directory is null");
        if (!Files.isDirectory(directory)) {
            throw missing("There is no quiz %s".formatted(directory));
        }
        Path tests = directory.resolve("test");
        if (!Files.isDirectory(tests)) {
            throw missing("Quiz directory %s has no directory 'test'".formatted(directory));
        }
        QuizMemory memory = new QuizMemory(directory);
        List<Subject> subjects = testFiles(tests).stream()
                .map(file -> subject(directory, file, memory))
                .toList();
        if (subjects.isEmpty()) {
            throw missing("%s has no file SUBJECT%s".formatted(tests, TEST_SUFFIX));
        }
        Path name = directory.toAbsolutePath().normalize().getFileName();
        return new Quiz(name == null ? directory.toString() : name.toString(), subjects);
    }

    private static Subject subject(Path directory, Path testFile, QuizMemory memory) {
        String file = testFile.getFileName().toString();
        String name = file.substring(0, file.length() - TEST_SUFFIX.length());
        Path devFile = directory.resolve("dev").resolve(name + "_dev.csv");
        List<Question> dev = Files.exists(devFile) ? readFile(devFile, name, memory) : List.of();
        return new Subject(name, dev, readFile(testFile, name, memory));
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

    /** One subject's questions. */
    static List<Question> readFile(Path file, String subject, QuizMemory memory) {
        List<Question> questions = new ArrayList<>();
        long line = 1;
        ReadingNote.of(file);
        try (RecordReader reader = new RecordReader(afterMark(Files.newBufferedReader(file)), file.toString());
                CSVParser parser = CSVParser.parse(reader, FORMAT)) {
            Iterator<CSVRecord> records = parser.iterator();
            while (records.hasNext()) {
                String place = place(file, questions.size() + 1, line);
                questions.add(memory.hold(question(subject, records.next(), place), place));
                reader.recordRead();
                line = parser.getCurrentLineNumber() + 1;
            }
        } catch (UncheckedIOException e) {
            throw damaged(file, place(file, questions.size() + 1, line), requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw damaged(file, file.toString(), e);
        }
        if (questions.isEmpty()) {
            throw corrupt(file.toString(), "has no questions");
        }
        return questions;
    }

    /** Spreadsheets begin a file with a byte order mark, which belongs to no field. */
    private static Reader afterMark(BufferedReader reader) throws IOException {
        reader.mark(1);
        if (reader.read() != BYTE_ORDER_MARK) {
            reader.reset();
        }
        return reader;
    }

    private static Question question(String subject, CSVRecord fields, String place) {
        if (fields.size() != FIELDS) {
            throw corrupt(place, "has %d fields instead of %d".formatted(fields.size(), FIELDS));
        }
        String answer = fields.get(FIELDS - 1);
        if (answer.length() != 1 || answer.charAt(0) < 'A' || answer.charAt(0) > 'D') {
            throw corrupt(place, "has the answer '%s' instead of A, B, C or D".formatted(JsonValue.shown(answer)));
        }
        if (fields.get(0).isBlank()) {
            throw corrupt(place, "has an empty question");
        }
        return new Question(
                subject,
                Math.toIntExact(fields.getRecordNumber()),
                fields.get(0),
                fields.toList().subList(1, FIELDS - 1),
                answer.charAt(0));
    }

    private static String place(Path file, int ordinal, long line) {
        return "%s, question %d (line %d)".formatted(file, ordinal, line);
    }

    private static GatehouseException damaged(Path file, String place, IOException cause) {
        if (cause instanceof CharacterCodingException) {
            return new GatehouseException(ErrorCode.CORRUPT_QUIZ, "%s is not UTF-8".formatted(file), cause);
        }
        return new GatehouseException(
                ErrorCode.CORRUPT_QUIZ, "%s cannot be read: %s".formatted(place, cause.getMessage()), cause);
    }

    private static GatehouseException corrupt(String place, String what) {
        return new GatehouseException(ErrorCode.CORRUPT_QUIZ, "%s %s".formatted(place, what));
    }
}
