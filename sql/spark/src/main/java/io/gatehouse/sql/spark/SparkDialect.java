package io.gatehouse.sql.spark;

import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlTypeNameSpec;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.dialect.SparkSqlDialect;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.util.Litmus;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Spark's SQL, where Calcite's own dialect writes it otherwise. Functions are replaced before, in {@link SparkAlgebra}. */
final class SparkDialect extends SparkSqlDialect {
    SparkDialect() {
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
        if (AggregateForm.of(call, writer)) {
            return;
        }
        if (call.getKind() == SqlKind.ROW) {
            call.getOperator().unparse(writer, call, leftPrecedence, rightPrecedence);
            return;
        }
        super.unparseCall(writer, call, leftPrecedence, rightPrecedence);
    }

    /** Casts of what Calcite makes itself, such as NULL. */
    @Override
    public @Nullable SqlNode getCastSpec(RelDataType type) {
        return new SqlDataTypeSpec(new NamedType(SparkTypes.of(type)), SqlParserPos.ZERO);
    }

    private static final class NamedType extends SqlTypeNameSpec {
        private final String name;

        NamedType(String name) {
            super(new SqlIdentifier(name, SqlParserPos.ZERO), SqlParserPos.ZERO);
            this.name = name;
        }

        @Override
        public RelDataType deriveType(SqlValidator validator) {
            throw new UnsupportedOperationException("Only written: " + name);
        }

        @Override
        public void unparse(SqlWriter writer, int leftPrecedence, int rightPrecedence) {
            writer.print(name);
            writer.setNeedWhitespace(true);
        }

        @Override
        public boolean equalsDeep(SqlTypeNameSpec other, Litmus litmus) {
            boolean same = other instanceof NamedType named && named.name.equals(name);
            return same ? litmus.succeed() : litmus.fail("{} != {}", this, other);
        }
    }
}
