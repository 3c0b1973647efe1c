package io.gatehouse.store.weights;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.DatabaseFailure;
import io.gatehouse.store.database.Transaction;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/**
 * What the weights of the checkpoints of a file's runs say of themselves. All runs of a checkpoint share it, and with
 * the last of them it goes. Each call is a transaction of its own; safe for use by several threads.
 */
public final class ModelWeights {
    private static final List<String> TABLES = List.of("expert_weights", "expert_weight_pairs");

    private final Path file;
    private final Supplier<Connection> readers;
    private final Supplier<DuckDBConnection> writers;

    /** @param writers refuses what cannot be written to */
    public ModelWeights(Path file, Supplier<Connection> readers, Supplier<DuckDBConnection> writers) {
        this.file = requireNonNull(file, "file is null");
        this.readers = requireNonNull(readers, "readers is null");
        this.writers = requireNonNull(writers, "writers is null");
    }

    /** Names of the runs of a checkpoint, in the order they were started. */
    public List<String> runs(String fingerprint) {
        try (Connection connection = readers.get()) {
            return runs(connection, requireNonNull(fingerprint, "fingerprint is null"));
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    /**
     * Says of an imported run which checkpoint was recorded.
     *
     * @param layers layers of the checkpoint
     * @param experts experts of its layers
     * @throws GatehouseException RUN_NOT_FOUND; INVALID_ARGUMENT if the run is of another checkpoint or cannot be of this
     */
    public synchronized void assign(String run, String fingerprint, int layers, int experts) {
        requireNonNull(run, "run is null");
        requireNonNull(fingerprint, "fingerprint is null");
        try (DuckDBConnection connection = writers.get();
                Transaction transaction = Transaction.begin(connection)) {
            int runId = requireAssignable(connection, run, fingerprint, layers, experts);
            for (String statement : List.of(
                    "UPDATE runs SET fingerprint = ? WHERE run_id = ?",
                    "UPDATE run_definitions SET value = ? WHERE run_id = ? AND property = 'fingerprint'")) {
                try (PreparedStatement update = connection.prepareStatement(statement)) {
                    update.setString(1, fingerprint);
                    update.setInt(2, runId);
                    update.executeUpdate();
                }
            }
            transaction.commit();
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    /**
     * Keeps what the weights of a checkpoint say, in the place of what was kept of it.
     *
     * @throws GatehouseException RUN_NOT_FOUND if no run is of the checkpoint
     */
    public synchronized void record(String fingerprint, List<LayerWeights> layers) {
        requireNonNull(fingerprint, "fingerprint is null");
        try (DuckDBConnection connection = writers.get();
                Transaction transaction = Transaction.begin(connection)) {
            if (runs(connection, fingerprint).isEmpty()) {
                throw new GatehouseException(
                        ErrorCode.RUN_NOT_FOUND, "%s holds no run of checkpoint %s.".formatted(file, fingerprint));
            }
            for (String table : TABLES) {
                delete(connection, table, fingerprint);
            }
            try (DuckDBAppender experts = connection.createAppender("expert_weights");
                    DuckDBAppender pairs = connection.createAppender("expert_weight_pairs")) {
                for (LayerWeights layer : layers) {
                    append(experts, pairs, fingerprint, layer);
                }
            }
            transaction.commit();
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    private int requireAssignable(Connection connection, String run, String fingerprint, int layers, int experts)
            throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT run_id, fingerprint, layers, experts FROM runs WHERE name = ?")) {
            select.setString(1, run);
            try (ResultSet rows = select.executeQuery()) {
                if (!rows.next()) {
                    throw new GatehouseException(
                            ErrorCode.RUN_NOT_FOUND, "%s holds no run named \"%s\".".formatted(file, run));
                }
                String known = rows.getString(2);
                if (!known.isEmpty() && !known.equals(fingerprint)) {
                    throw refused(run, "is of checkpoint %s".formatted(known));
                }
                if (rows.getInt(3) > layers || rows.getInt(4) != experts) {
                    throw refused(
                            run,
                            "has %d layers of %d experts, the checkpoint has %d of %d"
                                    .formatted(rows.getInt(3), rows.getInt(4), layers, experts));
                }
                return rows.getInt(1);
            }
        }
    }

    private static GatehouseException refused(String run, String reason) {
        return new GatehouseException(
                ErrorCode.INVALID_ARGUMENT,
                "Run \"%s\" was not recorded with this checkpoint: it %s.".formatted(run, reason));
    }

    private static List<String> runs(Connection connection, String fingerprint) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT name FROM runs WHERE fingerprint = ? ORDER BY run_id")) {
            select.setString(1, fingerprint);
            try (ResultSet rows = select.executeQuery()) {
                List<String> names = new ArrayList<>();
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
                return names;
            }
        }
    }

    private static void delete(Connection connection, String table, String fingerprint) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM %s WHERE fingerprint = ?".formatted(table))) {
            delete.setString(1, fingerprint);
            delete.executeUpdate();
        }
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
