package io.gatehouse.sql.cache;

import static java.util.Objects.requireNonNull;

/**
 * A cache of a number of bytes. What is needed together is loaded; then others go, the one of lowest priority first, until
 * the rest fits. What is needed together stays until the next use, even if it does not fit: it is in memory while it
 * computes.
 */
public final class ByteCache {
    private final long capacity;
    private final Priority priority;
    private final ExpertHeap kept;
    private final long[] sizes;
    private final boolean[] known;
    private long bytes;

    /** What a number of uses came to. */
    public static final class Tally {
        private long uses;
        private long hits;
        private long coldMisses;
        private double bytesRead;

        public long uses() {
            return uses;
        }

        public long hits() {
            return hits;
        }

        /** Misses of experts that were not used before. */
        public long coldMisses() {
            return coldMisses;
        }

        /** Bytes of the experts that were missed. */
        public double bytesRead() {
            return bytesRead;
        }
    }

    private ByteCache(long capacity, int keys, Priority priority) {
        this.capacity = capacity;
        this.priority = requireNonNull(priority, "priority is null");
        this.kept = new ExpertHeap(keys);
        this.sizes = new long[keys];
        this.known = new boolean[keys];
    }

    /**
     * Keeps what was used last.
     *
     * @param capacity bytes
     * @param keys how many experts there are, from 0
     */
    public static ByteCache recency(long capacity, int keys) {
        return new ByteCache(capacity, keys, new Priority.Recency(keys));
    }

    /** Keeps what was used most often so far. */
    public static ByteCache frequency(long capacity, int keys) {
        return new ByteCache(capacity, keys, new Priority.Frequency(keys));
    }

    /**
     * Keeps what is used again soonest.
     *
     * @param uses that are to be made of it
     */
    public static ByteCache belady(long capacity, int keys, FutureUses uses) {
        return new ByteCache(capacity, keys, new Priority.NextUse(keys, uses::next));
    }

    /**
     * Uses experts that are needed together.
     *
     * @param experts the first {@code count} are those, each once, the one that is used last at the end
     * @param size bytes of each
     * @param tally what is added to
     */
    public void use(int[] experts, int count, long size, Tally tally) {
        tally.uses += count;
        for (int i = 0; i < count; i++) {
            int expert = experts[i];
            priority.used(expert);
            if (kept.contains(expert)) {
                tally.hits++;
                kept.remove(expert);
                continue;
            }
            if (!known[expert]) {
                known[expert] = true;
                tally.coldMisses++;
            }
            tally.bytesRead += size;
            sizes[expert] = size;
            bytes += size;
        }
        while (bytes > capacity && !kept.isEmpty()) {
            bytes -= sizes[kept.removeLowest()];
        }
        for (int i = 0; i < count; i++) {
            kept.add(experts[i], priority.of(experts[i]));
        }
    }

    /** Whether an expert is in it. */
    public boolean contains(int expert) {
        return kept.contains(expert);
    }

    /** Bytes of the experts that it has. */
    public long bytes() {
        return bytes;
    }
}
