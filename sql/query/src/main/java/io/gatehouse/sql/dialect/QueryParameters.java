package io.gatehouse.sql.dialect;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Column;
import io.gatehouse.sql.catalog.DefinedQuery;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql.util.SqlShuttle;

/** The parameters in the query of a table function: {@code $name} there, a number from here on. */
public final class QueryParameters extends SqlShuttle {
    private final List<String> names;
    private final List<Column> parameters;

    private QueryParameters(List<Column> parameters) {
        this.parameters = parameters;
        this.names =
                parameters.stream().map(parameter -> "$" + parameter.name()).toList();
    }

    /** The query with CAST(? AS type) in the place of each name. */
    public static SqlNode numbered(SqlNode parsed, DefinedQuery query) {
        return requireNonNull(parsed.accept(new QueryParameters(query.parameters())), "a query becomes one");
    }

    @Override
    public SqlNode visit(SqlIdentifier name) {
        int index = name.isSimple() ? names.indexOf(name.getSimple()) : -1;
        SqlParserPos position = name.getParserPosition();
        return index < 0 ? name : as(parameters.get(index), new SqlDynamicParam(index, position), position);
    }

    /** CAST(value AS type of the parameter). */
    static SqlNode as(Column parameter, SqlNode value, SqlParserPos position) {
        SqlDataTypeSpec type = new SqlDataTypeSpec(new SqlBasicTypeNameSpec(typeName(parameter), position), position);
        return SqlStdOperatorTable.CAST.createCall(position, value, type);
    }

    /** Whether a value of a type can be an argument: an integer is no text, and half a number no integer. */
    static boolean takes(Column parameter, RelDataType type) {
        return type.getSqlTypeName() == SqlTypeName.NULL
                || switch (typeName(parameter)) {
                    case INTEGER, BIGINT -> SqlTypeUtil.isIntType(type);
                    case DOUBLE -> SqlTypeUtil.isNumeric(type);
                    case VARCHAR -> SqlTypeUtil.inCharFamily(type);
                    default -> throw new IllegalArgumentException("No table function takes a " + parameter.type());
                };
    }

    private static SqlTypeName typeName(Column parameter) {
        return SqlTypeName.valueOf(parameter.type().toString());
    }
}
