package io.gatehouse.sql.dialect;

import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWindow;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;

/** DISTINCT ON: the first row of each, as a condition of QUALIFY. */
final class DistinctOn {
    private DistinctOn() {}

    /** row_number() OVER (PARTITION BY keys ORDER BY order) = 1 */
    static SqlNode firstOfEach(SqlSelect select, SqlCall distinctOn, SqlNodeList order) {
        SqlParserPos position = distinctOn.getParserPosition();
        SqlNodeList keys = new SqlNodeList(position);
        distinctOn.getOperandList().forEach(key -> keys.add(meant(select, key)));
        SqlNodeList sorted = new SqlNodeList(position);
        for (SqlNode key : order) {
            if (DialectForms.isAll(DialectForms.bare(key))) {
                throw DialectForms.refused(key, "ORDER BY ALL cannot stand with DISTINCT ON; name the columns.");
            }
            sorted.add(meant(select, key));
        }
        SqlWindow window = SqlWindow.create(
                null, null, keys, sorted, SqlLiteral.createBoolean(false, position), null, null, null, position);
        SqlNode number = SqlStdOperatorTable.OVER.createCall(
                position, SqlStdOperatorTable.ROW_NUMBER.createCall(position), window);
        return SqlStdOperatorTable.EQUALS.createCall(position, number, DialectForms.number(1, position));
    }

    /** The item that a number or an alias stands for; a window knows neither. */
    private static SqlNode meant(SqlSelect select, SqlNode key) {
        if (key.getKind() == SqlKind.DESCENDING
                || key.getKind() == SqlKind.NULLS_FIRST
                || key.getKind() == SqlKind.NULLS_LAST) {
            SqlCall call = (SqlCall) key;
            return call.getOperator().createCall(key.getParserPosition(), meant(select, call.operand(0)));
        }
        if (key instanceof SqlNumericLiteral literal && literal.isInteger()) {
            int item = literal.intValue(true);
            if (item >= 1 && item <= select.getSelectList().size()) {
                return withoutAlias(select.getSelectList().get(item - 1));
            }
        }
        for (SqlNode item : select.getSelectList()) {
            boolean named = key instanceof SqlIdentifier name
                    && name.isSimple()
                    && item.getKind() == SqlKind.AS
                    && name.getSimple()
                            .equalsIgnoreCase(((SqlCall) item).operand(1).toString());
            if (named) {
                return withoutAlias(item);
            }
        }
        return key;
    }

    private static SqlNode withoutAlias(SqlNode item) {
        return item.getKind() == SqlKind.AS ? ((SqlCall) item).operand(0) : item;
    }
}
