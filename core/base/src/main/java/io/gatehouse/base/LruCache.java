package io.gatehouse.base;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Keeps the entries that were used last, up to a number of them. Safe for use by many threads. */
public final class LruCache<K, V> {
    private final Map<K, V> entries;

    public LruCache(int maxEntries) {
        this.entries = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > maxEntries;
            }
        };
    }

    /** Returns the value of a key, which thereby counts as used. */
    public synchronized Optional<V> find(K key) {
        return Optional.ofNullable(entries.get(key));
    }

    /** Keeps a value, in place of the one that the key had. */
    public synchronized void put(K key, V value) {
        entries.put(requireNonNull(key, "key is null"), requireNonNull(value, "value is null"));
    }

    public synchronized void remove(K key) {
        entries.remove(key);
    }
}
