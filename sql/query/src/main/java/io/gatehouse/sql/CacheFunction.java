package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.sql.cache.BeladyReplay;
import io.gatehouse.sql.cache.CachePolicy;
import io.gatehouse.sql.cache.CacheReplay;
import io.gatehouse.sql.cache.DecisionListener;
import io.gatehouse.sql.cache.HitCurve;
import io.gatehouse.sql.cache.PriorityReplay;
import io.gatehouse.sql.cache.RecencyReplay;
import io.gatehouse.sql.cache.StaticReplay;
import io.gatehouse.sql.catalog.SqlResource;
import io.gatehouse.sql.function.CacheReplayFunction;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBPreparedStatement;
import org.duckdb.DuckDBReadableVector;
import org.duckdb.DuckDBScalarFunctionBuilder;
import org.duckdb.DuckDBWritableVector;

/**
 * The function behind {@code expert_cache}: the replay of one cache over the decisions of a run, which it reads on a
 * connection of its own. Its result is a text, because DuckDB's driver takes no lists from functions: {@code slots uses
 * cold_misses hits} for each size, with semicolons between; NULL if there are no uses.
 */
final class CacheFunction {
    /** Experts are kept as numbers of 16 bits. */
    private static final int MAX_KEYS = 1 << 16;

    private static final int LISTED_RANKS = 8;

    private static final Map<String, String> TOKENS =
            Map.of("last_prompt", "is_last_prompt", "prompt", "NOT is_generated", "generated", "is_generated");

    /**
     * One cache.
     *
     * @param layer the layer whose experts it has; negative if it has those of all layers
     * @param slots its largest size
     * @param stride by how much the numbers of an expert differ from layer to layer
     * @param keys how many numbers there are
     * @param fitted the run that a static set is chosen on
     */
    private record Cache(
            int run, int layer, int slots, int stride, int keys, String scope, CachePolicy policy, int fitted) {}

    private final ReaderSource readers;
    private final FunctionReads reads;

    /**
     * @param readers connections on which {@code jdbc_stream_results} may be set
     * @param reads the statements that can be stopped
     */
    CacheFunction(ReaderSource readers, FunctionReads reads) {
        this.readers = requireNonNull(readers, "readers is null");
        this.reads = requireNonNull(reads, "reads is null");
    }

    /** Registers the function in a database that has it not yet. */
    void register(Connection connection) throws SQLException {
        try (DuckDBScalarFunctionBuilder builder = DuckDBFunctions.scalarFunction()) {
            var unused = builder.withName(CacheReplayFunction.WRITTEN)
                    .withParameters(
                            DuckDBColumnType.VARCHAR,
                            DuckDBColumnType.INTEGER,
                            DuckDBColumnType.INTEGER,
                            DuckDBColumnType.INTEGER,
                            DuckDBColumnType.INTEGER,
                            DuckDBColumnType.INTEGER,
                            DuckDBColumnType.VARCHAR,
                            DuckDBColumnType.VARCHAR,
                            DuckDBColumnType.INTEGER)
                    .withReturnType(DuckDBColumnType.VARCHAR)
                    .withVectorizedFunction(this::replayRows)
                    .register(connection);
        }
    }

    private void replayRows(DuckDBDataChunkReader rows, DuckDBWritableVector result) {
        for (long row = 0; row < rows.rowCount(); row++) {
            if (holdsNull(rows, row)) {
                result.setNull(row);
            } else {
                FunctionReads.OfStatement statement = reads.of(rows.vector(0).getString(row));
                try {
                    Optional<String> curve = replay(cache(rows, row), statement);
                    if (curve.isPresent()) {
                        result.setString(row, curve.get());
                    } else {
                        result.setNull(row);
                    }
                } catch (GatehouseException e) {
                    statement.fail(e);
                    throw e;
                }
            }
        }
    }

    private static boolean holdsNull(DuckDBDataChunkReader rows, long row) {
        for (long column = 0; column < rows.columnCount(); column++) {
            if (rows.vector(column).isNull(row)) {
                return true;
            }
        }
        return false;
    }

    private static Cache cache(DuckDBDataChunkReader rows, long row) {
        Cache cache = new Cache(
                rows.vector(1).getInt(row),
                rows.vector(2).getInt(row),
                rows.vector(3).getInt(row),
                rows.vector(4).getInt(row),
                rows.vector(5).getInt(row),
                rows.vector(6).getString(row),
                CachePolicy.of(rows.vector(7).getString(row)),
                rows.vector(8).getInt(row));
        if (cache.keys() > MAX_KEYS) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "A cache is replayed for up to %,d experts; the model has room for %,d."
                            .formatted(MAX_KEYS, cache.keys()));
        }
        return cache;
    }

    private Optional<String> replay(Cache cache, FunctionReads.OfStatement statement) {
        if (!TOKENS.containsKey(cache.scope())) {
            return Optional.empty();
        }
        CacheReplay replay = switch (cache.policy()) {
            case LRU -> new RecencyReplay(cache.keys());
            case LFU -> PriorityReplay.frequency(cache.keys());
            case RANDOM -> PriorityReplay.chance(cache.keys());
            case BELADY ->
                new BeladyReplay(
                        cache.keys(),
                        FileMemory.of("The replay of policy belady, which holds all decisions,"),
                        statement::checkStopped);
            case STATIC -> {
                StaticReplay fixed = new StaticReplay(cache.keys());
                read(cache, cache.fitted(), statement, fixed.fitted());
                yield fixed;
            }
        };
        read(cache, cache.run(), statement, replay);
        HitCurve curve = replay.end();
        return curve.uses() == 0 ? Optional.empty() : Optional.of(text(curve, cache.slots()));
    }

    private static String text(HitCurve curve, int slots) {
        long[] hits = curve.hits(slots);
        return IntStream.rangeClosed(1, slots)
                .mapToObj(size -> "%d %d %d %d".formatted(size, curve.uses(), curve.coldMisses(), hits[size - 1]))
                .collect(Collectors.joining(";"));
    }

    private void read(Cache cache, int run, FunctionReads.OfStatement statement, DecisionListener listener) {
        try {
            DriverConnection connection = new DriverConnection(readers.open());
            try {
                statement.begin(connection);
                read(connection.jdbc(), cache, run, statement, listener);
            } finally {
                statement.end(connection);
            }
        } catch (SQLException e) {
            statement.checkStopped();
            throw DuckDbErrors.translate(e);
        }
    }

    private static void read(
            Connection connection, Cache cache, int run, FunctionReads.OfStatement statement, DecisionListener listener)
            throws SQLException {
        int ranks = ranks(connection, run);
        String sql = SqlResource.text("cache/decisions.sql")
                .replace(
                        "$ranks",
                        IntStream.rangeClosed(1, ranks)
                                .mapToObj(CacheFunction::column)
                                .collect(Collectors.joining(", ")))
                .replace("$run", Integer.toString(run))
                .replace("$tokens", requireNonNull(TOKENS.get(cache.scope()), "the scope is known"))
                .replace("$layer", cache.layer() < 0 ? "layer" : Integer.toString(cache.layer()));
        try (DuckDBPreparedStatement decisions =
                        connection.prepareStatement(sql).unwrap(DuckDBPreparedStatement.class);
                DuckDBChunkedResult chunks = decisions.query()) {
            while (chunks.nextChunk()) {
                pass(chunks.chunk(), cache, ranks, listener);
                statement.checkStopped();
            }
            DriverConnection.checkEnd(chunks);
        }
    }

    /** The largest number of experts of a decision. */
    private static int ranks(Connection connection, int run) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery(
                    "SELECT coalesce(max(top_k), 1) FROM runs WHERE run_id = %d".formatted(run))) {
                rows.next();
                int ranks = rows.getInt(1);
                statement.execute("SET SESSION jdbc_stream_results = true");
                return ranks;
            }
        }
    }

    private static String column(int rank) {
        return rank <= LISTED_RANKS ? "expert_" + rank : "more_experts[%d]".formatted(rank - LISTED_RANKS);
    }

    private static void pass(DuckDBDataChunkReader rows, Cache cache, int ranks, DecisionListener listener) {
        DuckDBReadableVector layers = rows.vector(0);
        DuckDBReadableVector[] experts = new DuckDBReadableVector[ranks];
        for (int rank = 0; rank < ranks; rank++) {
            experts[rank] = rows.vector(rank + 1L);
        }
        int[] decision = new int[ranks];
        long count = rows.rowCount();
        for (long row = 0; row < count; row++) {
            int first = cache.layer() < 0 ? layers.getShort(row) * cache.stride() : 0;
            int chosen = 0;
            for (DuckDBReadableVector rank : experts) {
                if (!rank.isNull(row)) {
                    decision[chosen++] = key(cache, first, rank.getShort(row));
                }
            }
            listener.decide(decision, chosen);
        }
    }

    private static int key(Cache cache, int first, int expert) {
        if (expert >= cache.stride() || first + expert >= cache.keys()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "A run has expert %d in a layer of %d experts; a static cache can be chosen on a run of the same model only."
                            .formatted(expert, cache.stride()));
        }
        return first + expert;
    }
}
