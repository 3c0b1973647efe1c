package io.gatehouse.store.weights;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.OpenDatabase;
import io.gatehouse.store.database.SmallQuery;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalDouble;
import org.duckdb.DuckDBAppender;

/**
 * How large and how alike the weights of the checkpoints are whose runs a file has. All runs of a checkpoint share them,
 * and they are deleted with the last of these runs. Each call is a transaction of its own; safe for use by several
 * threads.
 */
public final class ModelWeights {
    private static final List<String> TABLES = List.of("expert_weights", "expert_weight_pairs");

    private final Path file;
    private final OpenDatabase database;

    public ModelWeights(Path file, OpenDatabase database) {
        this.file = requireNonNull(file, "file is null");
        this.database = requireNonNull(database, "database is null");
    }

    /** Returns the names of the runs of a checkpoint, in the order they were started. */
    public List<String> runs(String fingerprint) {
        requireNonNull(fingerprint, "fingerprint is null");
        return database.read(connection -> runs(connection, fingerprint));
    }

    /**
     * Sets the checkpoint of an imported run.
     *
     * @param layers layers of the checkpoint
     * @param experts experts of its layers
     * @throws GatehouseException RUN_NOT_FOUND; INVALID_ARGUMENT if the run is of another checkpoint or cannot be of this
     */
    public synchronized void assign(String run, String fingerprint, int layers, int experts) {
        requireNonNull(run, "run is null");
        requireNonNull(fingerprint, "fingerprint is null");
        database.write(connection -> {
            int runId = requireAssignable(connection, run, fingerprint, layers, experts);
            SmallQuery.update(connection, "UPDATE runs SET fingerprint = ? WHERE run_id = ?", fingerprint, runId);
            return SmallQuery.update(
                    connection,
                    "UPDATE run_definitions SET value = ? WHERE run_id = ? AND property = 'fingerprint'",
                    fingerprint,
                    runId);
        });
    }

    /**
     * Replaces the weights of a checkpoint.
     *
     * @throws GatehouseException RUN_NOT_FOUND if no run is of the checkpoint
     */
    public synchronized void record(String fingerprint, List<LayerWeights> layers) {
        requireNonNull(fingerprint, "fingerprint is null");
        database.write(connection -> {
            if (runs(connection, fingerprint).isEmpty()) {
                throw new GatehouseException(
                        ErrorCode.RUN_NOT_FOUND, "%s holds no run of checkpoint %s.".formatted(file, fingerprint));
            }
            for (String table : TABLES) {
                SmallQuery.update(connection, "DELETE FROM %s WHERE fingerprint = ?".formatted(table), fingerprint);
            }
            try (DuckDBAppender experts = connection.createAppender("expert_weights");
                    DuckDBAppender pairs = connection.createAppender("expert_weight_pairs")) {
                for (LayerWeights layer : layers) {
                    append(experts, pairs, fingerprint, layer);
                }
            }
            return layers.size();
        });
    }

    private int requireAssignable(Connection connection, String run, String fingerprint, int layers, int experts)
            throws SQLException {
        record Known(int runId, String fingerprint, int layers, int experts) {}
        Known known = SmallQuery.first(
                        connection,
                        "SELECT run_id, fingerprint, layers, experts FROM runs WHERE name = ?",
                        row -> new Known(row.getInt(1), row.getString(2), row.getInt(3), row.getInt(4)),
                        run)
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.RUN_NOT_FOUND, "%s holds no run named \"%s\".".formatted(file, run)));
        if (!known.fingerprint().isEmpty() && !known.fingerprint().equals(fingerprint)) {
            throw refused(run, "is of checkpoint %s".formatted(known.fingerprint()));
        }
        if (known.layers() > layers || known.experts() != experts) {
            throw refused(
                    run,
                    "has %d layers of %d experts, the checkpoint has %d of %d"
                            .formatted(known.layers(), known.experts(), layers, experts));
        }
        return known.runId();
    }

    private static GatehouseException refused(String run, String reason) {
        return new GatehouseException(
                ErrorCode.INVALID_ARGUMENT,
                "Run \"%s\" was not recorded with this checkpoint: it %s.".formatted(run, reason));
    }

    private static List<String> runs(Connection connection, String fingerprint) throws SQLException {
        return SmallQuery.list(
                connection,
                "SELECT name FROM runs WHERE fingerprint = ? ORDER BY run_id",
                row -> row.getString(1),
                fingerprint);
    }

    private static void append(DuckDBAppender experts, DuckDBAppender pairs, String fingerprint, LayerWeights layer)
            throws SQLException {
        for (int expert = 0; expert < layer.experts(); expert++) {
            experts.beginRow()
                    .append(fingerprint)
                    .append((short) layer.layer())
                    .append((short) expert)
                    .append(layer.router().norm(expert))
                    .append(layer.gateProjections().norm(expert))
                    .append(layer.upProjections().norm(expert))
                    .append(layer.downProjections().norm(expert))
                    .endRow();
            for (int other = expert + 1; other < layer.experts(); other++) {
                pairs.beginRow()
                        .append(fingerprint)
                        .append((short) layer.layer())
                        .append((short) expert)
                        .append((short) other);
                append(pairs, layer.router().cosine(expert, other));
                append(pairs, layer.gateProjections().cosine(expert, other));
                append(pairs, layer.upProjections().cosine(expert, other));
                append(pairs, layer.downProjections().cosine(expert, other));
                pairs.endRow();
            }
        }
    }

    private static void append(DuckDBAppender appender, OptionalDouble value) throws SQLException {
        if (value.isPresent()) {
            appender.append(value.getAsDouble());
        } else {
            appender.appendNull();
        }
    }
}
