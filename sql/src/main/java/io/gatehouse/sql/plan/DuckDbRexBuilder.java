package io.gatehouse.sql.plan;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexFieldCollation;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexWindowBound;
import org.apache.calcite.rex.RexWindowExclusion;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.parser.SqlParserPos;

/** Builds expressions as they were written, where Calcite's own builder would compute or rewrite them. */
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
        return wantsLiteral
                ? super.makeCast(position, type, expression, matchNullability, safe, format)
                : makeAbstractCast(position, type, expression, safe, format);
    }

    /** NULL of a type, where a literal and no cast of one will do. */
    @Override
    public RexLiteral makeNullLiteral(RelDataType type) {
        wantsLiteral = true;
        try {
            return super.makeNullLiteral(type);
        } finally {
            wantsLiteral = false;
        }
    }

    /** Leaves SUM over an empty frame to DuckDB, where it is NULL, instead of guarding it with a second COUNT. */
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
