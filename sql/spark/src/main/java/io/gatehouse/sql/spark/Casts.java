package io.gatehouse.sql.spark;

import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/** Casts that round and print as DuckDB's do. */
final class Casts {
    /** Where both print a number alike; beyond, DuckDB writes 1e+16 and Spark 1.0E16. */
    private static final String PRINTED =
            "CASE WHEN {0} = 0 OR abs({0}) >= 0.001 AND abs({0}) < 10000000 THEN CAST({0} AS STRING)"
                    + " WHEN {0} IS NOT NULL THEN raise_error('Spark writes this number otherwise as a text.') END";

    /** Spark would take words such as tomorrow. */
    private static final String NO_TIME = "raise_error('A word is no time.')";

    private final RexBuilder rex;

    Casts(RexBuilder rex) {
        this.rex = rex;
    }

    RexNode cast(RexNode value, RelDataType type) {
        return SparkFunction.call(rex, type, form(value.getType(), type, "CAST"), value);
    }

    /** NULL where that cannot be. */
    RexNode attempt(RexNode value, RelDataType type) {
        return SparkFunction.call(rex, type, form(value.getType(), type, "try_cast"), value);
    }

    private static String form(RelDataType from, RelDataType to, String cast) {
        String name = SparkTypes.of(to);
        boolean toWhole = SqlTypeUtil.isIntType(to) || (isDecimal(to) && to.getScale() == 0);
        if (SqlTypeUtil.isApproximateNumeric(from)) {
            if (toWhole) {
                return "%s(rint({0}) AS %s)".formatted(cast, name);
            }
            if (isDecimal(to)) {
                return scaled(to.getScale(), name, cast);
            }
            return SqlTypeUtil.isCharacter(to) ? PRINTED : "%s({0} AS %s)".formatted(cast, name);
        }
        if (toWhole && isDecimal(from) && from.getScale() > 0) {
            return "%s(round({0}) AS %s)".formatted(cast, name);
        }
        if (toWhole && SqlTypeUtil.isCharacter(from)) {
            return "%1$s(round(%1$s({0} AS DECIMAL(38, 9))) AS %2$s)".formatted(cast, name);
        }
        if (SqlTypeUtil.isCharacter(from) && SqlTypeUtil.isDatetime(to)) {
            return "CASE WHEN {0} RLIKE '^\\\\s*[A-Za-z]' THEN %s ELSE %s({0} AS %s) END"
                    .formatted(cast.equals("CAST") ? NO_TIME : "NULL", cast, name);
        }
        if (to.getSqlTypeName() == SqlTypeName.TIME && from.getSqlTypeName() == SqlTypeName.TIMESTAMP) {
            return "%s(date_format({0}, 'HH:mm:ss.SSSSSS') AS %s)".formatted(cast, name);
        }
        return "%s({0} AS %s)".formatted(cast, name);
    }

    /**
     * The double is multiplied, nudged and rounded to even, as in DuckDB. Spark's products keep six digits behind the
     * point where there are too many in all; for more of them its own cast is as near.
     */
    private static String scaled(int scale, String name, String cast) {
        if (scale > 6) {
            return "%s({0} AS %s)".formatted(cast, name);
        }
        return "%1$s(CAST(rint(CAST({0} AS DOUBLE) * 1e%2$d + 1e-9 * signum({0})) AS DECIMAL(38, 0)) * %3$s AS %4$s)"
                .formatted(cast, scale, "0." + "0".repeat(scale - 1) + "1", name);
    }

    private static boolean isDecimal(RelDataType type) {
        return type.getSqlTypeName() == SqlTypeName.DECIMAL;
    }
}
