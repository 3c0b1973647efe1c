package io.gatehouse.sql.dialect;

import io.gatehouse.sql.grammar.DialectOperators;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;

/** UNION BY NAME as a UNION of all columns of both sides, in which NULL stands for those that a side has not. */
final class UnionByName {
    private UnionByName() {}

    static boolean isIn(SqlCall call) {
        return call.getOperator().equals(DialectOperators.UNION_BY_NAME)
                || call.getOperator().equals(DialectOperators.UNION_ALL_BY_NAME);
    }

    /** @param union of queries in the standard's forms */
    static SqlNode written(SqlCall union, OutputNames names) {
        List<List<String>> sides = new ArrayList<>();
        List<String> all = new ArrayList<>();
        for (SqlNode side : union.getOperandList()) {
            List<String> columns = names.of(side);
            sides.add(columns.stream().map(UnionByName::key).toList());
            columns.stream()
                    .filter(name -> all.stream().noneMatch(known -> key(known).equals(key(name))))
                    .forEach(all::add);
            if (columns.stream().map(UnionByName::key).distinct().count() < columns.size()) {
                throw DialectForms.refused(side, "UNION BY NAME takes no two columns of one name.");
            }
        }
        SqlNode left = side(union.operand(0), sides.get(0), all);
        SqlNode right = side(union.operand(1), sides.get(1), all);
        return (union.getOperator().equals(DialectOperators.UNION_BY_NAME)
                        ? SqlStdOperatorTable.UNION
                        : SqlStdOperatorTable.UNION_ALL)
                .createCall(union.getParserPosition(), left, right);
    }

    private static SqlNode side(SqlNode query, List<String> own, List<String> all) {
        SqlParserPos position = query.getParserPosition();
        SqlNodeList items = new SqlNodeList(position);
        for (String name : all) {
            SqlIdentifier column = new SqlIdentifier(name, position);
            items.add(
                    own.contains(key(name))
                            ? column
                            : SqlStdOperatorTable.AS.createCall(position, SqlLiteral.createNull(position), column));
        }
        SqlNode relation = SqlStdOperatorTable.AS.createCall(position, query, new SqlIdentifier("by_name", position));
        return OutputNames.select(items, relation);
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
