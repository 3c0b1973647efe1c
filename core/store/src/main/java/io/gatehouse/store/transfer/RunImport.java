package io.gatehouse.store.transfer;

import io.gatehouse.base.Resources;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.Transaction;
import io.gatehouse.store.run.Ledger;
import io.gatehouse.store.run.QuestionRegister;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.RunDefinition;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.RunRegister;
import io.gatehouse.store.run.RunStatus;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** Puts a run of another engine into the file, in one transaction: wholly or not at all. */
public final class RunImport {
    /** There is one shard, for all came at once. */
    private static final int SHARD = 0;

    private final Path file;
    private final DuckDBConnection connection;
    private final ImportedRun run;

    public RunImport(Path file, DuckDBConnection connection, ImportedRun run) {
        this.file = file;
        this.connection = connection;
        this.run = run;
    }

    /** Writes the run and returns its number. */
    public int write(String gatehouseVersion) throws SQLException {
        refuseTakenTask();
        try (Transaction transaction = Transaction.begin(connection)) {
            int runId = insertRun(gatehouseVersion);
            int[] questionIds = insertQuestions();
            try (SequenceInsert sequences = new SequenceInsert(connection, runId)) {
                for (int i = 0; i < questionIds.length; i++) {
                    sequences.insert(questionIds[i], run.sequences().get(i));
                }
            }
            insertCounts(runId);
            insertRollups(runId, "import_rollups.sql");
            insertRollups(runId, "import_experts.sql");
            Ledger ledger = new Ledger(connection, runId);
            ledger.add(SHARD, questionIds, tokens(), decisions());
            ledger.finish(RunStatus.COMPLETE);
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
                run.modelLayers(),
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
        int id = QuestionRegister.lastId(connection);
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

    private long tokens() {
        return run.sequences().stream()
                .mapToLong(sequence -> sequence.tokens().length)
                .sum();
    }

    private long decisions() {
        return run.sequences().stream()
                .flatMap(sequence -> sequence.layers().stream())
                .mapToLong(TracedLayer::tokens)
                .sum();
    }

    private void insertRollups(int runId, String sqlFile) throws SQLException {
        for (String sql : Resources.text(RunImport.class, sqlFile).split(";\\s*\\n", -1)) {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setInt(1, runId);
                statement.executeUpdate();
            }
        }
    }
}
