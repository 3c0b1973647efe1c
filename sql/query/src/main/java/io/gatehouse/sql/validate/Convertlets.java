package io.gatehouse.sql.validate;

import io.gatehouse.sql.function.Arithmetic;
import io.gatehouse.sql.function.ListFunctions;
import io.gatehouse.sql.function.StandardOperators;
import java.util.List;
import java.util.Set;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql2rel.SqlRexContext;
import org.apache.calcite.sql2rel.SqlRexConvertlet;
import org.apache.calcite.sql2rel.SqlRexConvertletTable;
import org.apache.calcite.sql2rel.StandardConvertletTable;

/**
 * Converts calls to expressions one to one. Calcite's own table would decompose many of them (AVG into SUM and COUNT,
 * BETWEEN into two comparisons, SQRT into POWER), which changes results in the last digit or duplicates operands, and
 * would cast the sides of a comparison.
 */
final class Convertlets implements SqlRexConvertletTable {
    /** Operators that keep the type that validation inferred, which is DuckDB's. */
    private static final Set<SqlOperator> TYPED =
            Set.of(Arithmetic.DIVIDE, StandardOperators.GREATEST, StandardOperators.LEAST, ListFunctions.ITEM);

    private static final Set<SqlOperator> COMPARISONS = Set.of(
            SqlStdOperatorTable.EQUALS,
            SqlStdOperatorTable.NOT_EQUALS,
            SqlStdOperatorTable.LESS_THAN,
            SqlStdOperatorTable.LESS_THAN_OR_EQUAL,
            SqlStdOperatorTable.GREATER_THAN,
            SqlStdOperatorTable.GREATER_THAN_OR_EQUAL,
            SqlStdOperatorTable.BETWEEN,
            SqlStdOperatorTable.NOT_BETWEEN,
            SqlStdOperatorTable.IS_DISTINCT_FROM,
            SqlStdOperatorTable.IS_NOT_DISTINCT_FROM);

    @Override
    public SqlRexConvertlet get(SqlCall call) {
        SqlOperator operator = call.getOperator();
        if (operator instanceof SqlAggFunction aggregate) {
            return (context, aggregateCall) ->
                    StandardConvertletTable.INSTANCE.convertAggregateFunction(context, aggregate, aggregateCall);
        }
        if (operator.equals(OuterColumns.OUTER)) {
            return (context, mark) -> context.convertExpression(mark.operand(0));
        }
        if (COMPARISONS.contains(operator)) {
            return Convertlets::comparison;
        }
        if (Arithmetic.standard(operator).isPresent()) {
            return Convertlets::arithmetic;
        }
        if (TYPED.contains(operator) || operator.getKind() == SqlKind.OTHER_FUNCTION) {
            return Convertlets::typed;
        }
        boolean cast = operator.getKind() == SqlKind.CAST || operator.getKind() == SqlKind.SAFE_CAST;
        boolean castOfNull = cast && SqlUtil.isNullLiteral(call.operand(0), false);
        return castOfNull ? Convertlets::castOfNull : StandardConvertletTable.INSTANCE.get(call);
    }

    private static RexNode comparison(SqlRexContext context, SqlCall call) {
        return context.getRexBuilder().makeCall(call.getParserPosition(), call.getOperator(), operands(context, call));
    }

    private static RexNode typed(SqlRexContext context, SqlCall call) {
        RelDataType known = context.getValidator().getValidatedNodeTypeIfKnown(call);
        RexBuilder rex = context.getRexBuilder();
        // CURRENT_DATE in a key of GROUP BY is a copy that validation has not seen.
        return known == null
                ? rex.makeCall(call.getParserPosition(), call.getOperator(), operands(context, call))
                : rex.makeCall(call.getParserPosition(), known, call.getOperator(), operands(context, call));
    }

    /**
     * Replaces an operator by Calcite's own where they mean the same. DuckDB reports a number of days that is too
     * large.
     */
    private static RexNode arithmetic(SqlRexContext context, SqlCall call) {
        RexBuilder rex = context.getRexBuilder();
        RelDataType type = context.getValidator().getValidatedNodeType(call);
        List<RexNode> operands = operands(context, call);
        boolean numbers = operands.stream().allMatch(operand -> SqlTypeUtil.isNumeric(operand.getType()));
        SqlOperator operator = numbers ? Arithmetic.standard(call.getOperator()).orElseThrow() : call.getOperator();
        if (type.getSqlTypeName() == SqlTypeName.DATE) {
            operands = operands.stream().map(operand -> days(rex, operand)).toList();
        }
        return rex.makeCall(call.getParserPosition(), type, operator, operands);
    }

    private static RexNode days(RexBuilder rex, RexNode operand) {
        if (operand.getType().getSqlTypeName() != SqlTypeName.BIGINT) {
            return operand;
        }
        RelDataType days = rex.getTypeFactory()
                .createTypeWithNullability(
                        rex.getTypeFactory().createSqlType(SqlTypeName.INTEGER),
                        operand.getType().isNullable());
        return rex.makeAbstractCast(days, operand, false);
    }

    /** Keeps the type of a NULL, on which the type of the surrounding expression depends. */
    private static RexNode castOfNull(SqlRexContext context, SqlCall call) {
        RexBuilder rex = context.getRexBuilder();
        SqlValidator validator = context.getValidator();
        RelDataType known = validator.getValidatedNodeTypeIfKnown(call);
        RelDataType type = known == null ? call.<SqlDataTypeSpec>operand(1).deriveType(validator, true) : known;
        return rex.makeAbstractCast(call.getParserPosition(), type, rex.makeNullLiteral(type), false);
    }

    private static List<RexNode> operands(SqlRexContext context, SqlCall call) {
        return call.getOperandList().stream().map(context::convertExpression).toList();
    }
}
