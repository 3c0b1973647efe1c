package io.gatehouse.sql.decision;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Splitter;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.driver.JavaFunction;
import io.gatehouse.sql.function.StatementFunction;
import io.gatehouse.sql.merging.AverageLinkage;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBWritableVector;

/**
 * The function behind {@code merge_groups}: groups of experts by the distances of each two of them. Distances and groups are
 * texts, because DuckDB's driver takes no lists from functions: {@code expert other distance} and {@code expert group
 * height}, with semicolons between.
 */
public final class MergeFunction {
    /** Each step looks at all pairs: the groups of the largest layer take some seconds. */
    private static final int MAX_EXPERTS = 1024;

    private static final Splitter ITEMS = Splitter.on(';');
    private static final Splitter PARTS = Splitter.on(' ');

    private final FunctionCalls calls;

    public MergeFunction(FunctionCalls calls) {
        this.calls = requireNonNull(calls, "calls is null");
    }

    /** The function, as a database registers it. */
    public JavaFunction function() {
        return new JavaFunction(
                StatementFunction.MERGE_GROUPS.written(),
                List.of(
                        DuckDBColumnType.VARCHAR,
                        DuckDBColumnType.INTEGER,
                        DuckDBColumnType.INTEGER,
                        DuckDBColumnType.VARCHAR),
                DuckDBColumnType.VARCHAR,
                this::groupRows);
    }

    private void groupRows(DuckDBDataChunkReader rows, DuckDBWritableVector result) {
        calls.call(
                rows,
                result,
                (row, statement) -> Optional.of(groups(
                        experts(rows.vector(1).getInt(row)),
                        rows.vector(2).getInt(row),
                        rows.vector(3).getString(row),
                        statement)));
    }

    private static int experts(int experts) {
        if (experts > MAX_EXPERTS) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Experts are grouped in layers of up to %,d; a layer has %,d.".formatted(MAX_EXPERTS, experts));
        }
        return experts;
    }

    private static String groups(int experts, int groups, String pairs, FunctionReads.OfStatement statement) {
        AverageLinkage linkage = new AverageLinkage(distances(experts, pairs));
        linkage.join(groups, statement::checkStopped);
        return IntStream.range(0, experts)
                .mapToObj(expert ->
                        "%s %s %s".formatted(expert, linkage.group(expert), linkage.height(linkage.group(expert))))
                .collect(Collectors.joining(";"));
    }

    private static double[][] distances(int experts, String pairs) {
        double[][] distances = new double[experts][experts];
        for (double[] row : distances) {
            Arrays.fill(row, Double.POSITIVE_INFINITY);
        }
        for (String item : ITEMS.split(pairs)) {
            Iterator<String> parts = PARTS.split(item).iterator();
            int expert = Integer.parseInt(parts.next());
            int other = Integer.parseInt(parts.next());
            distances[expert][other] = Double.parseDouble(parts.next());
            distances[other][expert] = distances[expert][other];
        }
        return distances;
    }
}
