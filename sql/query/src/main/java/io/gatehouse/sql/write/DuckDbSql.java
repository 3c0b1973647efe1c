package io.gatehouse.sql.write;

import io.gatehouse.sql.catalog.CalciteTypes;
import io.gatehouse.sql.limits.WorkGuards;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlDialect;

/** DuckDB's SQL. */
final class DuckDbSql implements EngineSql {
    private static final DuckDbDialect DIALECT = new DuckDbDialect();

    @Override
    public String engine() {
        return "DuckDB";
    }

    @Override
    public SqlDialect dialect() {
        return DIALECT;
    }

    /** Guarded against what DuckDB neither accounts for nor interrupts. */
    @Override
    public RelNode adapted(RelNode algebra) {
        return WorkGuards.of(algebra);
    }

    /** With the type that validation found, so that DuckDB finds no other. */
    @Override
    public String parameter(int index, RelDataType type) {
        return "CAST($%d AS %s)".formatted(index + 1, CalciteTypes.sqlType(type));
    }
}
