package io.gatehouse.sql.spark;

import java.util.List;
import org.apache.calcite.rel.RelCollations;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.logical.LogicalAggregate;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlQuantifyOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * x > ALL (query) and its like, which Spark has not, by the extreme and the number of the rows: true of no rows at all,
 * false if it fails for the extreme, unknown if a NULL is among them.
 */
final class Quantified {
    private final RexBuilder rex;

    Quantified(RexBuilder rex) {
        this.rex = rex;
    }

    /** @param query with operands that are said already, over a query that is said already */
    RexNode said(RexSubQuery query) {
        SqlQuantifyOperator operator = (SqlQuantifyOperator) query.getOperator();
        boolean all = query.getKind() == SqlKind.ALL;
        boolean upward = switch (operator.comparisonKind) {
            case GREATER_THAN, GREATER_THAN_OR_EQUAL -> true;
            case LESS_THAN, LESS_THAN_OR_EQUAL -> false;
            default -> throw Refusal.of("A comparison with %s".formatted(operator.getName()));
        };
        RelNode rows = query.rel;
        RelDataType column = rows.getRowType().getFieldList().get(0).getType();
        RelDataType count = rex.getTypeFactory().createSqlType(SqlTypeName.BIGINT);
        RexNode extreme = aggregate(
                rows,
                upward == all ? SqlStdOperatorTable.MAX : SqlStdOperatorTable.MIN,
                rex.getTypeFactory().createTypeWithNullability(column, true),
                List.of(0));
        String form = all
                ? "CASE WHEN {2} = 0 THEN true WHEN NOT ({0} %1$s {1}) THEN false WHEN {0} IS NOT NULL AND {2} = {3} THEN true END"
                : "CASE WHEN {2} = 0 THEN false WHEN {0} %1$s {1} THEN true WHEN {0} IS NOT NULL AND {2} = {3} THEN false END";
        return SparkFunction.call(
                rex,
                query.getType(),
                form.formatted(operator.comparisonKind.sql),
                query.getOperands().get(0),
                extreme,
                aggregate(rows, SqlStdOperatorTable.COUNT, count, List.of()),
                aggregate(rows, SqlStdOperatorTable.COUNT, count, List.of(0)));
    }

    private static RexNode aggregate(RelNode rows, SqlAggFunction function, RelDataType type, List<Integer> arguments) {
        List<RelDataType> types = arguments.stream()
                .map(argument -> rows.getRowType().getFieldList().get(argument).getType())
                .toList();
        AggregateCall call = AggregateCall.create(
                SparkAggregates.of(function, types, type, false),
                false,
                false,
                false,
                List.of(),
                arguments,
                -1,
                null,
                RelCollations.EMPTY,
                type,
                "extreme");
        return RexSubQuery.scalar(LogicalAggregate.create(rows, List.of(), ImmutableBitSet.of(), null, List.of(call)));
    }
}
