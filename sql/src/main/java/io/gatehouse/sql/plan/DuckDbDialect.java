package io.gatehouse.sql.plan;

import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.dialect.DuckDBSqlDialect;
import org.checkerframework.checker.nullness.qual.Nullable;

/** DuckDB's SQL, where Calcite's own dialect writes what DuckDB 2.0 cannot read or reads otherwise. */
final class DuckDbDialect extends DuckDBSqlDialect {
    DuckDbDialect() {
        super(DuckDBSqlDialect.DEFAULT_CONTEXT);
    }

    @Override
    public boolean supportsCharSet() {
        return false;
    }

    @Override
    public boolean supportsImplicitTypeCoercion(RexCall call) {
        return false;
    }

    @Override
    public void quoteStringLiteral(StringBuilder buffer, @Nullable String charset, String value) {
        buffer.append('\'').append(value.replace("'", "''")).append('\'');
    }

    @Override
    public void unparseCall(SqlWriter writer, SqlCall call, int leftPrecedence, int rightPrecedence) {
        switch (call.getKind()) {
            case ITEM -> {
                call.operand(0).unparse(writer, leftPrecedence, 0);
                SqlWriter.Frame brackets = writer.startList("[", "]");
                call.operand(1).unparse(writer, 0, 0);
                writer.endList(brackets);
            }
            case ARRAY_VALUE_CONSTRUCTOR -> {
                SqlWriter.Frame brackets = writer.startList("[", "]");
                for (int i = 0; i < call.operandCount(); i++) {
                    writer.sep(",");
                    call.operand(i).unparse(writer, 0, 0);
                }
                writer.endList(brackets);
            }
            default -> super.unparseCall(writer, call, leftPrecedence, rightPrecedence);
        }
    }

    @Override
    public org.apache.calcite.sql.@Nullable SqlNode getCastSpec(RelDataType type) {
        return super.getCastSpec(type);
    }
}
