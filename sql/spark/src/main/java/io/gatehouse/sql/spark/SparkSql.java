package io.gatehouse.sql.spark;

import io.gatehouse.sql.write.EngineSql;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlDialect;
import org.apache.calcite.sql.type.SqlTypeUtil;

/** Spark's SQL. */
final class SparkSql implements EngineSql {
    static final SparkSql INSTANCE = new SparkSql();

    private static final SparkDialect DIALECT = new SparkDialect();

    private SparkSql() {}

    @Override
    public String engine() {
        return "Spark";
    }

    @Override
    public SqlDialect dialect() {
        return DIALECT;
    }

    @Override
    public RelNode adapted(RelNode algebra) {
        boolean interval =
                algebra.getRowType().getFieldList().stream().anyMatch(field -> SqlTypeUtil.isInterval(field.getType()));
        if (interval) {
            throw Refusal.of("An interval as a result");
        }
        return SparkAlgebra.of(algebra);
    }

    @Override
    public String parameter(int index, RelDataType type) {
        return "CAST(:%s AS %s)".formatted(parameterName(index), SparkTypes.of(type));
    }

    /** The name of a parameter, counted from 0. */
    static String parameterName(int index) {
        return "p" + (index + 1);
    }
}
