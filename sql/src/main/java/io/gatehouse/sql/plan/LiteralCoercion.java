package io.gatehouse.sql.plan;

import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorScope;
import org.apache.calcite.sql.validate.implicit.TypeCoercionImpl;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Implicit casts as DuckDB does them: a text literal takes the type of what it is compared with, a text column never
 * does. Calcite's own rules would compare a text column with a number by casting every row.
 */
final class LiteralCoercion extends TypeCoercionImpl {
    LiteralCoercion(RelDataTypeFactory types, SqlValidator validator) {
        super(types, validator);
    }

    @Override
    protected boolean coerceOperandType(
            @Nullable SqlValidatorScope scope, SqlCall call, int index, RelDataType targetType) {
        return isLiteral(call.operand(index)) && super.coerceOperandType(scope, call, index, targetType);
    }

    @Override
    protected boolean coerceColumnType(
            @Nullable SqlValidatorScope scope, SqlNodeList nodes, int index, RelDataType targetType) {
        return index < nodes.size()
                && isLiteral(nodes.get(index))
                && super.coerceColumnType(scope, nodes, index, targetType);
    }

    private static boolean isLiteral(SqlNode node) {
        return node instanceof SqlLiteral literal
                && (literal.getTypeName() == SqlTypeName.CHAR || literal.getTypeName() == SqlTypeName.NULL);
    }
}
