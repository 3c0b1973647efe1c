package io.gatehouse.sql.decision;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.sql.cache.ByteCache;
import io.gatehouse.sql.cache.CachePolicy;
import io.gatehouse.sql.cache.FutureUses;
import io.gatehouse.sql.driver.JavaFunction;
import io.gatehouse.sql.function.StatementFunction;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBWritableVector;

/**
 * The function behind {@code expert_cache_in_bytes} and {@code dropped_misses}. Its result is a text, because DuckDB's
 * driver takes no lists from functions: {@code phase uses hits cold_misses bytes_read largest_bytes left_out
 * left_out_bytes left_out_weight weight} for each phase, with a semicolon between; NULL if there are no uses.
 */
public final class ByteCacheFunction {
    /**
     * What is replayed.
     *
     * @param bytes of all caches together
     * @param isOfLayers whether each layer has a cache of its own
     * @param stride by how much the numbers of an expert differ from layer to layer
     * @param keys how many numbers there are
     * @param part generated tokens would leave out experts that they miss whose weight is below this part of the mean of
     *     their weights; 0 if they leave out none, and weights are not read
     */
    private record Setting(
            int run, long bytes, boolean isOfLayers, CachePolicy policy, int stride, int keys, double part) {
        Setting {
            if (policy == CachePolicy.BELADY && part > 0) {
                throw new IllegalArgumentException("Belady's replay holds no weights");
            }
        }

        boolean leavesOut() {
            return part > 0;
        }
    }

    private static final float[] NO_WEIGHTS = {};

    /** The largest expert, in bytes: sums of the experts of a model are then below 2^63. */
    private static final long MAX_EXPERT_BYTES = 1L << 45;

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
                List.of(
                        DuckDBColumnType.VARCHAR,
                        DuckDBColumnType.INTEGER,
                        DuckDBColumnType.DOUBLE,
                        DuckDBColumnType.VARCHAR,
                        DuckDBColumnType.VARCHAR,
                        DuckDBColumnType.INTEGER,
                        DuckDBColumnType.INTEGER,
                        DuckDBColumnType.DOUBLE),
                DuckDBColumnType.VARCHAR,
                this::replayRows);
    }

    private void replayRows(DuckDBDataChunkReader rows, DuckDBWritableVector result) {
        calls.call(rows, result, (row, statement) -> {
            Setting setting = new Setting(
                    rows.vector(1).getInt(row),
                    Math.round(rows.vector(2).getDouble(row)),
                    rows.vector(3).getString(row).equals("layer"),
                    CachePolicy.of(rows.vector(4).getString(row)),
                    rows.vector(5).getInt(row),
                    rows.vector(6).getInt(row),
                    rows.vector(7).getDouble(row));
            CacheFunction.requireRoom(setting.keys());
            return setting.policy() == CachePolicy.BELADY
                    ? calls.alone(statement, () -> replayBelady(setting, statement))
                    : replay(setting, statement);
        });
    }

    private Optional<String> replay(Setting setting, FunctionReads.OfStatement statement) {
        Caches caches = new Caches(
                setting, decisions.expertBytes(setting.run(), statement), (bytes, keys) -> switch (setting.policy()) {
                    case LRU -> ByteCache.recency(bytes, keys);
                    case LFU -> ByteCache.frequency(bytes, keys);
                    case BELADY, LRU_SINGLE, RANDOM, STATIC ->
                        throw new GatehouseException(
                                ErrorCode.INVALID_ARGUMENT,
                                "A cache in bytes is replayed by lru, lfu or belady, not by %s."
                                        .formatted(setting.policy().text()));
                });
        read(setting, statement, caches);
        return caches.text();
    }

    private Optional<String> replayBelady(Setting setting, FunctionReads.OfStatement statement) {
        FutureUses uses = new FutureUses(
                setting.keys(),
                FileMemory.of("The replay of policy belady, which holds all decisions,"),
                statement::checkStopped);
        read(
                setting,
                statement,
                (layer, isGenerated, experts, weights, count) ->
                        uses.hold(2 * layer + (isGenerated ? 1 : 0), experts, count));
        Caches caches = new Caches(
                setting,
                decisions.expertBytes(setting.run(), statement),
                (bytes, keys) -> ByteCache.belady(bytes, keys, uses));
        uses.visit((tag, experts, count) -> caches.use(tag / 2, tag % 2 == 1, experts, NO_WEIGHTS, count));
        return caches.text();
    }

    private void read(Setting setting, FunctionReads.OfStatement statement, Uses uses) {
        Serving serving = new Serving(setting, uses);
        decisions.readPhases(setting.run(), setting.leavesOut(), statement, serving);
        serving.endPrompt();
    }

    /** Is told what is needed together, one after another. */
    private interface Uses {
        /**
         * Experts of a layer.
         *
         * @param experts the first {@code count} are the numbers of those, each once; may be changed
         * @param weights of generated tokens, if they are read
         */
        void use(int layer, boolean isGenerated, int[] experts, float[] weights, int count);
    }

    /** A layer runs for all tokens of a prompt before the next one does, and after the prompt a token at a time. */
    private static final class Serving implements DecisionReads.PhaseListener {
        private final Setting setting;
        private final Uses uses;
        private final Map<Integer, PromptUses> prompt = new TreeMap<>();
        private int question = -1;

        Serving(Setting setting, Uses uses) {
            this.setting = setting;
            this.uses = uses;
        }

        @Override
        public void decide(
                int nextQuestion, int layer, boolean isGenerated, int[] experts, float[] weights, int count) {
            if (nextQuestion != question || isGenerated) {
                endPrompt();
            }
            question = nextQuestion;
            for (int rank = 0; rank < count; rank++) {
                experts[rank] =
                        CacheFunction.key(setting.stride(), setting.keys(), layer * setting.stride(), experts[rank]);
            }
            if (isGenerated) {
                uses.use(layer, true, experts, weights, count);
            } else {
                prompt.computeIfAbsent(layer, unseen -> new PromptUses(layer * setting.stride(), setting.stride()))
                        .add(experts, count);
            }
        }

        void endPrompt() {
            prompt.forEach((layer, experts) -> experts.end(layer, uses));
        }
    }

    /** The experts that the tokens of a prompt use in a layer. */
    private static final class PromptUses {
        private final int first;
        /** When an expert was used last; 0 for one that was not. */
        private final int[] last;

        private final long[] used;
        private int number;
        private int time;

        PromptUses(int first, int stride) {
            this.first = first;
            this.last = new int[stride];
            this.used = new long[stride];
        }

        void add(int[] experts, int count) {
            for (int rank = 0; rank < count; rank++) {
                int expert = experts[rank] - first;
                if (last[expert] == 0) {
                    used[number++] = expert;
                }
                last[expert] = ++time;
            }
        }

        /** Uses them, the one that the prompt uses last at the end. */
        void end(int layer, Uses uses) {
            if (number == 0) {
                return;
            }
            for (int i = 0; i < number; i++) {
                used[i] |= (long) last[(int) used[i]] << Integer.SIZE;
            }
            Arrays.sort(used, 0, number);
            int[] experts = new int[number];
            for (int i = 0; i < number; i++) {
                experts[i] = first + (int) used[i];
                last[(int) used[i]] = 0;
            }
            uses.use(layer, false, experts, NO_WEIGHTS, number);
            number = 0;
            time = 0;
        }
    }

    /** One cache for all layers, or one for each, of the same size. */
    private static final class Caches implements Uses {
        private final Setting setting;
        private final Map<Integer, Long> expertBytes;
        private final Policy policy;
        private final Map<Integer, ByteCache> caches = new HashMap<>();
        private final ByteCache.Tally prompts = new ByteCache.Tally();
        private final ByteCache.Tally generated = new ByteCache.Tally();
        private long largestOfPrompts;
        private long largestOfGenerated;
        private long held;
        private long leftOut;
        private double leftOutBytes;
        private double leftOutWeight;
        private double weight;

        /** Makes caches. */
        private interface Policy {
            ByteCache cache(long bytes, int keys);
        }

        Caches(Setting setting, Map<Integer, Long> expertBytes, Policy policy) {
            this.setting = setting;
            this.expertBytes = expertBytes;
            this.policy = policy;
        }

        @Override
        public void use(int layer, boolean isGenerated, int[] experts, float[] weights, int count) {
            ByteCache cache = caches.computeIfAbsent(setting.isOfLayers() ? layer : 0, this::cache);
            if (setting.isOfLayers()) {
                for (int i = 0; i < count; i++) {
                    experts[i] -= layer * setting.stride();
                }
            }
            if (isGenerated && setting.leavesOut()) {
                leaveOut(cache, layer, experts, weights, count);
            }
            long before = cache.bytes();
            cache.use(experts, count, size(layer), isGenerated ? generated : prompts);
            held += cache.bytes() - before;
            if (isGenerated) {
                largestOfGenerated = Math.max(largestOfGenerated, held);
            } else {
                largestOfPrompts = Math.max(largestOfPrompts, held);
            }
        }

        /** Counts what would be left out. The cache goes on as if nothing was. */
        private void leaveOut(ByteCache cache, int layer, int[] experts, float[] weights, int count) {
            double sum = 0;
            for (int i = 0; i < count; i++) {
                sum += weights[i];
            }
            if (Double.isNaN(sum)) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Run %d has no weights of experts in layer %d, by which experts are left out."
                                .formatted(setting.run(), layer));
            }
            weight += sum;
            for (int i = 0; i < count; i++) {
                if (!cache.contains(experts[i]) && weights[i] < setting.part() * sum / count) {
                    leftOut++;
                    leftOutBytes += size(layer);
                    leftOutWeight += weights[i];
                }
            }
        }

        private ByteCache cache(int layer) {
            return setting.isOfLayers()
                    ? policy.cache(setting.bytes() / Math.max(1, expertBytes.size()), setting.stride())
                    : policy.cache(setting.bytes(), setting.keys());
        }

        private long size(int layer) {
            Long size = expertBytes.get(layer);
            if (size == null) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Run %d does not say how large an expert of layer %d is (layers.expert_bytes), which a cache in bytes needs."
                                .formatted(setting.run(), layer));
            }
            if (size > MAX_EXPERT_BYTES) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "An expert of layer %d of run %d has %,d bytes (layers.expert_bytes); a cache in bytes is replayed up to %,d."
                                .formatted(layer, setting.run(), size, MAX_EXPERT_BYTES));
            }
            return size;
        }

        Optional<String> text() {
            String text = Stream.of(
                            text("prompt", prompts, largestOfPrompts, "0 0 0 0"),
                            text(
                                    "generated",
                                    generated,
                                    largestOfGenerated,
                                    "%s %s %s %s".formatted(leftOut, leftOutBytes, leftOutWeight, weight)))
                    .flatMap(Optional::stream)
                    .collect(Collectors.joining(";"));
            return text.isEmpty() ? Optional.empty() : Optional.of(text);
        }

        private static Optional<String> text(String phase, ByteCache.Tally tally, long largest, String leftOut) {
            return tally.uses() == 0
                    ? Optional.empty()
                    : Optional.of("%s %s %s %s %s %s %s"
                            .formatted(
                                    phase,
                                    tally.uses(),
                                    tally.hits(),
                                    tally.coldMisses(),
                                    tally.bytesRead(),
                                    largest,
                                    leftOut));
        }
    }
}
