package io.gatehouse.sql.validate;

import com.google.common.collect.ImmutableList;
import io.gatehouse.sql.catalog.CalciteTypes;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexFieldCollation;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexWindowBound;
import org.apache.calcite.rex.RexWindowExclusion;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeUtil;

/** Builds expressions as written; Calcite's own builder would evaluate or rewrite some. */
final class DuckDbRexBuilder extends RexBuilder {
    private boolean wantsLiteral;

    DuckDbRexBuilder(RelDataTypeFactory types) {
        super(types);
    }

    /** Keeps the cast of a literal: CAST(1 AS BIGINT) is not 1, because DuckDB would then add it as an INTEGER. */
    @Override
    public RexNode makeCast(
            SqlParserPos position,
            RelDataType type,
            RexNode expression,
            boolean matchNullability,
            boolean safe,
            RexLiteral format) {
        if (wantsLiteral) {
            return super.makeCast(position, type, expression, matchNullability, safe, format);
        }
        // A parameter is written with its type, and a condition may not be a cast to the same type.
        return expression instanceof RexDynamicParam
                        && SqlTypeUtil.equalSansNullability(getTypeFactory(), type, expression.getType())
                ? expression
                : makeAbstractCast(position, type, expression, safe, format);
    }

    @Override
    public RexNode makeCall(SqlParserPos position, RelDataType type, SqlOperator operator, List<RexNode> operands) {
        return isNullTest(operator)
                ? new NullTest(position, type, operator, operands)
                : super.makeCall(position, type, operator, operands);
    }

    @Override
    public RexNode makeCall(SqlParserPos position, SqlOperator operator, List<? extends RexNode> operands) {
        return isNullTest(operator)
                ? new NullTest(position, deriveReturnType(operator, operands), operator, operands)
                : super.makeCall(position, operator, operands);
    }

    @Override
    public RelDataType deriveReturnType(SqlOperator operator, List<? extends RexNode> operands) {
        RelDataType type = super.deriveReturnType(operator, operands);
        if (operator.getKind() != SqlKind.CASE || !CalciteTypes.hasMostDigits(type)) {
            return type;
        }
        int last = operands.size() - 1;
        List<RelDataType> results = IntStream.rangeClosed(0, last)
                .filter(operand -> operand == last || operand % 2 == 1)
                .mapToObj(operand -> operands.get(operand).getType())
                .toList();
        return CalciteTypes.ofCase(results, type, getTypeFactory());
    }

    private static boolean isNullTest(SqlOperator operator) {
        return operator.getKind() == SqlKind.IS_NULL || operator.getKind() == SqlKind.IS_NOT_NULL;
    }

    /**
     * Leaves IS NULL and IS NOT NULL to DuckDB. Calcite assumes that an aggregate of a constant is never NULL, which is
     * wrong over no rows, and drops the condition.
     */
    private static final class NullTest extends RexCall {
        private final SqlParserPos position;

        private NullTest(
                SqlParserPos position, RelDataType type, SqlOperator operator, List<? extends RexNode> operands) {
            super(position, type, operator, operands);
            this.position = position;
        }

        @Override
        public RexCall clone(RelDataType type, List<RexNode> operands) {
            return new NullTest(position, type, getOperator(), operands);
        }

        @Override
        public boolean isAlwaysTrue() {
            return false;
        }

        @Override
        public boolean isAlwaysFalse() {
            return false;
        }
    }

    /** Makes a NULL literal of a type, where a cast of NULL is not accepted. */
    @Override
    public RexLiteral makeNullLiteral(RelDataType type) {
        wantsLiteral = true;
        try {
            return super.makeNullLiteral(type);
        } finally {
            wantsLiteral = false;
        }
    }

    /** Leaves SUM over an empty frame to DuckDB, where it is NULL; Calcite would add a COUNT to test for it. */
    @Override
    public RexNode makeOver(
            SqlParserPos position,
            RelDataType type,
            SqlAggFunction operator,
            List<RexNode> operands,
            List<RexNode> partitionKeys,
            ImmutableList<RexFieldCollation> orderKeys,
            RexWindowBound lowerBound,
            RexWindowBound upperBound,
            RexWindowExclusion exclude,
            boolean rows,
            boolean allowPartial,
            boolean nullWhenCountZero,
            boolean distinct,
            boolean ignoreNulls) {
        return super.makeOver(
                position,
                type,
                operator,
                operands,
                partitionKeys,
                orderKeys,
                lowerBound,
                upperBound,
                exclude,
                rows,
                allowPartial,
                false,
                distinct,
                ignoreNulls);
    }
}
