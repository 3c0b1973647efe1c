package io.gatehouse.sql.write;

import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlTypeNameSpec;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.util.Litmus;

/** DuckDB's name of a type, as it is written: of a list it is more than a name, INTERVAL[]. */
final class WrittenTypeName extends SqlTypeNameSpec {
    private final String name;

    WrittenTypeName(String name) {
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
        boolean same = other instanceof WrittenTypeName written && written.name.equals(name);
        return same ? litmus.succeed() : litmus.fail("{} != {}", this, other);
    }
}
