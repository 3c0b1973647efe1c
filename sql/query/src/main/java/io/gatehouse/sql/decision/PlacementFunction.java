package io.gatehouse.sql.decision;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Splitter;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.driver.JavaFunction;
import io.gatehouse.sql.function.StatementFunction;
import io.gatehouse.sql.placement.ExpertLoadBalancer;
import io.gatehouse.sql.placement.ExpertLoadBalancer.PhysicalExpert;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBWritableVector;

/**
 * The function behind {@code placement_map} and {@code placement}: copies of the experts of a layer on ranks. Loads and
 * copies are texts, because DuckDB's driver takes no lists from functions: the loads of the experts from 0 with spaces
 * between, and {@code slot rank expert copies} with semicolons between.
 */
public final class PlacementFunction {
    /** More would be a text of megabytes for each layer. */
    private static final int MAX_REPLICAS = 131_072;

    private static final Splitter LOADS = Splitter.on(' ');

    private final FunctionCalls calls;

    public PlacementFunction(FunctionCalls calls) {
        this.calls = requireNonNull(calls, "calls is null");
    }

    /** The function, as a database registers it. */
    public JavaFunction function() {
        return new JavaFunction(
                StatementFunction.PLACEMENT.written(),
                List.of(
                        DuckDBColumnType.VARCHAR,
                        DuckDBColumnType.VARCHAR,
                        DuckDBColumnType.INTEGER,
                        DuckDBColumnType.INTEGER),
                DuckDBColumnType.VARCHAR,
                this::placeRows);
    }

    private void placeRows(DuckDBDataChunkReader rows, DuckDBWritableVector result) {
        calls.call(
                rows,
                result,
                (row, statement) -> Optional.of(placed(
                        rows.vector(1).getString(row),
                        rows.vector(2).getInt(row),
                        rows.vector(3).getInt(row),
                        statement)));
    }

    private static String placed(String text, int ranks, int replicas, FunctionReads.OfStatement statement) {
        if (replicas > MAX_REPLICAS) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "replicas is %,d; a placement has up to %,d physical experts of a layer."
                            .formatted(replicas, MAX_REPLICAS));
        }
        double[] loads =
                LOADS.splitToStream(text).mapToDouble(Double::parseDouble).toArray();
        if (replicas < loads.length) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "replicas is %d; it must be at least %d, the number of experts of a layer."
                            .formatted(replicas, loads.length));
        }
        if (replicas % ranks != 0) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "replicas is %d; it must be a multiple of ranks, which is %d.".formatted(replicas, ranks));
        }
        StringJoiner slots = new StringJoiner(";");
        int slot = 0;
        for (PhysicalExpert each : ExpertLoadBalancer.balance(loads, ranks, replicas, statement::checkStopped)) {
            slots.add("%d %d %d %d".formatted(slot, each.rank(), each.expert(), each.copies()));
            slot++;
        }
        return slots.toString();
    }
}
