package io.gatehouse.sql.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Replays of all sizes in one pass, against caches of one size each that are written as they are defined. */
final class TestCacheReplays {
    private static final long SEED = 20_261_128;

    /** How often a cache of some slots has what it needs. */
    private static long hits(List<int[]> decisions, int slots, Keep keep) {
        long hits = 0;
        Set<Integer> cache = Set.of();
        for (int t = 0; t < decisions.size(); t++) {
            Set<Integer> needed = Arrays.stream(decisions.get(t)).boxed().collect(Collectors.toSet());
            hits += needed.stream().filter(cache::contains).count();
            ToLongFunction<Integer> priority = keep.after(decisions, t);
            Set<Integer> others = new HashSet<>(cache);
            others.removeAll(needed);
            cache = best(needed, slots, priority);
            cache.addAll(best(others, slots - cache.size(), priority));
        }
        return hits;
    }

    private static Set<Integer> best(Set<Integer> of, int number, ToLongFunction<Integer> priority) {
        return of.stream()
                .sorted(Comparator.comparingLong(priority).reversed())
                .limit(number)
                .collect(Collectors.toCollection(HashSet::new));
    }

    /** What a policy rather keeps after the decision t. */
    private interface Keep {
        ToLongFunction<Integer> after(List<int[]> decisions, int t);

        static long lastUse(List<int[]> decisions, int t, int expert) {
            for (int before = t; before >= 0; before--) {
                for (int rank = decisions.get(before).length - 1; rank >= 0; rank--) {
                    if (decisions.get(before)[rank] == expert) {
                        return before * 100L + rank;
                    }
                }
            }
            return -1;
        }

        static long number(List<int[]> decisions, int expert) {
            return decisions.stream()
                    .flatMapToInt(Arrays::stream)
                    .filter(used -> used == expert)
                    .count();
        }

        static long nextUse(List<int[]> decisions, int t, int expert) {
            return IntStream.range(t + 1, decisions.size())
                    .filter(later -> Arrays.stream(decisions.get(later)).anyMatch(used -> used == expert))
                    .findFirst()
                    .orElse(decisions.size());
        }
    }

    private static CacheReplay replay(CachePolicy policy, int experts) {
        return switch (policy) {
            case LRU -> new RecencyReplay(experts);
            case LRU_SINGLE -> new SingleRequests(new RecencyReplay(experts));
            case LFU -> PriorityReplay.frequency(experts);
            case BELADY -> new BeladyReplay(experts, FileMemory.of("a trace"), () -> {});
            case RANDOM -> PriorityReplay.chance(experts);
            case STATIC -> new StaticReplay(experts);
        };
    }

    private static Keep keep(CachePolicy policy) {
        return switch (policy) {
            case LRU -> (decisions, t) -> expert -> Keep.lastUse(decisions, t, expert);
            case LFU ->
                (decisions, t) -> expert -> Keep.number(decisions.subList(0, t + 1), expert) * 1_000_000
                        + Keep.lastUse(decisions, t, expert);
            case BELADY -> (decisions, t) -> expert -> -Keep.nextUse(decisions, t, expert) * 100L - expert;
            case LRU_SINGLE, RANDOM, STATIC -> throw new IllegalArgumentException(policy.text());
        };
    }

    private static HitCurve curve(CacheReplay replay, List<int[]> decisions) {
        decisions.forEach(decision -> replay.decide(decision, decision.length));
        return replay.end();
    }

    /** Decisions of some experts, of which low numbers are more frequent. */
    private static List<int[]> decisions(Random random, int number, int experts, int most) {
        List<int[]> decisions = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            int count = most == 1 ? 1 : 1 + random.nextInt(most);
            decisions.add(Stream.generate(() -> (int) (experts * random.nextDouble() * random.nextDouble()))
                    .distinct()
                    .limit(count)
                    .mapToInt(Integer::intValue)
                    .toArray());
        }
        return decisions;
    }

    @ParameterizedTest
    @CsvSource({"LRU", "LFU", "BELADY"})
    void eachSizeIsThatOfItsCache(CachePolicy policy) {
        Random random = new Random(SEED);
        for (int trace = 0; trace < 40; trace++) {
            int experts = 4 + random.nextInt(12);
            List<int[]> decisions = decisions(random, 120, experts, 1 + trace % 4);
            HitCurve curve = curve(replay(policy, experts), decisions);
            long[] hits = curve.hits(experts);
            for (int slots = 1; slots <= experts; slots++) {
                assertThat(hits[slots - 1])
                        .as("trace %d of seed %d, %d slots", trace, SEED, slots)
                        .isEqualTo(hits(decisions, slots, keep(policy)));
            }
            assertThat(curve.uses())
                    .isEqualTo(decisions.stream()
                            .mapToInt(decision -> decision.length)
                            .sum());
            assertThat(curve.coldMisses())
                    .isEqualTo(curve.uses() - hits[experts - 1])
                    .isEqualTo(decisions.stream()
                            .flatMapToInt(Arrays::stream)
                            .distinct()
                            .count());
        }
    }

    /** No choice of what goes has more hits than Belady's. */
    @Test
    void noCacheIsBetterThanBeladys() {
        Random random = new Random(SEED);
        for (int trace = 0; trace < 60; trace++) {
            int experts = 6;
            int most = 1 + trace % 2;
            List<int[]> decisions = decisions(random, 10, experts, most);
            long[] hits = curve(replay(CachePolicy.BELADY, experts), decisions).hits(experts);
            for (int slots = most; slots <= experts; slots++) {
                assertThat(hits[slots - 1])
                        .as("trace %d of seed %d, %d slots", trace, SEED, slots)
                        .isEqualTo(mostHits(decisions, 0, 0, slots, new HashMap<>()));
            }
        }
    }

    /** @param kept the cache, a bit for each expert */
    private static long mostHits(List<int[]> decisions, int t, int kept, int slots, Map<Long, Long> known) {
        if (t == decisions.size()) {
            return 0;
        }
        long key = (long) t << 32 | kept;
        Long before = known.get(key);
        if (before != null) {
            return before;
        }
        int needed = Arrays.stream(decisions.get(t)).map(expert -> 1 << expert).sum();
        int others = kept & ~needed;
        long most = 0;
        for (int some = others; ; some = some - 1 & others) {
            if (Integer.bitCount(some | needed) <= slots) {
                most = Math.max(most, mostHits(decisions, t + 1, some | needed, slots, known));
            }
            if (some == 0) {
                break;
            }
        }
        long hits = Integer.bitCount(kept & needed) + most;
        known.put(key, hits);
        return hits;
    }

    /** So many decisions that the times of last uses are numbered anew. */
    @Test
    void policiesAreOrdered() {
        Random random = new Random(SEED);
        List<int[]> decisions = decisions(random, 20_000, 64, 8);
        long[] lru = curve(replay(CachePolicy.LRU, 64), decisions).hits(64);
        long[] best = curve(replay(CachePolicy.BELADY, 64), decisions).hits(64);
        long[] lfu = curve(replay(CachePolicy.LFU, 64), decisions).hits(64);
        long[] chance = curve(replay(CachePolicy.RANDOM, 64), decisions).hits(64);
        StaticReplay own = new StaticReplay(64);
        decisions.forEach(decision -> own.fitted().decide(decision, decision.length));
        long[] fixed = curve(own, decisions).hits(64);
        for (int i = 0; i < 64; i++) {
            assertThat(best[i]).isGreaterThanOrEqualTo(Math.max(lru[i], Math.max(lfu[i], chance[i])));
            if (i > 0) {
                assertThat(lru[i]).isGreaterThanOrEqualTo(lru[i - 1]);
                assertThat(fixed[i]).isGreaterThanOrEqualTo(fixed[i - 1]);
            }
        }
        assertThat(List.of(lru[63], lfu[63], chance[63])).containsOnly(best[63]);
        assertThat(chance[20]).isLessThan(lru[20]);
    }

    /** Uses that are even and independent hit a cache of s of 16 experts with s/16, whatever the policy. */
    @Test
    void evenUsesHitInProportion() {
        Random random = new Random(SEED);
        List<int[]> decisions = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            decisions.add(new int[] {random.nextInt(16)});
        }
        for (CachePolicy policy : List.of(CachePolicy.LRU, CachePolicy.LFU, CachePolicy.RANDOM)) {
            long[] hits = curve(replay(policy, 16), decisions).hits(16);
            for (int slots = 1; slots < 16; slots++) {
                double p = slots / 16.0;
                assertThat(Math.abs(hits[slots - 1] - p * 200_000))
                        .as("%s, %d slots, seed %d", policy, slots, SEED)
                        .isLessThan(5 * Math.sqrt(200_000 * p * (1 - p)));
            }
        }
    }

    @Test
    void holdsNoMoreThanItMay() {
        BeladyReplay replay = new BeladyReplay(4, FileMemory.of("The trace", 1_000), () -> {});
        assertThatThrownBy(() -> replay.decide(new int[] {1, 2}, 2))
                .isInstanceOf(GatehouseException.class)
                .hasMessageStartingWith("The trace takes more than");
    }

    /** Decisions of one expert are the requests of a cache simulator, of the Python that the build is given. */
    @ParameterizedTest
    @CsvSource({"libcachesim, 20000", "moe_policylang, 3000"})
    void equalsSimulators(String module, int requests, @TempDir Path folder) throws Exception {
        String python = System.getProperty("gatehouse.test.python", "python3");
        assumeTrue(
                run(python, folder, "import " + module, "").isPresent(),
                "%s has no %s; see -Dgatehouse.test.python".formatted(python, module));
        List<int[]> decisions = decisions(new Random(SEED), requests, 48, 1);
        String trace = decisions.stream()
                .map(decision -> Integer.toString(decision[0]))
                .collect(Collectors.joining(" "));
        List<String> printed = run(python, folder, script(module), trace).orElseThrow();
        int experts = decisions.stream().mapToInt(decision -> decision[0]).max().orElseThrow() + 1;
        assertThat(printed)
                .containsExactly(
                        text(curve(replay(CachePolicy.LRU, 48), decisions).hits(experts)),
                        text(curve(replay(CachePolicy.BELADY, 48), decisions).hits(experts)));
        List<int[]> tokens = decisions(new Random(SEED), requests / 4, 48, 6);
        String requested = tokens.stream()
                .flatMapToInt(Arrays::stream)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(" "));
        int seen = tokens.stream().flatMapToInt(Arrays::stream).max().orElseThrow() + 1;
        assertThat(run(python, folder, script(module), requested).orElseThrow())
                .first()
                .isEqualTo(
                        text(curve(replay(CachePolicy.LRU_SINGLE, 48), tokens).hits(seen)));
    }

    private static String text(long[] hits) {
        return Arrays.stream(hits).mapToObj(Long::toString).collect(Collectors.joining(" "));
    }

    private static String script(String module) throws IOException {
        try (InputStream in = TestCacheReplays.class.getResourceAsStream("/cache/%s.py".formatted(module))) {
            return new String(Objects.requireNonNull(in, "script").readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** What a script prints; empty if it fails or there is no such Python. */
    private static Optional<List<String>> run(String python, Path folder, String script, String input)
            throws Exception {
        Path in = Files.writeString(folder.resolve("in"), input);
        Path out = folder.resolve("out");
        try {
            Process process = new ProcessBuilder(python, "-c", script)
                    .redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            boolean ended = process.waitFor(2, TimeUnit.MINUTES);
            process.destroyForcibly();
            return ended && process.exitValue() == 0 ? Optional.of(Files.readAllLines(out)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
