package io.gatehouse.checkpoint.config;

/** What the RMS norm of queries and keys runs over. */
public enum QkNorm {
    /** There is none. */
    NONE,
    /** The whole projection: heads × head size entries for queries, key-value heads × head size for keys. */
    PROJECTION,
    /** Each head separately. */
    HEAD
}
