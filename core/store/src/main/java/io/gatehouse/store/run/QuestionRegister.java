package io.gatehouse.store.run;

import io.gatehouse.base.Resources;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.SmallQuery;
import java.sql.Array;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** The questions of one quiz in the file and their ids, which never change. */
public final class QuestionRegister {
    private final DuckDBConnection connection;
    private final String quiz;
    private final Map<Key, Registered> known;
    private int lastId;

    private record Key(String subject, int ordinal) {
        static Key of(QuestionRow question) {
            return new Key(question.subject(), question.ordinal());
        }
    }

    private record Registered(int id, QuestionRow row) {}

    private QuestionRegister(DuckDBConnection connection, String quiz, Map<Key, Registered> known, int lastId) {
        this.connection = connection;
        this.quiz = quiz;
        this.known = known;
        this.lastId = lastId;
    }

    public static QuestionRegister read(DuckDBConnection connection, String quiz) throws SQLException {
        List<Registered> registered = SmallQuery.list(
                connection,
                Resources.text(QuestionRegister.class, "questions_of_quiz.sql"),
                row -> new Registered(
                        row.getInt("question_id"),
                        new QuestionRow(
                                row.getString("subject"),
                                row.getInt("ordinal"),
                                row.getString("question"),
                                strings(row.getArray("choices")),
                                row.getString("answer"),
                                Map.of())),
                quiz);
        Map<Key, Registered> known = new HashMap<>();
        registered.forEach(question -> known.put(Key.of(question.row()), question));
        return new QuestionRegister(connection, quiz, known, lastId(connection));
    }

    /**
     * Returns the name of a quiz in the file: the one that is given, unless the file has no quiz of that name but all of
     * these questions under another one. Copies of a quiz are one quiz, so that its runs can be compared.
     */
    public static String nameOfQuiz(DuckDBConnection connection, String given, List<QuestionRow> questions)
            throws SQLException {
        if (questions.isEmpty() || !read(connection, given).known.isEmpty()) {
            return given;
        }
        QuestionRow first = questions.get(0);
        List<String> names = SmallQuery.list(
                connection,
                Resources.text(QuestionRegister.class, "quizzes_with_question.sql"),
                row -> row.getString(1),
                first.subject(),
                first.ordinal(),
                first.text());
        for (String name : names) {
            if (read(connection, name).hasAll(questions)) {
                return name;
            }
        }
        return given;
    }

    private boolean hasAll(List<QuestionRow> questions) {
        return questions.stream().allMatch(question -> {
            Registered registered = known.get(Key.of(question));
            return registered != null && registered.row().equals(question.withoutAttributes());
        });
    }

    /** A register for questions that the file does not have. */
    public static QuestionRegister ofNew(DuckDBConnection connection, String quiz) throws SQLException {
        return new QuestionRegister(connection, quiz, new HashMap<>(), lastId(connection));
    }

    /**
     * Returns the ids of the questions in the order given, and adds those that the file does not have yet, with their
     * attributes. A question that the file has keeps its attributes.
     */
    public int[] register(List<QuestionRow> questions) throws SQLException {
        int[] ids = new int[questions.size()];
        Set<Integer> given = new HashSet<>();
        try (DuckDBAppender appender = connection.createAppender("questions");
                DuckDBAppender attributes = connection.createAppender("question_attributes")) {
            for (int i = 0; i < ids.length; i++) {
                QuestionRow question = questions.get(i);
                ids[i] = idOf(question, appender, attributes);
                if (!given.add(ids[i])) {
                    throw new GatehouseException(
                            ErrorCode.INVALID_ARGUMENT, "%s is listed twice.".formatted(nameOf(question)));
                }
            }
        }
        return ids;
    }

    /** Inserts questions with ids that another database has assigned, without their attributes. */
    public static void insert(DuckDBConnection connection, String quiz, List<QuestionRow> questions, int[] ids)
            throws SQLException {
        try (DuckDBAppender appender = connection.createAppender("questions")) {
            for (int i = 0; i < ids.length; i++) {
                append(appender, quiz, ids[i], questions.get(i));
            }
        }
    }

    private int idOf(QuestionRow question, DuckDBAppender appender, DuckDBAppender attributes) throws SQLException {
        Key key = Key.of(question);
        Registered registered = known.get(key);
        if (registered == null) {
            lastId++;
            append(appender, quiz, lastId, question);
            for (Map.Entry<String, String> attribute : question.attributes().entrySet()) {
                attributes
                        .beginRow()
                        .append(lastId)
                        .append(attribute.getKey())
                        .append(attribute.getValue())
                        .endRow();
            }
            known.put(key, new Registered(lastId, question.withoutAttributes()));
            return lastId;
        }
        if (!registered.row().equals(question.withoutAttributes())) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s is not the question that the database holds under that number: \"%s\" there, \"%s\" now. Give the quiz another name, or use another database."
                            .formatted(nameOf(question), registered.row().text(), question.text()));
        }
        return registered.id();
    }

    private static void append(DuckDBAppender appender, String quiz, int id, QuestionRow question) throws SQLException {
        appender.beginRow()
                .append(id)
                .append(quiz)
                .append(question.subject())
                .append(question.ordinal())
                .append(question.text())
                .append(question.choices())
                .append(question.answer())
                .endRow();
    }

    private String nameOf(QuestionRow question) {
        return "Question %d of subject %s of quiz %s".formatted(question.ordinal(), question.subject(), quiz);
    }

    /** Returns the largest id of a question in the file; 0 if there is none. */
    public static int lastId(DuckDBConnection connection) throws SQLException {
        return Math.toIntExact(SmallQuery.number(connection, "SELECT coalesce(max(question_id), 0) FROM questions"));
    }

    private static List<String> strings(Array array) throws SQLException {
        return Arrays.stream((Object[]) array.getArray())
                .map(String.class::cast)
                .toList();
    }
}
