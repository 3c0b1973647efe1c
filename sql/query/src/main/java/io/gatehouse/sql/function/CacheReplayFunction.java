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
 * {@code expert_cache_replay(run, layer, slots, stride, keys, scope, policy, fitted)}: the hits of a cache of each size, as a
 * text. For the files of table functions; users cannot call it.
 */
public final class CacheReplayFunction extends SqlFunction {
    public static final SqlOperator OPERATOR = new CacheReplayFunction();

    /** Its name in DuckDB. */
    public static final String WRITTEN = "gatehouse_cache_replay";

    /** The variable of a connection in DuckDB with the name of the statement that runs. */
    public static final String STATEMENT = "gatehouse_statement";

    private static final int ARGUMENTS = 8;

    private CacheReplayFunction() {
        super(
                "expert_cache_replay",
                SqlKind.OTHER_FUNCTION,
                Signatures.VARCHAR,
                null,
                Signatures.anything(ARGUMENTS),
                SqlFunctionCategory.USER_DEFINED_FUNCTION);
    }

    /** Writes the name of the statement as the first argument. */
    @Override
    public void unparse(SqlWriter writer, SqlCall call, int left, int right) {
        writer.print(WRITTEN);
        SqlWriter.Frame frame = writer.startList("(", ")");
        writer.print("coalesce(getvariable('%s'), '')".formatted(STATEMENT));
        List<SqlNode> arguments = call.getOperandList();
        for (SqlNode argument : arguments) {
            writer.sep(",", true);
            argument.unparse(writer, 0, 0);
        }
        writer.endList(frame);
    }
}
