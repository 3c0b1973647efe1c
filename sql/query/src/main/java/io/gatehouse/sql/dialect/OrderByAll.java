package io.gatehouse.sql.dialect;

import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWith;
import org.jspecify.annotations.Nullable;

/** ORDER BY ALL: the items of the SELECT list, by their numbers. */
final class OrderByAll {
    private OrderByAll() {}

    /**
     * The keys that take the place of one that is ALL, with its direction.
     *
     * @param query whose rows are sorted
     */
    static List<SqlNode> keys(SqlNode query, SqlNode key, OutputNames names) {
        SqlSelect first = firstSelect(query, key);
        SqlNodeList list = first.getSelectList();
        int items = list.stream().anyMatch(DialectForms::isStar)
                ? names.of(columnsOf(query, list, first.getFrom())).size()
                : list.size();
        List<SqlNode> keys = new ArrayList<>();
        for (int item = 1; item <= items; item++) {
            keys.add(ordered(key, DialectForms.number(item, key.getParserPosition())));
        }
        return keys;
    }

    /** A query of the same columns without conditions, which may hang on the queries around. */
    private static SqlNode columnsOf(SqlNode query, SqlNodeList list, @Nullable SqlNode from) {
        if (query instanceof SqlWith with) {
            return new SqlWith(with.getParserPosition(), with.withList, columnsOf(with.body, list, from));
        }
        return query instanceof SqlSelect
                ? OutputNames.select(list, from)
                : columnsOf(((SqlCall) query).operand(0), list, from);
    }

    /** The SELECT whose items are the columns of a query. */
    private static SqlSelect firstSelect(SqlNode query, SqlNode key) {
        if (query instanceof SqlSelect select) {
            return select;
        }
        if (query instanceof SqlWith with) {
            return firstSelect(with.body, key);
        }
        if (query instanceof SqlCall call && SqlKind.SET_QUERY.contains(call.getKind())) {
            return firstSelect(call.operand(0), key);
        }
        throw DialectForms.refused(key, "ORDER BY ALL can only stand behind a SELECT; name the columns.");
    }

    /** A number in the place of ALL, with the same direction. */
    private static SqlNode ordered(SqlNode key, SqlNode number) {
        return DialectForms.isAll(key)
                ? number
                : ((SqlCall) key)
                        .getOperator()
                        .createCall(key.getParserPosition(), ordered(((SqlCall) key).operand(0), number));
    }
}
