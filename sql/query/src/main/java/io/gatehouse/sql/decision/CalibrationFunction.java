package io.gatehouse.sql.decision;

import static java.util.Objects.requireNonNull;

import io.gatehouse.memory.FileMemory;
import io.gatehouse.sql.calibration.QuestionCover;
import io.gatehouse.sql.driver.JavaFunction;
import io.gatehouse.sql.function.StatementFunction;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBWritableVector;

/**
 * The function behind {@code calibration_questions}. Its result is a text, because DuckDB's driver takes no lists from
 * functions: {@code place question gain} for each question that is chosen, with semicolons between; NULL if none is.
 */
public final class CalibrationFunction {
    private final FunctionCalls calls;
    private final DecisionReads decisions;

    public CalibrationFunction(FunctionCalls calls, DecisionReads decisions) {
        this.calls = requireNonNull(calls, "calls is null");
        this.decisions = requireNonNull(decisions, "decisions is null");
    }

    /** The function, as a database registers it. */
    public JavaFunction function() {
        return new JavaFunction(
                StatementFunction.CALIBRATION.written(),
                List.of(
                        DuckDBColumnType.VARCHAR,
                        DuckDBColumnType.INTEGER,
                        DuckDBColumnType.VARCHAR,
                        DuckDBColumnType.INTEGER),
                DuckDBColumnType.VARCHAR,
                this::chooseRows);
    }

    private void chooseRows(DuckDBDataChunkReader rows, DuckDBWritableVector result) {
        calls.call(
                rows,
                result,
                (row, statement) -> calls.alone(
                        statement,
                        () -> choose(
                                rows.vector(1).getInt(row),
                                rows.vector(2).getString(row),
                                rows.vector(3).getInt(row),
                                statement)));
    }

    private Optional<String> choose(int run, String scope, int minimum, FunctionReads.OfStatement statement) {
        if (!DecisionReads.isScope(scope)) {
            return Optional.empty();
        }
        QuestionCover cover = new QuestionCover(
                minimum, FileMemory.of("The search for calibration questions, which holds the uses of all,"));
        decisions.readUses(run, scope, statement, cover::add);
        StringJoiner text = new StringJoiner(";");
        int place = 0;
        for (QuestionCover.Choice choice : cover.choose(statement::checkStopped)) {
            place++;
            text.add("%d %d %d".formatted(place, choice.question(), choice.gain()));
        }
        return place == 0 ? Optional.empty() : Optional.of(text.toString());
    }
}
