package io.gatehouse.handover;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.QueryLimits;
import io.gatehouse.sql.QueryResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * The run that is handed over.
 *
 * @param layers transformer layers of its model, those without experts included
 * @param scope the tokens that it recorded
 */
record HandedRun(QueryEngine engine, int runId, String name, int layers, int experts, String scope) {
    /** Views over all tokens of a large run take their time. */
    private static final QueryLimits LIMITS = new QueryLimits(Duration.ofMinutes(30), 0);

    static HandedRun of(QueryEngine engine, String name) {
        try (QueryResult run = engine.query(statement("run"), List.of(name), LIMITS)) {
            if (!run.next()) {
                throw new GatehouseException(ErrorCode.RUN_NOT_FOUND, "There is no run \"%s\"".formatted(name));
            }
            return new HandedRun(engine, number(run, 0), name, number(run, 1), number(run, 2), text(run, 3));
        }
    }

    /** Asks a statement of this package about the run; its first parameter is the run, the others are given. */
    QueryResult ask(String statement, String... parameters) {
        Object[] all = new Object[parameters.length + 1];
        all[0] = runId;
        System.arraycopy(parameters, 0, all, 1, parameters.length);
        return engine.query(statement(statement), List.of(all), LIMITS);
    }

    /** Says that the run cannot be handed over as the format needs it. */
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
        try (InputStream in = HandedRun.class.getResourceAsStream(name + ".sql")) {
            return new String(requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
