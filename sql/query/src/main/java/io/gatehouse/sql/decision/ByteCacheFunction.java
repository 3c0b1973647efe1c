package io.gatehouse.sql.decision;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.cache.ByteCache;
import io.gatehouse.sql.driver.JavaFunction;
import io.gatehouse.sql.function.StatementFunction;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBWritableVector;

/**
 * The function behind {@code expert_cache_in_bytes}. Its result is a text, because DuckDB's driver takes no lists from
 * functions: {@code phase uses hits cold_misses bytes_read} for each phase, with a semicolon between; NULL if there are no
 * uses.
 */
public final class ByteCacheFunction {
    private final FunctionCalls calls;
    private final DecisionReads decisions;

    public ByteCacheFunction(FunctionCalls calls, DecisionReads decisions) {
        this.calls = requireNonNull(calls, "calls is null");
        this.decisions = requireNonNull(decisions, "decisions is null");
    }

    /** The function, as a database registers it. */
    public JavaFunction function() {
        return new JavaFunction(
                StatementFunction.BYTE_CACHE.written(),
                List.of(DuckDBColumnType.VARCHAR, DuckDBColumnType.INTEGER, DuckDBColumnType.DOUBLE),
                DuckDBColumnType.VARCHAR,
                this::replayRows);
    }

    private void replayRows(DuckDBDataChunkReader rows, DuckDBWritableVector result) {
        calls.call(
                rows,
                result,
                (row, statement) -> replay(
                        rows.vector(1).getInt(row), Math.round(rows.vector(2).getDouble(row)), statement));
    }

    private Optional<String> replay(int run, long capacity, FunctionReads.OfStatement statement) {
        Serving serving = new Serving(run, capacity, decisions.expertBytes(run, statement));
        decisions.readPhases(run, statement, serving);
        serving.endPrompt();
        String text = Stream.of(text("prompt", serving.prompts), text("generated", serving.generated))
                .flatMap(Optional::stream)
                .collect(Collectors.joining(";"));
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    private static Optional<String> text(String phase, ByteCache.Tally tally) {
        return tally.uses() == 0
                ? Optional.empty()
                : Optional.of("%s %s %s %s %s"
                        .formatted(phase, tally.uses(), tally.hits(), tally.coldMisses(), tally.bytesRead()));
    }

    /** A layer runs for all tokens of a prompt before the next one does, and after the prompt a token at a time. */
    private static final class Serving implements DecisionReads.PhaseListener {
        private final int run;
        private final Map<Integer, Long> expertBytes;
        private final ByteCache cache;
        private final ByteCache.Tally prompts = new ByteCache.Tally();
        private final ByteCache.Tally generated = new ByteCache.Tally();
        /** Experts of a prompt by layer, in the order of their first use. */
        private final Map<Integer, Set<Integer>> prompt = new TreeMap<>();

        private int question = -1;

        Serving(int run, long capacity, Map<Integer, Long> expertBytes) {
            this.run = run;
            this.expertBytes = expertBytes;
            this.cache = new ByteCache(capacity, Short.MAX_VALUE + 1);
        }

        @Override
        public void decide(int nextQuestion, int layer, boolean isGenerated, int[] experts, int count) {
            if (nextQuestion != question || isGenerated) {
                endPrompt();
            }
            question = nextQuestion;
            Set<Integer> needed = isGenerated
                    ? new LinkedHashSet<>()
                    : prompt.computeIfAbsent(layer, unseen -> new LinkedHashSet<>());
            for (int rank = 0; rank < count; rank++) {
                needed.add(experts[rank]);
            }
            if (isGenerated) {
                cache.use(layer, needed, size(layer), generated);
            }
        }

        void endPrompt() {
            prompt.forEach((layer, experts) -> cache.use(layer, experts, size(layer), prompts));
            prompt.clear();
        }

        private long size(int layer) {
            Long size = expertBytes.get(layer);
            if (size == null) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Run %d does not say how large an expert of layer %d is (layers.expert_bytes), which a cache in bytes needs."
                                .formatted(run, layer));
            }
            return size;
        }
    }
}
