package io.gatehouse.sql.spark;

import io.gatehouse.sql.write.EngineSql;
import io.gatehouse.sql.write.TypeName;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDialect;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.dialect.SparkSqlDialect;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Spark's SQL. Overrides Calcite's own dialect where that differs. Functions are replaced before, by
 * {@link SparkAlgebra}.
 */
final class SparkSql extends SparkSqlDialect implements EngineSql {
    static final SparkSql INSTANCE = new SparkSql();

    private SparkSql() {
        super(SparkSqlDialect.DEFAULT_CONTEXT
                .withLiteralQuoteString("'")
                .withLiteralEscapedQuoteString("\\'")
                .withIdentifierQuoteString("`"));
    }

    @Override
    public boolean supportsCharSet() {
        return false;
    }

    @Override
    protected boolean allowsAs() {
        return true;
    }

    @Override
    public boolean supportsAliasedValues() {
        return true;
    }

    @Override
    public boolean supportsAggregateFunctionFilter() {
        return true;
    }

    /** Every table is written with its alias: where the writer leaves it out, a correlated sub-query may still use it. */
    @Override
    public boolean hasImplicitTableAlias() {
        return false;
    }

    @Override
    public boolean supportsNestedAggregations() {
        return false;
    }

    @Override
    public boolean supportsImplicitTypeCoercion(RexCall call) {
        return false;
    }

    @Override
    public void quoteStringLiteral(StringBuilder buffer, @Nullable String charset, String value) {
        buffer.append('\'')
                .append(value.replace("\\", "\\\\").replace("'", "\\'"))
                .append('\'');
    }

    @Override
    public void unparseCall(SqlWriter writer, SqlCall call, int leftPrecedence, int rightPrecedence) {
        if (SparkAggregates.write(call, writer)) {
            return;
        }
        if (call.getKind() == SqlKind.ROW) {
            // Spark has no function ROW.
            SqlWriter.Frame row = writer.startList("(", ")");
            for (SqlNode value : call.getOperandList()) {
                writer.sep(",");
                value.unparse(writer, 0, 0);
            }
            writer.endList(row);
            return;
        }
        super.unparseCall(writer, call, leftPrecedence, rightPrecedence);
    }

    /** Returns the type of casts that Calcite adds itself, such as of NULL. */
    @Override
    public @Nullable SqlNode getCastSpec(RelDataType type) {
        return TypeName.spec(SparkTypes.of(type));
    }

    /** Statements for Spark have no guards, and so do not depend on it. */
    @Override
    public long longestText() {
        return 0;
    }

    @Override
    public String engine() {
        return "Spark";
    }

    @Override
    public SqlDialect dialect() {
        return this;
    }

    @Override
    public RelNode adapted(RelNode algebra) {
        boolean interval =
                algebra.getRowType().getFieldList().stream().anyMatch(field -> SqlTypeUtil.isInterval(field.getType()));
        if (interval) {
            throw SparkForms.refused("An interval as a result");
        }
        return SparkAlgebra.of(algebra);
    }

    @Override
    public String parameter(int index, RelDataType type) {
        return "CAST(:%s AS %s)".formatted(parameterName(index), SparkTypes.of(type));
    }

    /** Returns the name of a parameter; the index counts from 0. */
    static String parameterName(int index) {
        return "p" + (index + 1);
    }
}
