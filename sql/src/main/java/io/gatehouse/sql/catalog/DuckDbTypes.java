package io.gatehouse.sql.catalog;

import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.type.SqlTypeFactoryImpl;
import org.apache.calcite.sql.type.SqlTypeMappingRule;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Types as DuckDB takes them: FLOAT has four bytes, where Calcite's has eight and REAL four; and what a FLOAT and an
 * exact number have in common is a FLOAT.
 */
final class DuckDbTypes extends SqlTypeFactoryImpl {
    DuckDbTypes() {
        super(DuckDbTypeSystem.INSTANCE);
    }

    @Override
    public RelDataType createSqlType(SqlTypeName name) {
        return super.createSqlType(name == SqlTypeName.FLOAT ? SqlTypeName.REAL : name);
    }

    @Override
    public @Nullable RelDataType leastRestrictive(List<RelDataType> types, SqlTypeMappingRule rule) {
        boolean real = types.stream().anyMatch(type -> type.getSqlTypeName() == SqlTypeName.REAL);
        boolean noneWider = types.stream()
                .allMatch(type -> type.getSqlTypeName() == SqlTypeName.REAL
                        || type.getSqlTypeName() == SqlTypeName.NULL
                        || SqlTypeUtil.isExactNumeric(type));
        if (!real || !noneWider) {
            return super.leastRestrictive(types, rule);
        }
        boolean nullable =
                types.stream().anyMatch(type -> type.isNullable() || type.getSqlTypeName() == SqlTypeName.NULL);
        return createTypeWithNullability(createSqlType(SqlTypeName.REAL), nullable);
    }
}
