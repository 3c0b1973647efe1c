package io.gatehouse.checkpoint.config;

/** Which projections of the attention add a bias. */
public enum AttentionBias {
    NONE,
    /** Queries, keys and values, but not the output. */
    QUERY_KEY_VALUE,
    /** Queries, keys, values and the output. */
    ALL
}
