package io.gatehouse.sql.plan;

import java.util.List;
import java.util.Set;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql2rel.SqlRexContext;
import org.apache.calcite.sql2rel.SqlRexConvertlet;
import org.apache.calcite.sql2rel.SqlRexConvertletTable;
import org.apache.calcite.sql2rel.StandardConvertletTable;

/**
 * How calls become expressions: as they are. Calcite's table would take many apart, AVG into SUM and COUNT, BETWEEN
 * into two comparisons, SQRT into POWER, which changes results in the last digit or doubles what is written once.
 */
final class Convertlets implements SqlRexConvertletTable {
    private static final Set<SqlOperator> PLAIN = Set.of(
            SqlStdOperatorTable.BETWEEN,
            SqlStdOperatorTable.NOT_BETWEEN,
            SqlStdOperatorTable.IS_DISTINCT_FROM,
            SqlStdOperatorTable.IS_NOT_DISTINCT_FROM,
            SqlStdOperatorTable.FLOOR,
            SqlStdOperatorTable.CEIL,
            SqlLibraryOperators.GREATEST,
            SqlLibraryOperators.LEAST);

    @Override
    public SqlRexConvertlet get(SqlCall call) {
        SqlOperator operator = call.getOperator();
        if (operator instanceof SqlAggFunction aggregate) {
            return (context, aggregateCall) ->
                    StandardConvertletTable.INSTANCE.convertAggregateFunction(context, aggregate, aggregateCall);
        }
        if (PLAIN.contains(operator)
                || operator.getKind() == SqlKind.OTHER_FUNCTION
                || operator.getKind() == SqlKind.DIVIDE) {
            return Convertlets::plain;
        }
        return StandardConvertletTable.INSTANCE.get(call);
    }

    private static RexNode plain(SqlRexContext context, SqlCall call) {
        List<RexNode> operands =
                call.getOperandList().stream().map(context::convertExpression).toList();
        RelDataType type = context.getValidator().getValidatedNodeType(call);
        return context.getRexBuilder().makeCall(call.getParserPosition(), type, call.getOperator(), operands);
    }
}
