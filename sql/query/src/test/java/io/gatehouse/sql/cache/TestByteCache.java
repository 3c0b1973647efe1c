package io.gatehouse.sql.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TestByteCache {
    private static final long SEED = 20_261_203;

    /** An expert that is larger than the cache is read each time, and the two small ones stay. */
    @Test
    void whatDoesNotFitDisplacesNothing() {
        ByteCache cache = new ByteCache(5, 8);
        ByteCache.Tally tally = new ByteCache.Tally();
        for (int token = 0; token < 3; token++) {
            cache.use(0, Set.of(0, 1), 1, tally);
            cache.use(1, Set.of(0), 10, tally);
        }
        assertThat(tally.uses()).isEqualTo(9);
        assertThat(tally.hits()).isEqualTo(4);
        assertThat(tally.coldMisses()).isEqualTo(3);
        assertThat(tally.bytesRead()).isEqualTo(32);
    }

    /** Sums of sizes beyond a long do not wrap around. */
    @Test
    void readsAreSummedAsNumbersOfAnySize() {
        long half = Long.MAX_VALUE / 2;
        ByteCache cache = new ByteCache(0, 8);
        ByteCache.Tally tally = new ByteCache.Tally();
        for (int token = 0; token < 4; token++) {
            cache.use(0, Set.of(0), half, tally);
        }
        assertThat(tally.bytesRead()).isEqualTo(4.0 * half);
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
            ByteCache cache = new ByteCache(slots * 7L + 3, 16);
            ByteCache.Tally tally = new ByteCache.Tally();
            for (int expert : requests) {
                cache.use(0, new LinkedHashSet<>(Set.of(expert)), 7, tally);
            }
            assertThat(tally.hits()).as("%d slots, seed %d", slots, SEED).isEqualTo(hits[slots - 1]);
        }
    }
}
