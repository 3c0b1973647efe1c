package io.gatehouse.store;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** Puts a run of another engine into the file, in one transaction: wholly or not at all. */
final class RunImport {
    /** There is one shard, for all came at once. */
    private static final int SHARD = 0;

    private final Path file;
    private final DuckDBConnection connection;
    private final ImportedRun run;

    RunImport(Path file, DuckDBConnection connection, ImportedRun run) {
        this.file = file;
        this.connection = connection;
        this.run = run;
    }

    /** Writes the run and returns its number. */
    int write(String gatehouseVersion) throws SQLException {
        refuseTakenTask();
        try (Transaction transaction = Transaction.begin(connection)) {
            int runId = insertRun(gatehouseVersion);
            int[] questionIds = insertQuestions();
            for (int i = 0; i < questionIds.length; i++) {
                insertSequence(runId, questionIds[i], run.sequences().get(i));
            }
            insertCounts(runId);
            insertRollups(runId);
            insertLedgerRow(runId, questionIds);
            finish(runId);
            transaction.commit();
            return runId;
        }
    }

    /** Sequences are questions of a task that has the name of the run. */
    private void refuseTakenTask() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT count(*) FROM questions WHERE task = ?")) {
            select.setString(1, run.name());
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                if (rows.getLong(1) > 0) {
                    throw new GatehouseException(
                            ErrorCode.RUN_EXISTS,
                            "%s holds questions of a quiz named \"%s\": give the run another name."
                                    .formatted(file, run.name()));
                }
            }
        }
    }

    private int insertRun(String gatehouseVersion) throws SQLException {
        RunDescription description = new RunDescription(
                run.name(),
                run.model(),
                "",
                "",
                run.layers(),
                run.experts(),
                run.topK(),
                run.name(),
                "",
                0,
                new Recording(run.scope(), run.probabilities(), false),
                "",
                "",
                "",
                gatehouseVersion);
        RunDefinition definition = RunDefinition.of(description, List.of(), run.provenance());
        int runId = new RunRegister(file, connection)
                .insert(description, definition, run.sequences().size());
        try (PreparedStatement update = connection.prepareStatement("UPDATE runs SET source = ? WHERE run_id = ?")) {
            update.setString(1, run.source());
            update.setInt(2, runId);
            update.executeUpdate();
        }
        return runId;
    }

    private int[] insertQuestions() throws SQLException {
        int[] ids = new int[run.sequences().size()];
        int id = lastQuestionId();
        Map<String, Integer> ordinals = new HashMap<>();
        try (DuckDBAppender questions = connection.createAppender("questions");
                DuckDBAppender attributes = connection.createAppender("question_attributes")) {
            for (int i = 0; i < ids.length; i++) {
                TracedSequence sequence = run.sequences().get(i);
                String subject = sequence.domain().orElse("");
                ids[i] = ++id;
                questions
                        .beginRow()
                        .append(id)
                        .append(run.name())
                        .append(subject)
                        .append(ordinals.merge(subject, 1, Integer::sum))
                        .append(sequence.text())
                        .append(List.of())
                        .append(sequence.answer().map(TracedAnswer::answer).orElse(""))
                        .endRow();
                attributes
                        .beginRow()
                        .append(id)
                        .append("name")
                        .append(sequence.name())
                        .endRow();
            }
        }
        return ids;
    }

    private int lastQuestionId() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT coalesce(max(question_id), 0) FROM questions")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private void insertSequence(int runId, int questionId, TracedSequence sequence) throws SQLException {
        try (DuckDBAppender routing = connection.createAppender("routing");
                DuckDBAppender gates = connection.createAppender("gates")) {
            for (TracedLayer layer : sequence.layers()) {
                for (int row = 0; row < layer.tokens(); row++) {
                    appendDecision(routing, runId, questionId, sequence.length(), layer, row);
                    appendGate(gates, runId, questionId, layer, row);
                }
            }
        }
        try (DuckDBAppender tokens = connection.createAppender("tokens")) {
            for (int position = 0; position < sequence.tokens().length; position++) {
                tokens.beginRow()
                        .append(runId)
                        .append(questionId)
                        .append(position)
                        .append(position == sequence.length() - 1 ? Scope.LAST_PROMPT.id() : Scope.PROMPT.id())
                        .append(sequence.tokens()[position])
                        .append("")
                        .endRow();
            }
        }
        if (sequence.answer().isPresent()) {
            appendAnswer(runId, questionId, sequence.length(), sequence.answer().get());
        }
    }

    private static void appendDecision(
            DuckDBAppender appender, int runId, int questionId, int length, TracedLayer layer, int row)
            throws SQLException {
        TracedDecision decision = TracedDecision.of(layer, row);
        appender.beginRow()
                .append(runId)
                .append(questionId)
                .append(layer.positions()[row])
                .append((short) layer.layer())
                .append(layer.positions()[row] == length - 1)
                .append(decision.experts());
        if (decision.weights().length == 0) {
            appender.appendNull();
        } else {
            appender.append(decision.weights());
        }
        if (layer.probabilities().length == 0) {
            appender.appendNull().appendNull().appendNull();
        } else {
            appender.append((short) decision.entropy())
                    .append((short) decision.spareMass())
                    .append(decision.margin());
        }
        appender.append(layer.ranked()).endRow();
    }

    private static void appendGate(DuckDBAppender appender, int runId, int questionId, TracedLayer layer, int row)
            throws SQLException {
        if (layer.probabilities().length == 0) {
            return;
        }
        int width = layer.gateWidth();
        int[] units = new int[width];
        for (int expert = 0; expert < width; expert++) {
            units[expert] = Units.of(layer.probabilities()[row * width + expert], Units.PROBABILITY);
        }
        appender.beginRow()
                .append(runId)
                .append(questionId)
                .append(layer.positions()[row])
                .append((short) layer.layer())
                .append(units)
                .endRow();
    }

    private void appendAnswer(int runId, int questionId, int length, TracedAnswer answer) throws SQLException {
        try (DuckDBAppender appender = connection.createAppender("answers")) {
            appender.beginRow().append(runId).append(questionId);
            if (answer.predicted().isPresent()) {
                appender.append(answer.predicted().get());
            } else {
                appender.appendNull();
            }
            appender.append(answer.correct())
                    .appendNull()
                    .appendNull()
                    .appendNull()
                    .append(length)
                    .endRow();
        }
    }

    private void insertCounts(int runId) throws SQLException {
        try (DuckDBAppender appender = connection.createAppender("expert_counts")) {
            for (ExpertCounts counts : run.counts()) {
                for (int expert = 0; expert < counts.counts().length; expert++) {
                    appender.beginRow()
                            .append(runId)
                            .append(counts.domain().orElse(""))
                            .append((short) counts.layer())
                            .append((short) expert)
                            .append(counts.counts()[expert])
                            .endRow();
                }
            }
        }
    }

    private void insertLedgerRow(int runId, int[] questionIds) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(SqlFile.read("insert_shard.sql"))) {
            insert.setInt(1, runId);
            insert.setInt(2, SHARD);
            insert.setInt(3, questionIds.length);
            insert.setLong(
                    4,
                    run.sequences().stream()
                            .mapToLong(sequence -> sequence.tokens().length)
                            .sum());
            insert.setLong(
                    5,
                    run.sequences().stream()
                            .flatMap(sequence -> sequence.layers().stream())
                            .mapToLong(TracedLayer::tokens)
                            .sum());
            insert.setObject(6, LocalDateTime.now(ZoneOffset.UTC));
            insert.setArray(
                    7,
                    connection.createArrayOf(
                            "INTEGER", Arrays.stream(questionIds).boxed().toArray()));
            insert.executeUpdate();
        }
    }

    private void insertRollups(int runId) throws SQLException {
        for (String sql : SqlFile.read("import_rollups.sql").split(";\\s*\\n", -1)) {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setInt(1, runId);
                statement.executeUpdate();
            }
        }
    }

    private void finish(int runId) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(SqlFile.read("finish_run.sql"))) {
            update.setString(1, RunStatus.COMPLETE.id());
            update.setObject(2, LocalDateTime.now(ZoneOffset.UTC));
            update.setInt(3, runId);
            update.executeUpdate();
        }
    }
}
