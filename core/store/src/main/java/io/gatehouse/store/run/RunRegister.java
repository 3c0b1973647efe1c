package io.gatehouse.store.run;

import io.gatehouse.base.Resources;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** The runs of a file: begins new ones and finds those to go on with. */
public final class RunRegister {
    private final Path file;
    private final DuckDBConnection connection;

    public RunRegister(Path file, DuckDBConnection connection) {
        this.file = file;
        this.connection = connection;
    }

    /** Adds a run that is new and returns its number. */
    public int insert(RunDescription run, RunDefinition definition, int questions) throws SQLException {
        refuseSecond(run.name());
        refuseImported(run.task());
        try (PreparedStatement insert = connection.prepareStatement(Resources.text(RunRegister.class, "insert_run.sql"))) {
            insert.setString(1, run.name());
            insert.setString(2, run.model());
            insert.setString(3, run.fingerprint());
            insert.setString(4, run.architecture());
            insert.setInt(5, run.layers());
            insert.setInt(6, run.experts());
            insert.setInt(7, run.topK());
            insert.setString(8, run.task());
            insert.setString(9, run.promptFormat());
            insert.setInt(10, run.shots());
            insert.setString(11, run.scope().id());
            insert.setString(12, run.precisionPlan());
            insert.setString(13, run.device());
            insert.setInt(14, questions);
            insert.setObject(15, LocalDateTime.now(ZoneOffset.UTC));
            insert.setString(16, run.gatehouseVersion());
            insert.setString(17, run.recording().probabilities().id());
            insert.setBoolean(18, run.recording().norms());
            insert.setString(19, run.interventions());
            try (ResultSet inserted = insert.executeQuery()) {
                inserted.next();
                int runId = inserted.getInt(1);
                insertLayers(runId, run);
                definition.insert(connection, runId);
                return runId;
            }
        }
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
                layers.endRow();
            }
        }
    }

    /** Finds the unfinished run of this name, which must have the same definition, and returns its number. */
    public int resume(RunDescription run, RunDefinition definition) throws SQLException {
        int runId;
        try (PreparedStatement select = connection.prepareStatement("SELECT run_id, status FROM runs WHERE name = ?")) {
            select.setString(1, run.name());
            try (ResultSet rows = select.executeQuery()) {
                if (!rows.next()) {
                    throw new GatehouseException(
                            ErrorCode.RUN_NOT_FOUND, "%s holds no run named \"%s\".".formatted(file, run.name()));
                }
                if (rows.getString(2).equals(RunStatus.COMPLETE.id())) {
                    throw new GatehouseException(
                            ErrorCode.RUN_EXISTS, "Run \"%s\" of %s is complete.".formatted(run.name(), file));
                }
                runId = rows.getInt(1);
            }
        }
        definition.requireSameAs(RunDefinition.read(connection, runId), run.name());
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE runs SET status = ?, finished_at = NULL WHERE run_id = ?")) {
            update.setString(1, RunStatus.RUNNING.id());
            update.setInt(2, runId);
            update.executeUpdate();
        }
        return runId;
    }

    /** The questions of an imported run are its sequences, numbered like those of a quiz, but no quiz. */
    private void refuseImported(String task) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT name, source FROM runs WHERE task = ? AND source <> 'gatehouse'")) {
            statement.setString(1, task);
            try (ResultSet rows = statement.executeQuery()) {
                if (rows.next()) {
                    throw new GatehouseException(
                            ErrorCode.RUN_EXISTS,
                            "%s holds an imported run named \"%s\" (%s), as the quiz is: use another database, or name the quiz otherwise."
                                    .formatted(file, rows.getString(1), rows.getString(2)));
                }
            }
        }
    }

    private void refuseSecond(String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT status FROM runs WHERE name = ?")) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                if (rows.next()) {
                    throw new GatehouseException(
                            ErrorCode.RUN_EXISTS,
                            "%s holds a run named \"%s\" already (%s): give the new one another name."
                                    .formatted(file, name, rows.getString(1)));
                }
            }
        }
    }
}
