package io.gatehouse.sql.cache;

import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A cache of a number of bytes, for the experts of all layers: what was used least recently goes until there is room.
 * Experts that are needed together do not displace each other; one for which there can be no room then is read and not
 * kept, and displaces nothing.
 */
public final class ByteCache {
    private final long capacity;
    private final int stride;
    /** Bytes of each expert, the one that was used least recently first. */
    private final Map<Integer, Long> kept = new LinkedHashMap<>(16, 0.75f, true);

    private final Set<Integer> used = new HashSet<>();
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

    /**
     * @param capacity bytes
     * @param stride more than the largest number of an expert
     */
    public ByteCache(long capacity, int stride) {
        this.capacity = capacity;
        this.stride = stride;
    }

    /**
     * Uses experts of a layer that are needed together.
     *
     * @param experts each once, in the order of their use
     * @param size bytes of each, the same one for each use of the layer
     * @param tally what is added to
     */
    public void use(int layer, Set<Integer> experts, long size, Tally tally) {
        for (int expert : experts) {
            int key = layer * stride + expert;
            tally.uses++;
            if (kept.get(key) != null) {
                tally.hits++;
                continue;
            }
            tally.coldMisses += used.add(key) ? 1 : 0;
            tally.bytesRead += size;
            if (size <= capacity - size * kept(layer, experts)) {
                makeRoom(size, layer, experts);
                kept.put(key, size);
                bytes += size;
            }
        }
    }

    /** How many of these experts of a layer are kept. */
    private long kept(int layer, Set<Integer> experts) {
        return experts.stream()
                .filter(expert -> kept.containsKey(layer * stride + expert))
                .count();
    }

    private void makeRoom(long size, int layer, Set<Integer> needed) {
        Iterator<Map.Entry<Integer, Long>> oldest = kept.entrySet().iterator();
        while (size > capacity - bytes && oldest.hasNext()) {
            Map.Entry<Integer, Long> entry = oldest.next();
            boolean isNeeded = entry.getKey() / stride == layer && needed.contains(entry.getKey() % stride);
            if (!isNeeded) {
                bytes -= entry.getValue();
                oldest.remove();
            }
        }
    }
}
