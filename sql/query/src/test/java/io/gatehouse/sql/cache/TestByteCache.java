package io.gatehouse.sql.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.memory.FileMemory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TestByteCache {
    private static final long SEED = 20_261_203;
    private static final int KEYS = 40;

    /** What is needed together is kept until the next use, even if it is larger than the cache. */
    @Test
    void holdsWhatIsNeededTogether() {
        ByteCache cache = ByteCache.recency(5, 8);
        ByteCache.Tally tally = new ByteCache.Tally();
        cache.use(new int[] {0, 1, 2}, 3, 4, tally);
        assertThat(cache.bytes()).isEqualTo(12);
        cache.use(new int[] {2}, 1, 4, tally);
        assertThat(cache.bytes()).isEqualTo(4);
        cache.use(new int[] {2, 0}, 2, 4, tally);
        assertThat(cache.bytes()).isEqualTo(8);
        assertThat(tally.uses()).isEqualTo(6);
        assertThat(tally.hits()).isEqualTo(2);
        assertThat(tally.coldMisses()).isEqualTo(3);
        assertThat(tally.bytesRead()).isEqualTo(16);
    }

    /** With experts of one size, one at a time, it has the hits of a cache of as many slots. */
    @Test
    void isACacheOfSlotsWhereAllSizesAreTheSame() {
        Random random = new Random(SEED);
        List<Integer> requests = new ArrayList<>();
        RecencyReplay replay = new RecencyReplay(16);
        for (int i = 0; i < 5_000; i++) {
            int expert = (int) (16 * random.nextDouble() * random.nextDouble());
            requests.add(expert);
            replay.decide(new int[] {expert}, 1);
        }
        long[] hits = replay.end().hits(16);
        for (int slots = 1; slots <= 16; slots++) {
            ByteCache cache = ByteCache.recency(slots * 7L + 3, 16);
            ByteCache.Tally tally = new ByteCache.Tally();
            for (int expert : requests) {
                cache.use(new int[] {expert}, 1, 7, tally);
            }
            assertThat(tally.hits()).as("%d slots, seed %d", slots, SEED).isEqualTo(hits[slots - 1]);
        }
    }

    /** The three policies by their definitions, with sizes of many kinds and experts that are needed together. */
    @Test
    void keepsWhatItsPolicySays() {
        Random random = new Random(SEED);
        List<int[]> uses = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            int layer = random.nextInt(4);
            uses.add(IntStream.generate(() -> 10 * layer + (int) (10 * random.nextDouble() * random.nextDouble()))
                    .distinct()
                    .limit(1 + random.nextInt(5))
                    .toArray());
        }
        for (long capacity : List.of(0L, 3L, 17L, 40L, 90L, 1_000L)) {
            assertThat(replay(ByteCache.recency(capacity, KEYS), uses))
                    .as("lru of %d, seed %d", capacity, SEED)
                    .isEqualTo(reference(capacity, uses, Policy.LRU));
            assertThat(replay(ByteCache.frequency(capacity, KEYS), uses))
                    .as("lfu of %d, seed %d", capacity, SEED)
                    .isEqualTo(reference(capacity, uses, Policy.LFU));
            assertThat(belady(capacity, uses))
                    .as("belady of %d, seed %d", capacity, SEED)
                    .isEqualTo(reference(capacity, uses, Policy.BELADY));
        }
    }

    private enum Policy {
        LRU,
        LFU,
        BELADY
    }

    /** Experts of a layer have one size. */
    private static long size(int expert) {
        return 1 + 3L * (expert / 10);
    }

    private static long replay(ByteCache cache, List<int[]> uses) {
        ByteCache.Tally tally = new ByteCache.Tally();
        for (int[] experts : uses) {
            cache.use(experts, experts.length, size(experts[0]), tally);
        }
        return tally.hits();
    }

    private static long belady(long capacity, List<int[]> uses) {
        FutureUses future = new FutureUses(KEYS, FileMemory.of("a trace"), () -> {});
        uses.forEach(experts -> future.hold(experts[0] / 10, experts, experts.length));
        ByteCache cache = ByteCache.belady(capacity, KEYS, future);
        ByteCache.Tally tally = new ByteCache.Tally();
        future.visit((layer, experts, count) -> {
            assertThat(experts[0] / 10).isEqualTo(layer);
            cache.use(experts, count, size(experts[0]), tally);
        });
        return tally.hits();
    }

    /** Looks at all experts for the one that goes, and for belady at all uses to come. */
    private static long reference(long capacity, List<int[]> uses, Policy policy) {
        Set<Integer> kept = new HashSet<>();
        long[] last = new long[KEYS];
        long[] count = new long[KEYS];
        long hits = 0;
        long time = 0;
        for (int use = 0; use < uses.size(); use++) {
            Set<Integer> needed = new HashSet<>();
            for (int expert : uses.get(use)) {
                needed.add(expert);
                hits += kept.add(expert) ? 0 : 1;
                last[expert] = time++;
                count[expert]++;
            }
            int now = use;
            ToLongFunction<Integer> worth = switch (policy) {
                case LRU -> expert -> last[expert];
                case LFU -> expert -> count[expert] * 1_000_000 + last[expert];
                case BELADY -> expert -> -next(uses, now, expert) * 1_000L - expert;
            };
            while (kept.stream().mapToLong(TestByteCache::size).sum() > capacity && !needed.containsAll(kept)) {
                kept.remove(kept.stream()
                        .filter(expert -> !needed.contains(expert))
                        .min(Comparator.comparingLong(worth))
                        .orElseThrow());
            }
        }
        return hits;
    }

    private static long next(List<int[]> uses, int now, int expert) {
        return IntStream.range(now + 1, uses.size())
                .filter(use -> IntStream.of(uses.get(use)).anyMatch(other -> other == expert))
                .findFirst()
                .orElse(1_000_000);
    }
}
