package io.gatehouse.store.run;

import io.gatehouse.base.Resources;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.SmallQuery;
import io.gatehouse.store.schema.StoredTable;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** Registers new runs in a file, finds those to resume, and deletes runs. */
public final class RunRegister {
    private final Path file;
    private final DuckDBConnection connection;

    public RunRegister(Path file, DuckDBConnection connection) {
        this.file = file;
        this.connection = connection;
    }

    /**
     * Adds a new run and returns its number.
     *
     * @throws GatehouseException RUN_EXISTS if a run of its name is there, or a quiz of the name of an import
     */
    public int insert(RunDescription run, RunDefinition definition, int questions) throws SQLException {
        if (run.imported()) {
            refuseTakenQuiz(run.quiz());
        }
        refuseImported(run.quiz());
        return insertOfQuiz(run, definition, questions);
    }

    /**
     * Adds a run whose quiz is in the file, and returns its number.
     *
     * @throws GatehouseException RUN_EXISTS if a run of its name is there
     */
    public int insertOfQuiz(RunDescription run, RunDefinition definition, int questions) throws SQLException {
        refuseSecond(run.name());
        long runId = SmallQuery.number(
                connection,
                Resources.text(RunRegister.class, "insert_run.sql"),
                run.name(),
                run.model(),
                run.fingerprint(),
                run.architecture(),
                run.layers(),
                run.experts(),
                run.topK(),
                run.quiz(),
                run.promptFormat(),
                run.shots(),
                run.scope().id(),
                run.precision(),
                run.device(),
                questions,
                LocalDateTime.now(ZoneOffset.UTC),
                run.gatehouseVersion(),
                run.recording().probabilities().id(),
                run.recording().norms(),
                connection.createArrayOf("INTEGER", run.recording().lookahead().toArray()),
                run.interventions(),
                run.source(),
                run.storage(),
                run.generation().maxNewTokens(),
                run.generation().sampling(),
                run.generation().answerRule(),
                run.generation().answerMatch(),
                connection.createArrayOf("VARCHAR", run.generation().stop().toArray()));
        insertLayers(Math.toIntExact(runId), run);
        definition.insert(connection, Math.toIntExact(runId));
        return Math.toIntExact(runId);
    }

    private void insertLayers(int runId, RunDescription run) throws SQLException {
        try (DuckDBAppender layers = connection.createAppender("layers")) {
            for (int i = 0; i < run.layers(); i++) {
                ModelLayer layer = run.modelLayers().get(i);
                layers.beginRow().append(runId).append((short) i);
                if (layer.kind() == ModelLayer.Kind.UNKNOWN) {
                    layers.appendNull();
                } else {
                    layers.append(layer.kind().id());
                }
                if (layer.kind() == ModelLayer.Kind.MOE) {
                    layers.append(layer.experts()).append(layer.topK());
                } else {
                    layers.appendNull().appendNull();
                }
                ModelLayer.Router router = layer.router();
                if (router == null) {
                    layers.appendNull().appendNull().appendNull();
                } else {
                    layers.append(router.kind()).append(router.scale()).append(router.renormalised());
                }
                if (layer.expertBytes() == 0) {
                    layers.appendNull();
                } else {
                    layers.append(layer.expertBytes());
                }
                layers.endRow();
            }
        }
    }

    /** Finds the unfinished run of this name, which must have the same definition, and returns its number. */
    public int resume(RunDescription run, RunDefinition definition) throws SQLException {
        Optional<Integer> known = SmallQuery.first(
                connection, "SELECT run_id FROM runs WHERE name = ?", row -> row.getInt(1), run.name());
        int runId = known.orElseThrow(() -> new GatehouseException(
                ErrorCode.RUN_NOT_FOUND, "%s holds no run named \"%s\".".formatted(file, run.name())));
        if (status(run.name()).equals(Optional.of(RunStatus.COMPLETE.id()))) {
            throw new GatehouseException(
                    ErrorCode.RUN_EXISTS, "Run \"%s\" of %s is complete.".formatted(run.name(), file));
        }
        definition.requireSameAs(RunDefinition.read(connection, runId), run.name());
        restart(runId);
        return runId;
    }

    /**
     * Adds a run that grows, or finds it, however it ended, and returns its number.
     *
     * @throws GatehouseException RUN_EXISTS if a run of its name is there that came from elsewhere, or with other settings
     */
    public int grow(RunDescription run, RunDefinition definition) throws SQLException {
        Optional<Integer> known = SmallQuery.first(
                connection,
                "SELECT run_id FROM runs WHERE name = ? AND source = ?",
                row -> row.getInt(1),
                run.name(),
                run.source());
        if (known.isEmpty()) {
            return insert(run, definition, 0);
        }
        definition.requireSameAs(RunDefinition.read(connection, known.get()), run.name());
        restart(known.get());
        return known.get();
    }

    private void restart(int runId) throws SQLException {
        SmallQuery.update(
                connection,
                "UPDATE runs SET status = ?, finished_at = NULL, compute_seconds = NULL WHERE run_id = ?",
                RunStatus.RUNNING.id(),
                runId);
    }

    /**
     * Changes what people say about a run.
     *
     * @throws GatehouseException RUN_EXISTS if another run has the new name
     */
    public void edit(RunSummary run, RunEdit edit) throws SQLException {
        if (edit.name().isPresent() && !edit.name().get().equals(run.name())) {
            refuseSecond(edit.name().get());
        }
        SmallQuery.update(
                connection,
                Resources.text(RunRegister.class, "edit_run.sql"),
                run.runId(),
                edit.name().orElse(null),
                edit.note().orElse(null),
                edit.tags().isPresent()
                        ? connection.createArrayOf("VARCHAR", edit.tags().get().toArray())
                        : null);
    }

    /** Deletes a run, and the questions and weights that no other run needs. */
    public void delete(int runId) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (StoredTable table : StoredTable.exported()) {
                if (table.isByRun()) {
                    statement.execute("DELETE FROM %s WHERE run_id = %s".formatted(table.name(), runId));
                }
            }
            statement.execute(Resources.text(RunRegister.class, "delete_unused.sql"));
        }
    }

    /** Rejects an import whose name is a quiz, because its sequences become questions of a quiz of that name. */
    private void refuseTakenQuiz(String quiz) throws SQLException {
        if (SmallQuery.number(connection, "SELECT count(*) FROM questions WHERE quiz = ?", quiz) > 0) {
            throw new GatehouseException(
                    ErrorCode.RUN_EXISTS,
                    "%s holds questions of a quiz named \"%s\": give the run another name.".formatted(file, quiz));
        }
    }

    /** Rejects a quiz named like an imported run, whose sequences are the questions of the quiz of its name. */
    private void refuseImported(String quiz) throws SQLException {
        Optional<String> imported = SmallQuery.first(
                connection,
                "SELECT name, source FROM runs WHERE quiz = ? AND source <> 'gatehouse'",
                row -> "\"%s\" (%s)".formatted(row.getString(1), row.getString(2)),
                quiz);
        if (imported.isPresent()) {
            throw new GatehouseException(
                    ErrorCode.RUN_EXISTS,
                    "%s holds an imported run named %s, as the quiz is: use another database, or give the quiz another name."
                            .formatted(file, imported.get()));
        }
    }

    private void refuseSecond(String name) throws SQLException {
        Optional<String> status = status(name);
        if (status.isPresent()) {
            throw new GatehouseException(
                    ErrorCode.RUN_EXISTS,
                    "%s holds a run named \"%s\" already (%s): give the new one another name."
                            .formatted(file, name, status.get()));
        }
    }

    /** Returns the status of the run of a name, if there is one. */
    private Optional<String> status(String name) throws SQLException {
        return SmallQuery.first(connection, "SELECT status FROM runs WHERE name = ?", row -> row.getString(1), name);
    }
}
