package io.gatehouse.sql.cache;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a cache keeps. */
public enum CachePolicy {
    LRU,
    LRU_SINGLE,
    LFU,
    BELADY,
    RANDOM,
    STATIC;

    /**
     * The policy of a name in SQL.
     *
     * @throws GatehouseException INVALID_ARGUMENT if there is none
     */
    public static CachePolicy of(String name) {
        return Stream.of(values())
                .filter(policy -> policy.text().equals(name))
                .findFirst()
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "There is no cache policy '%s'; there are %s."
                                .formatted(
                                        name,
                                        Stream.of(values())
                                                .map(CachePolicy::text)
                                                .collect(Collectors.joining(", ")))));
    }

    /** Its name in SQL. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
