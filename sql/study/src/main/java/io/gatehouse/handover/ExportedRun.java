package io.gatehouse.handover;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.QueryLimits;
import io.gatehouse.sql.QueryResult;
import java.time.Duration;
import java.util.List;

/**
 * The run that is exported.
 *
 * @param layers transformer layers of its model, those without experts included
 * @param scope the tokens that it recorded
 */
record ExportedRun(QueryEngine engine, int runId, String name, int layers, int experts, String scope) {
    /** Views over all tokens of a large run take their time. */
    private static final QueryLimits LIMITS = new QueryLimits(Duration.ofMinutes(30), 0);

    static ExportedRun of(QueryEngine engine, String name) {
        try (QueryResult run = engine.query(statement("run"), List.of(name), LIMITS)) {
            if (!run.next()) {
                throw new GatehouseException(ErrorCode.RUN_NOT_FOUND, "There is no run \"%s\"".formatted(name));
            }
            return new ExportedRun(engine, number(run, 0), name, number(run, 1), number(run, 2), text(run, 3));
        }
    }

    /** Runs a statement of this package; its first parameter is the run. */
    QueryResult ask(String statement, String... parameters) {
        Object[] all = new Object[parameters.length + 1];
        all[0] = runId;
        System.arraycopy(parameters, 0, all, 1, parameters.length);
        return engine.query(statement(statement), List.of(all), LIMITS);
    }

    /** Returns the error that the run lacks what a format needs. */
    GatehouseException lacks(HandoverFormat format, String what) {
        return new GatehouseException(
                ErrorCode.INVALID_ARGUMENT, "Run \"%s\" %s, which %s needs".formatted(name, what, format.id()));
    }

    static int number(QueryResult row, int column) {
        return ((Number) requireNonNull(row.value(column))).intValue();
    }

    static String text(QueryResult row, int column) {
        return String.valueOf(row.value(column));
    }

    private static String statement(String name) {
        return Resources.text(ExportedRun.class, name + ".sql");
    }
}
