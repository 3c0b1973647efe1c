package io.gatehouse.sql.decision;

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
import io.gatehouse.sql.cache.SingleRequests;
import io.gatehouse.sql.cache.StaticReplay;
import io.gatehouse.sql.driver.JavaFunction;
import io.gatehouse.sql.function.StatementFunction;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBWritableVector;

/**
 * The function behind {@code expert_cache}: the replay of one cache over the decisions of a run. Its result is a text,
 * because DuckDB's driver takes no lists from functions: {@code slots uses cold_misses hits} for each size, with
 * semicolons between; NULL if there are no uses.
 */
public final class CacheFunction {
    /** Experts are kept as numbers of 16 bits. */
    private static final int MAX_KEYS = 1 << 16;

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

    private final FunctionCalls calls;
    private final DecisionReads decisions;

    public CacheFunction(FunctionCalls calls, DecisionReads decisions) {
        this.calls = requireNonNull(calls, "calls is null");
        this.decisions = requireNonNull(decisions, "decisions is null");
    }

    /** The function, as a database registers it. */
    public JavaFunction function() {
        return new JavaFunction(
                StatementFunction.CACHE_REPLAY.written(),
                List.of(
                        DuckDBColumnType.VARCHAR,
                        DuckDBColumnType.INTEGER,
                        DuckDBColumnType.INTEGER,
                        DuckDBColumnType.INTEGER,
                        DuckDBColumnType.INTEGER,
                        DuckDBColumnType.INTEGER,
                        DuckDBColumnType.VARCHAR,
                        DuckDBColumnType.VARCHAR,
                        DuckDBColumnType.INTEGER),
                DuckDBColumnType.VARCHAR,
                this::replayRows);
    }

    private void replayRows(DuckDBDataChunkReader rows, DuckDBWritableVector result) {
        calls.call(rows, result, (row, statement) -> {
            Cache cache = cache(rows, row);
            return cache.policy() == CachePolicy.BELADY
                    ? calls.alone(statement, () -> replay(cache, statement))
                    : replay(cache, statement);
        });
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
        requireRoom(cache.keys());
        return cache;
    }

    /** Checks that there are not too many experts for a replay. */
    static void requireRoom(int keys) {
        if (keys > MAX_KEYS) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "A cache is replayed for up to %,d experts; the model has room for %,d.".formatted(MAX_KEYS, keys));
        }
    }

    private Optional<String> replay(Cache cache, FunctionReads.OfStatement statement) {
        if (!DecisionReads.isScope(cache.scope())) {
            return Optional.empty();
        }
        CacheReplay replay = switch (cache.policy()) {
            case LRU -> new RecencyReplay(cache.keys());
            case LRU_SINGLE -> new SingleRequests(new RecencyReplay(cache.keys()));
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
        if (curve.uses() == 0) {
            return Optional.empty();
        }
        if (replay instanceof StaticReplay fixed && !fixed.isFitted()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Run %d, on which the static set is chosen, recorded no tokens of the scope '%s'."
                            .formatted(cache.fitted(), cache.scope()));
        }
        return Optional.of(text(curve, cache.slots()));
    }

    private static String text(HitCurve curve, int slots) {
        long[] hits = curve.hits(slots);
        return IntStream.rangeClosed(1, slots)
                .mapToObj(size -> "%s %s %s %s".formatted(size, curve.uses(), curve.coldMisses(), hits[size - 1]))
                .collect(Collectors.joining(";"));
    }

    private void read(Cache cache, int run, FunctionReads.OfStatement statement, DecisionListener listener) {
        String condition = cache.layer() < 0 ? "TRUE" : "layer = " + cache.layer();
        decisions.read(run, cache.scope(), condition, statement, (question, position, layer, experts, count) -> {
            int first = cache.layer() < 0 ? layer * cache.stride() : 0;
            for (int i = 0; i < count; i++) {
                experts[i] = key(cache.stride(), cache.keys(), first, experts[i]);
            }
            listener.decide(experts, count);
        });
    }

    /** The number of an expert of a layer whose first one has a number. */
    static int key(int stride, int keys, int first, int expert) {
        if (expert >= stride || first + expert >= keys) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "A run has expert %d in a layer of %d experts; a static cache can be chosen on a run of the same model only."
                            .formatted(expert, stride));
        }
        return first + expert;
    }
}
