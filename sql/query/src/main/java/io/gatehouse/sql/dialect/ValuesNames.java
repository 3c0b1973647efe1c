package io.gatehouse.sql.dialect;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/** The names that DuckDB gives to the columns of VALUES in FROM and WITH where none are written: col0, col1 and so on. */
final class ValuesNames {
    private static final String ALIAS = "valueslist";

    private ValuesNames() {}

    /** A relation in FROM, with the names. */
    static SqlNode in(SqlNode relation) {
        if (relation instanceof SqlJoin join) {
            join.setLeft(in(join.getLeft()));
            join.setRight(in(join.getRight()));
            return join;
        }
        if (relation.getKind() == SqlKind.VALUES) {
            return named((SqlCall) relation, new SqlIdentifier(ALIAS, relation.getParserPosition()));
        }
        return relation instanceof SqlCall as
                        && as.getKind() == SqlKind.AS
                        && as.operandCount() == 2
                        && as.operand(0).getKind() == SqlKind.VALUES
                ? named(as.operand(0), as.operand(1))
                : relation;
    }

    /** The names of the columns of a WITH query, if it has some. */
    static @Nullable SqlNodeList of(SqlWithItem item) {
        return item.columnList == null && item.query.getKind() == SqlKind.VALUES
                ? new SqlNodeList(columns((SqlCall) item.query), item.getParserPosition())
                : item.columnList;
    }

    private static SqlNode named(SqlCall values, SqlNode alias) {
        SqlParserPos position = values.getParserPosition();
        List<SqlNode> operands = new ArrayList<>(List.of(values, alias));
        operands.addAll(columns(values));
        return SqlStdOperatorTable.AS.createCall(position, operands);
    }

    private static List<SqlNode> columns(SqlCall values) {
        int count = values.operand(0) instanceof SqlCall row && row.getKind() == SqlKind.ROW ? row.operandCount() : 1;
        return IntStream.range(0, count)
                .<SqlNode>mapToObj(column -> new SqlIdentifier("col" + column, values.getParserPosition()))
                .toList();
    }
}
