package io.gatehouse.sql.decision;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.driver.JavaFunction;
import io.gatehouse.sql.function.StatementFunction;
import io.gatehouse.sql.prediction.StaleGate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBWritableVector;

/**
 * The function behind {@code stale_gate}. Its result is a text, because DuckDB's driver takes no lists from functions:
 * {@code layer distance slots decisions misses named followed previous} for each layer, distance and size of a cache, with semicolons
 * between; NULL if no decision has a lookahead.
 */
public final class StaleGateFunction {
    /** The largest layer; of each expert the misses of a cache are a row. */
    private static final int MAX_EXPERTS = 2048;

    private final FunctionCalls calls;
    private final DecisionReads decisions;

    public StaleGateFunction(FunctionCalls calls, DecisionReads decisions) {
        this.calls = requireNonNull(calls, "calls is null");
        this.decisions = requireNonNull(decisions, "decisions is null");
    }

    /** The function, as a database registers it. */
    public JavaFunction function() {
        return new JavaFunction(
                StatementFunction.STALE_GATE.written(),
                List.of(
                        DuckDBColumnType.VARCHAR,
                        DuckDBColumnType.INTEGER,
                        DuckDBColumnType.INTEGER,
                        DuckDBColumnType.VARCHAR),
                DuckDBColumnType.VARCHAR,
                this::countRows);
    }

    private void countRows(DuckDBDataChunkReader rows, DuckDBWritableVector result) {
        calls.call(
                rows,
                result,
                (row, statement) -> count(
                        rows.vector(1).getInt(row),
                        rows.vector(2).getInt(row),
                        rows.vector(3).getString(row),
                        statement));
    }

    private Optional<String> count(int run, int experts, String scope, FunctionReads.OfStatement statement) {
        if (!DecisionReads.isScope(scope)) {
            return Optional.empty();
        }
        if (experts > MAX_EXPERTS) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Stale gates are scored in layers of up to %,d experts; a layer has %,d."
                            .formatted(MAX_EXPERTS, experts));
        }
        StaleGate gate = new StaleGate(experts);
        decisions.readLookahead(run, scope, statement, gate::decide);
        String text = gate.misses().stream()
                .map(of -> "%s %s %s %s %s %s %s %s"
                        .formatted(
                                of.layer(),
                                of.distance(),
                                of.slots(),
                                of.decisions(),
                                of.misses(),
                                of.named(),
                                of.followed(),
                                of.previous()))
                .collect(Collectors.joining(";"));
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
}
