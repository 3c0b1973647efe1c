package io.gatehouse.sql.function;

import java.util.List;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlWriter;

/**
 * A function in Java that returns a text and stops with the statement that calls it, whose name is its first argument in
 * DuckDB. For the files of table functions; users cannot call it.
 */
public final class StatementFunction extends SqlFunction {
    /** {@code (run, layer, slots, stride, keys, scope, policy, fitted)}: the hits of a cache of each size. */
    public static final StatementFunction CACHE_REPLAY =
            new StatementFunction("expert_cache_replay", "gatehouse_cache_replay", 8);

    /**
     * {@code (run, bytes, cache_of, policy, stride, keys, part)}: the hits of caches, of prompts and of generated tokens,
     * and the misses of little weight.
     */
    public static final StatementFunction BYTE_CACHE =
            new StatementFunction("expert_byte_cache_replay", "gatehouse_byte_cache_replay", 7);

    /** {@code (run, experts, scope)}: how well the experts of a decision are predicted from what was before. */
    public static final StatementFunction PREDICTIONS =
            new StatementFunction("expert_predictions", "gatehouse_expert_predictions", 3);

    /** {@code (run, experts, scope)}: which misses of a cache were named by the choice from an earlier state. */
    public static final StatementFunction STALE_GATE =
            new StatementFunction("expert_stale_gate", "gatehouse_stale_gate", 3);

    /** {@code (experts, groups, distances)}: the group of each expert. */
    public static final StatementFunction MERGE_GROUPS =
            new StatementFunction("expert_merge_groups", "gatehouse_merge_groups", 3);

    /** {@code (loads, ranks, replicas)}: the rank of each copy of each expert. */
    public static final StatementFunction PLACEMENT =
            new StatementFunction("expert_placement", "gatehouse_placement", 3);

    /** {@code (run, scope, minimum)}: few questions that give experts enough tokens. */
    public static final StatementFunction CALIBRATION =
            new StatementFunction("expert_calibration", "gatehouse_calibration", 3);

    private static final List<StatementFunction> FUNCTIONS =
            List.of(CACHE_REPLAY, BYTE_CACHE, PREDICTIONS, STALE_GATE, MERGE_GROUPS, PLACEMENT, CALIBRATION);

    public static final List<SqlOperator> ALL = List.copyOf(FUNCTIONS);

    /** The variable of a connection in DuckDB with the name of the statement that runs. */
    public static final String STATEMENT = "gatehouse_statement";

    /** An expression of DuckDB: that name, or an empty one. */
    public static final String NAME_OF_STATEMENT = "coalesce(getvariable('%s'), '')".formatted(STATEMENT);

    private final String written;

    private StatementFunction(String name, String written, int arguments) {
        super(
                name,
                SqlKind.OTHER_FUNCTION,
                Signatures.VARCHAR,
                null,
                Signatures.anything(arguments),
                SqlFunctionCategory.USER_DEFINED_FUNCTION);
        this.written = written;
    }

    /** Its name in DuckDB. */
    public String written() {
        return written;
    }

    /** Whether a statement for DuckDB may call one of them. */
    public static boolean isCalledIn(String sql) {
        return FUNCTIONS.stream().anyMatch(function -> sql.contains(function.written));
    }

    /** Writes the name of the statement as the first argument. */
    @Override
    public void unparse(SqlWriter writer, SqlCall call, int left, int right) {
        writer.print(written);
        SqlWriter.Frame frame = writer.startList("(", ")");
        writer.print(NAME_OF_STATEMENT);
        List<SqlNode> arguments = call.getOperandList();
        for (SqlNode argument : arguments) {
            writer.sep(",", true);
            argument.unparse(writer, 0, 0);
        }
        writer.endList(frame);
    }
}
