package io.gatehouse.sql.write;

import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlTypeNameSpec;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.util.Litmus;

/** The name of a type as an engine reads it, which for a list is more than an identifier, such as INTERVAL[]. */
public final class TypeName extends SqlTypeNameSpec {
    private final String name;

    private TypeName(String name) {
        super(new SqlIdentifier(name, SqlParserPos.ZERO), SqlParserPos.ZERO);
        this.name = name;
    }

    /** Returns the type of a cast. */
    public static SqlDataTypeSpec spec(String name) {
        return new SqlDataTypeSpec(new TypeName(name), SqlParserPos.ZERO);
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
        boolean same = other instanceof TypeName type && type.name.equals(name);
        return same ? litmus.succeed() : litmus.fail("{} != {}", this, other);
    }
}
