package io.gatehouse.sql.decision;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.sql.catalog.SqlResource;
import io.gatehouse.sql.driver.JavaFunction;
import io.gatehouse.sql.function.StatementFunction;
import io.gatehouse.sql.prediction.ExpertPredictions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBWritableVector;

/**
 * The function behind {@code predictability}: it learns from one half of the questions of a run and scores the other one.
 * Its result is a text, because DuckDB's driver takes no lists from functions: {@code layer predictor predicted decisions
 * uses hits} for each layer, predictor and number of experts, with semicolons between; NULL if nothing was scored.
 */
public final class PredictionFunction {
    /** The largest layer that is predicted; its pairs of experts take 16 MB for each of two distances. */
    private static final int MAX_EXPERTS = 2048;

    private final FunctionCalls calls;
    private final DecisionReads decisions;

    public PredictionFunction(FunctionCalls calls, DecisionReads decisions) {
        this.calls = requireNonNull(calls, "calls is null");
        this.decisions = requireNonNull(decisions, "decisions is null");
    }

    /** The function, as a database registers it. */
    public JavaFunction function() {
        return new JavaFunction(
                StatementFunction.PREDICTIONS.written(),
                List.of(
                        DuckDBColumnType.VARCHAR,
                        DuckDBColumnType.INTEGER,
                        DuckDBColumnType.INTEGER,
                        DuckDBColumnType.VARCHAR),
                DuckDBColumnType.VARCHAR,
                this::predictRows);
    }

    private void predictRows(DuckDBDataChunkReader rows, DuckDBWritableVector result) {
        calls.call(
                rows,
                result,
                (row, statement) -> calls.alone(
                        statement,
                        () -> predict(
                                rows.vector(1).getInt(row),
                                rows.vector(2).getInt(row),
                                rows.vector(3).getString(row),
                                statement)));
    }

    private Optional<String> predict(int run, int experts, String scope, FunctionReads.OfStatement statement) {
        if (!DecisionReads.isScope(scope)) {
            return Optional.empty();
        }
        if (experts > MAX_EXPERTS) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Experts are predicted in layers of up to %,d; a layer has %,d.".formatted(MAX_EXPERTS, experts));
        }
        ExpertPredictions predictions =
                new ExpertPredictions(experts, FileMemory.of("The prediction of experts, which holds pairs of them,"));
        decisions.read(run, scope, half(run, 1), statement, predictions::learn);
        predictions.endLearning();
        decisions.read(run, scope, half(run, 0), statement, predictions::score);
        String text = predictions.recalls().stream()
                .map(recall -> "%s %s %s %s %s %s"
                        .formatted(
                                recall.layer(),
                                recall.predictor(),
                                recall.predicted(),
                                recall.decisions(),
                                recall.uses(),
                                recall.hits()))
                .collect(Collectors.joining(";"));
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    /** The questions of one half, the same ones each time, whatever the order of the quiz. */
    private static String half(int run, int half) {
        return SqlResource.text("half-of-questions.sql")
                .strip()
                .replace("$run", Integer.toString(run))
                .replace("$half", Integer.toString(half));
    }
}
