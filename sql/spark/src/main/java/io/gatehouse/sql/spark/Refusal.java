package io.gatehouse.sql.spark;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;

/** What cannot be said on Spark with DuckDB's meaning. */
final class Refusal {
    private Refusal() {}

    /** @param what in words that begin a sentence */
    static GatehouseException of(String what) {
        return new GatehouseException(ErrorCode.SQL_NOT_SUPPORTED, "%s is not available on Spark".formatted(what));
    }
}
