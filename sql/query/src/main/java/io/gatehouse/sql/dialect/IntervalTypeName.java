package io.gatehouse.sql.dialect;

import org.apache.calcite.avatica.util.TimeUnit;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlTypeNameSpec;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.util.Litmus;

/** INTERVAL as a type: DuckDB has one, whatever the units; Calcite would ask for them. */
final class IntervalTypeName extends SqlTypeNameSpec {
    private static final String NAME = "INTERVAL";

    IntervalTypeName(SqlParserPos position) {
        super(new SqlIdentifier(NAME, position), position);
    }

    @Override
    public RelDataType deriveType(SqlValidator validator) {
        SqlIntervalQualifier anyUnit = new SqlIntervalQualifier(TimeUnit.DAY, null, SqlParserPos.ZERO);
        return validator.getTypeFactory().createSqlIntervalType(anyUnit);
    }

    @Override
    public void unparse(SqlWriter writer, int leftPrecedence, int rightPrecedence) {
        writer.keyword(NAME);
    }

    @Override
    public boolean equalsDeep(SqlTypeNameSpec other, Litmus litmus) {
        return other instanceof IntervalTypeName ? litmus.succeed() : litmus.fail("{} != {}", this, other);
    }
}
