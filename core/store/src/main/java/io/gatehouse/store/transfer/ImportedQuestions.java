package io.gatehouse.store.transfer;

import io.gatehouse.base.Resources;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.SmallQuery;
import io.gatehouse.store.run.QuestionRegister;
import io.gatehouse.store.run.QuestionRow;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBConnection;

/**
 * The questions that the sequences of an import are.
 *
 * @param quiz the quiz that they belong to
 * @param rows the questions, in the order of the sequences
 * @param ids their numbers, in the same order
 */
public record ImportedQuestions(String quiz, List<QuestionRow> rows, List<Integer> ids) {
    public ImportedQuestions {
        rows = List.copyOf(rows);
        ids = List.copyOf(ids);
    }

    private record Named(String name, int id, QuestionRow row) {}

    /**
     * Finds the questions that have the names of the sequences.
     *
     * @param run the earlier import
     * @throws GatehouseException RUN_NOT_FOUND if it is not there; INVALID_ARGUMENT if it is no import, or has no sequence of a
     *     name, several of it, or one of another text
     */
    public static ImportedQuestions find(Connection connection, String run, List<QuestionRow> sequences)
            throws SQLException {
        String quiz = quiz(connection, run);
        Map<String, Named> known = named(connection, run, quiz);
        List<QuestionRow> rows = new ArrayList<>();
        List<Integer> ids = new ArrayList<>();
        for (QuestionRow sequence : sequences) {
            String name = sequence.attributes().getOrDefault(SequenceQuestions.NAME, "");
            Named question = known.get(name);
            if (question == null) {
                throw refused("Run \"%s\" has no sequence named \"%s\".".formatted(run, name));
            }
            String text = question.row().text();
            if (!text.isEmpty() && !sequence.text().isEmpty() && !text.equals(sequence.text())) {
                throw refused("Sequence \"%s\" has another text in run \"%s\".".formatted(name, run));
            }
            rows.add(question.row());
            ids.add(question.id());
        }
        return new ImportedQuestions(quiz, rows, ids);
    }

    /**
     * Adds a quiz of the name of the run.
     *
     * @param file the database file, for messages
     * @throws GatehouseException RUN_EXISTS if there is a quiz of that name
     */
    public static ImportedQuestions add(
            DuckDBConnection connection, Path file, String name, List<QuestionRow> sequences) throws SQLException {
        if (SmallQuery.number(connection, "SELECT count(*) FROM questions WHERE quiz = ?", name) > 0) {
            throw new GatehouseException(
                    ErrorCode.RUN_EXISTS,
                    "%s holds questions of a quiz named \"%s\": give the run another name.".formatted(file, name));
        }
        int[] ids = QuestionRegister.read(connection, name).register(sequences);
        return new ImportedQuestions(name, sequences, Arrays.stream(ids).boxed().toList());
    }

    /** The numbers of the questions, as an array. */
    public int[] numbers() {
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    private static String quiz(Connection connection, String run) throws SQLException {
        record Source(String quiz, boolean imported) {}

        Source found = SmallQuery.first(
                        connection,
                        "SELECT quiz, source <> 'gatehouse' FROM runs WHERE name = ?",
                        row -> new Source(row.getString(1), row.getBoolean(2)),
                        run)
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.RUN_NOT_FOUND, "There is no run named \"%s\".".formatted(run)));
        if (!found.imported()) {
            throw refused("Run \"%s\" is no import, so that its questions have no names of sequences.".formatted(run));
        }
        return found.quiz();
    }

    private static Map<String, Named> named(Connection connection, String run, String quiz) throws SQLException {
        List<Named> all = SmallQuery.list(
                connection,
                Resources.text(ImportedQuestions.class, "named_questions.sql"),
                row -> new Named(
                        row.getString(1),
                        row.getInt(2),
                        new QuestionRow(
                                row.getString(3),
                                row.getInt(4),
                                row.getString(5),
                                List.of(),
                                row.getString(6),
                                Map.of())),
                SequenceQuestions.NAME,
                quiz);
        Map<String, Named> known = new HashMap<>();
        for (Named question : all) {
            if (known.put(question.name(), question) != null) {
                throw refused("Run \"%s\" has several sequences named \"%s\".".formatted(run, question.name()));
            }
        }
        return known;
    }

    private static GatehouseException refused(String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
