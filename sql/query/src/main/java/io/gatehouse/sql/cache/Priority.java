package io.gatehouse.sql.cache;

import java.util.function.IntSupplier;

/** What a policy rather keeps. It must not depend on the size of the cache, or one pass would not do for all sizes. */
interface Priority {
    /** An expert is used; of experts of one decision in the order of ranks, before any is compared. */
    void used(int expert);

    /** The larger, the rather it is kept. No two experts have the same. */
    long of(int expert);

    /** Least recently used. */
    final class Recency implements Priority {
        private final long[] last;
        private long time;

        Recency(int keys) {
            last = new long[keys];
        }

        @Override
        public void used(int expert) {
            last[expert] = ++time;
        }

        @Override
        public long of(int expert) {
            return last[expert];
        }
    }

    /** Least frequently used: the number of uses so far, while in the cache or not; then the later use. */
    final class Frequency implements Priority {
        private final int[] uses;
        private final int[] last;
        private int time;

        Frequency(int keys) {
            uses = new int[keys];
            last = new int[keys];
        }

        @Override
        public void used(int expert) {
            uses[expert]++;
            last[expert] = ++time;
        }

        @Override
        public long of(int expert) {
            return (long) uses[expert] << 32 | Integer.toUnsignedLong(last[expert]);
        }
    }

    /** A number at random for each expert and use, always the same ones. */
    final class Chance implements Priority {
        private long time;

        @Override
        public void used(int expert) {
            time++;
        }

        /** The finalizer of SplitMix64 (Steele, Lea and Flood 2014), which is one to one. */
        @Override
        public long of(int expert) {
            long mixed = (time << 16 | expert) * 0x9E3779B97F4A7C15L;
            mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
            mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
            return mixed ^ mixed >>> 31;
        }
    }

    /** Belady's: the sooner it is used next, the higher; then the lower number. */
    final class NextUse implements Priority {
        private final IntSupplier nextOfUse;
        private final long[] priorities;

        /** @param nextOfUse gives, use after use, the number of the decision that uses the expert next */
        NextUse(int keys, IntSupplier nextOfUse) {
            this.nextOfUse = nextOfUse;
            this.priorities = new long[keys];
        }

        @Override
        public void used(int expert) {
            priorities[expert] = (long) (Integer.MAX_VALUE - nextOfUse.getAsInt()) << 16 | Character.MAX_VALUE - expert;
        }

        @Override
        public long of(int expert) {
            return priorities[expert];
        }
    }
}
