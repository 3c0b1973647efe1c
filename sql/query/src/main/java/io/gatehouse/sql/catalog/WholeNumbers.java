package io.gatehouse.sql.catalog;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.type.SqlTypeName;

/** DuckDB's integer types, signed and unsigned, and their common types. */
public final class WholeNumbers {
    private static final List<SqlTypeName> UNSIGNED =
            List.of(SqlTypeName.UTINYINT, SqlTypeName.USMALLINT, SqlTypeName.UINTEGER, SqlTypeName.UBIGINT);

    private static final List<SqlTypeName> SIGNED = List.of(
            SqlTypeName.TINYINT, SqlTypeName.SMALLINT, SqlTypeName.INTEGER, SqlTypeName.BIGINT, SqlTypeName.DECIMAL);

    private WholeNumbers() {}

    public static boolean isUnsigned(RelDataType type) {
        return UNSIGNED.contains(type.getSqlTypeName());
    }

    /** Whether this is an integer type; HUGEINT is DECIMAL(38, 0) here. */
    public static boolean isWhole(RelDataType type) {
        boolean decimal = type.getSqlTypeName() == SqlTypeName.DECIMAL;
        return isUnsigned(type)
                || (SIGNED.contains(type.getSqlTypeName())
                        && (!decimal || (type.getPrecision() == 38 && type.getScale() == 0)));
    }

    /** Returns the narrowest type that holds the values of all given types. */
    public static RelDataType common(Collection<RelDataType> types, RelDataTypeFactory factory) {
        SqlTypeName signed = widest(types, SIGNED);
        SqlTypeName unsigned = widest(types, UNSIGNED);
        SqlTypeName name = types.stream().allMatch(WholeNumbers::isUnsigned)
                ? unsigned
                : SIGNED.get(Math.max(SIGNED.indexOf(signed), UNSIGNED.indexOf(unsigned) + 1));
        return name == SqlTypeName.DECIMAL ? factory.createSqlType(name, 38, 0) : factory.createSqlType(name);
    }

    /**
     * Returns the type in which DuckDB computes with two operands: the operand type that holds both, otherwise BIGINT.
     */
    public static RelDataType computed(List<RelDataType> types, RelDataTypeFactory factory) {
        RelDataType common = common(types, factory);
        boolean one = types.stream().anyMatch(type -> type.getSqlTypeName() == common.getSqlTypeName());
        return one || common.getSqlTypeName() == SqlTypeName.DECIMAL
                ? common
                : factory.createSqlType(SqlTypeName.BIGINT);
    }

    /** Returns the widest of the listed types that occurs, or the narrowest of the list if none occurs. */
    private static SqlTypeName widest(Collection<RelDataType> types, List<SqlTypeName> names) {
        return types.stream()
                .map(RelDataType::getSqlTypeName)
                .filter(names::contains)
                .max(Comparator.comparing(names::indexOf))
                .orElse(names.get(0));
    }
}
