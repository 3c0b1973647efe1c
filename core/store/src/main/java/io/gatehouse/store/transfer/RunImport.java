package io.gatehouse.store.transfer;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.SmallQuery;
import io.gatehouse.store.run.Ledger;
import io.gatehouse.store.run.QuestionRegister;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.RunDefinition;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.RunRegister;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.schema.Rollup;
import io.gatehouse.store.schema.RollupSql;
import io.gatehouse.store.schema.SqlText;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** Adds a run that another engine recorded, within the transaction that the caller has begun. */
public final class RunImport {
    /** The number of the only shard. */
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
        int runId = insertRun(gatehouseVersion);
        int[] questionIds = insertQuestions();
        try (SequenceInsert sequences = new SequenceInsert(connection, runId)) {
            for (int i = 0; i < questionIds.length; i++) {
                sequences.insert(questionIds[i], run.sequences().get(i));
            }
        }
        insertCounts(runId);
        insertRollups(runId);
        Ledger ledger = new Ledger(connection, runId);
        ledger.add(SHARD, questionIds, tokens(), decisions());
        ledger.finish(RunStatus.COMPLETE);
        return runId;
    }

    /** Rejects a run whose name is a task, because its sequences become questions of a task of that name. */
    private void refuseTakenTask() throws SQLException {
        if (SmallQuery.number(connection, "SELECT count(*) FROM questions WHERE task = ?", run.name()) > 0) {
            throw new GatehouseException(
                    ErrorCode.RUN_EXISTS,
                    "%s holds questions of a quiz named \"%s\": give the run another name."
                            .formatted(file, run.name()));
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
        SmallQuery.update(connection, "UPDATE runs SET source = ? WHERE run_id = ?", run.source(), runId);
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

    /** An imported run is small, and has one shard: its rollups are queries over its facts. */
    private void insertRollups(int runId) throws SQLException {
        SmallQuery.update(connection, SqlText.read(RunImport.class, "import_usage.sql"), runId);
        try (Statement statement = connection.createStatement()) {
            for (Rollup rollup : Rollup.OF_FACTS) {
                statement.execute(RollupSql.insert(rollup, runId));
            }
        }
        SmallQuery.update(connection, SqlText.read(RunImport.class, "import_experts.sql"), runId);
    }
}
