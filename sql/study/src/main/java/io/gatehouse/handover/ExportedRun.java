package io.gatehouse.handover;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import io.gatehouse.client.Query;
import io.gatehouse.client.Rows;
import io.gatehouse.client.Session;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The run that is exported.
 *
 * @param layers transformer layers of its model, those without experts included
 * @param scope the tokens of prompts that it recorded
 * @param checkpoint digest of the checkpoint; empty if unknown, as are the architecture and the storage of its weights
 */
record ExportedRun(
        Session session,
        int runId,
        String name,
        int layers,
        int experts,
        String scope,
        int topK,
        String model,
        String checkpoint,
        String architecture,
        String storage) {
    /** Views over all tokens of a large run take their time. */
    static final Duration TIMEOUT = Duration.ofMinutes(30);

    static ExportedRun of(Session session, String name) {
        try (Rows run = query(session, "run", List.of(name))) {
            if (!run.next()) {
                throw new GatehouseException(ErrorCode.RUN_NOT_FOUND, "There is no run named \"%s\".".formatted(name));
            }
            return new ExportedRun(
                    session,
                    number(run, 0),
                    name,
                    number(run, 1),
                    number(run, 2),
                    text(run, 3),
                    number(run, 4),
                    text(run, 5),
                    text(run, 6),
                    text(run, 7),
                    text(run, 8));
        }
    }

    /** How many tokens it has routing of at a scope, in the layer with the most. */
    long tokens(String scope) {
        try (Rows rows = ask("tokens", scope)) {
            return rows.next() && rows.value(0) instanceof Number count ? count.longValue() : 0;
        }
    }

    /** The layers with experts. */
    List<Integer> moeLayers() {
        List<Integer> layers = new ArrayList<>();
        try (Rows rows = ask("moe_layers")) {
            while (rows.next()) {
                layers.add(number(rows, 0));
            }
        }
        return layers;
    }

    /** Runs a statement of this package; its first parameter is the run. */
    Rows ask(String statement, Object... parameters) {
        Object[] all = new Object[parameters.length + 1];
        all[0] = runId;
        System.arraycopy(parameters, 0, all, 1, parameters.length);
        return query(session, statement, List.of(all));
    }

    /** Writes the rows of a statement of this package as a Parquet file. */
    void writeParquet(String statement, Path file) {
        try (Rows rows = session.query(query(statement, List.of(runId)))) {
            rows.writeParquet(file);
        }
    }

    private static Query query(String statement, List<Object> parameters) {
        return new Query(statement(statement), List.copyOf(parameters), Optional.of(TIMEOUT), 0);
    }

    private static Rows query(Session session, String statement, List<Object> parameters) {
        Rows rows = session.query(query(statement, parameters));
        try {
            rows.start();
            return rows;
        } catch (RuntimeException e) {
            rows.close();
            throw e;
        }
    }

    /** Returns the error that the run lacks what a format needs. */
    GatehouseException lacks(HandoverFormat format, String what) {
        return new GatehouseException(
                ErrorCode.INVALID_ARGUMENT, "Run \"%s\" %s, which %s needs.".formatted(name, what, format.id()));
    }

    /** An id or a size, which always fits. */
    static int number(Rows row, int column) {
        return Math.toIntExact(count(row, column));
    }

    static long count(Rows row, int column) {
        return ((Number) requireNonNull(row.value(column))).longValue();
    }

    static String text(Rows row, int column) {
        return String.valueOf(row.value(column));
    }

    private static String statement(String name) {
        return Resources.text(ExportedRun.class, name + ".sql");
    }
}
