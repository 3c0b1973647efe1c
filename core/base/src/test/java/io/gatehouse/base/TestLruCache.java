package io.gatehouse.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TestLruCache {
    @Test
    void dropsTheEntryThatWasNotUsedForTheLongestTime() {
        LruCache<String, Integer> cache = new LruCache<>(2);
        cache.put("a", 1);
        cache.put("b", 2);
        assertThat(cache.find("a")).contains(1);
        cache.put("c", 3);
        assertThat(cache.find("b")).isEmpty();
        assertThat(cache.find("a")).contains(1);
        assertThat(cache.find("c")).contains(3);
    }
}
