package io.gatehouse.sql.spark;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;

/** An expression of Spark's, written by a template. */
final class SparkFunction extends SqlFunction {
    private final Template template;

    private SparkFunction(Template template) {
        super(
                "spark",
                SqlKind.OTHER_FUNCTION,
                ReturnTypes.ARG0,
                null,
                OperandTypes.VARIADIC,
                SqlFunctionCategory.USER_DEFINED_FUNCTION);
        this.template = requireNonNull(template, "template is null");
    }

    static RexNode call(RexBuilder rex, RelDataType type, String template, List<? extends RexNode> operands) {
        return rex.makeCall(type, new SparkFunction(Template.of(template)), List.copyOf(operands));
    }

    static RexNode call(RexBuilder rex, RelDataType type, String template, RexNode... operands) {
        return call(rex, type, template, List.of(operands));
    }

    /** The name says nothing. */
    @Override
    public boolean equals(Object other) {
        return other instanceof SparkFunction function && function.template.equals(template);
    }

    @Override
    public int hashCode() {
        return template.hashCode();
    }

    @Override
    public void unparse(SqlWriter writer, SqlCall call, int leftPrecedence, int rightPrecedence) {
        template.write(writer, call.getOperandList(), place -> {
            throw new IllegalStateException("No place " + place);
        });
    }
}
