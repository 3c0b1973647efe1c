package io.gatehouse.sql.plan;

import io.gatehouse.sql.grammar.DialectOperators;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlPivot;
import org.apache.calcite.sql.SqlUnpivot;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.jspecify.annotations.Nullable;

/** PIVOT and UNPIVOT as queries, as a SELECT that has them in FROM; and the names that UNPIVOT gives. */
final class PivotForm {
    private final OutputNames names;

    PivotForm(OutputNames names) {
        this.names = names;
    }

    /** SELECT * FROM relation PIVOT (aggregates FOR columns IN (values)) */
    SqlNode query(SqlCall pivot) {
        SqlParserPos position = pivot.getParserPosition();
        SqlNodeList aggregates = pivot.operand(2);
        SqlNodeList groups = pivot.operand(3);
        SqlNodeList axes = new SqlNodeList(position);
        List<SqlNodeList> values = new ArrayList<>();
        for (SqlNode column : pivot.<SqlNodeList>operand(1)) {
            if (column.getKind() != SqlKind.IN || !(((SqlCall) column).operand(1) instanceof SqlNodeList list)) {
                throw DialectForms.refused(
                        column, "PIVOT needs the values of the column here; write ON column IN ('a', 'b').");
            }
            axes.add(simple(((SqlCall) column).operand(0), "PIVOT"));
            values.add(list);
        }
        SqlNodeList used = aggregates.isEmpty()
                ? SqlNodeList.of(SqlStdOperatorTable.COUNT.createCall(position, SqlIdentifier.star(position)))
                : aggregates;
        if (used.size() > 1 && used.stream().anyMatch(aggregate -> aggregate.getKind() != SqlKind.AS)) {
            throw DialectForms.refused(used, "Where PIVOT has several aggregates, each needs a name; write sum(x) AS name.");
        }
        SqlNode relation = groups.isEmpty() ? pivot.operand(0) : grouped(pivot, axes, used, groups);
        SqlPivot inFrom = new SqlPivot(position, relation, used, axes, tuples(values, position));
        return OutputNames.select(SqlNodeList.of(SqlIdentifier.star(position)), inFrom);
    }

    /** The relation with the columns of the groups and those that the rest needs, as PIVOT groups by all others. */
    private static SqlNode grouped(SqlCall pivot, SqlNodeList axes, SqlNodeList aggregates, SqlNodeList groups) {
        Map<String, SqlNode> columns = new LinkedHashMap<>();
        groups.forEach(group -> put(columns, simple(group, "GROUP BY of PIVOT")));
        axes.forEach(axis -> put(columns, (SqlIdentifier) axis));
        aggregates.accept(new SqlBasicVisitor<@Nullable Void>() {
            @Override
            public @Nullable Void visit(SqlIdentifier name) {
                if (!name.isStar()) {
                    put(columns, name);
                }
                return null;
            }

            @Override
            public @Nullable Void visit(SqlCall call) {
                return call.getKind() == SqlKind.AS
                        ? call.<SqlNode>operand(0).accept(this)
                        : super.visit(call);
            }
        });
        SqlNodeList items = new SqlNodeList(columns.values(), pivot.getParserPosition());
        return OutputNames.select(items, pivot.operand(0));
    }

    private static void put(Map<String, SqlNode> columns, SqlIdentifier name) {
        columns.putIfAbsent(name.names.get(name.names.size() - 1).toLowerCase(Locale.ROOT), name);
    }

    /** Each value of the first column with each of the next, under their names together. */
    private static SqlNodeList tuples(List<SqlNodeList> values, SqlParserPos position) {
        List<SqlNodeList> tuples = List.of(SqlNodeList.EMPTY);
        for (SqlNodeList column : values) {
            List<SqlNodeList> longer = new ArrayList<>();
            for (SqlNodeList tuple : tuples) {
                for (SqlNode value : column) {
                    SqlNodeList next = new SqlNodeList(tuple, position);
                    next.add(value);
                    longer.add(next);
                }
            }
            tuples = longer;
        }
        SqlNodeList named = new SqlNodeList(position);
        for (SqlNodeList tuple : tuples) {
            String name = tuple.stream().map(PivotForm::nameOf).collect(Collectors.joining("_"));
            named.add(SqlStdOperatorTable.AS.createCall(position, tuple, new SqlIdentifier(name, position)));
        }
        return named;
    }

    private static String nameOf(SqlNode value) {
        if (!(value instanceof SqlLiteral literal)) {
            throw DialectForms.refused(value, "The values of PIVOT are written out, as in IN ('a', 'b').");
        }
        String text = literal.toValue();
        return text == null ? "NULL" : text;
    }

    /** SELECT * FROM relation UNPIVOT (value FOR name IN (columns)) */
    SqlNode unpivot(SqlCall unpivot) {
        SqlParserPos position = unpivot.getParserPosition();
        SqlNodeList columns = new SqlNodeList(position);
        for (SqlNode column : unpivot.<SqlNodeList>operand(2)) {
            if (ColumnsForm.isIn(column)) {
                names.of(column, unpivot.operand(0))
                        .forEach(name -> columns.add(SqlNodeList.of(new SqlIdentifier(name, position))));
            } else if (column.getKind() == SqlKind.ROW) {
                columns.add(new SqlNodeList(((SqlCall) column).getOperandList(), position));
            } else {
                columns.add(SqlNodeList.of(simple(column, "UNPIVOT")));
            }
        }
        boolean nulls = ((SqlLiteral) unpivot.operand(1)).booleanValue();
        SqlUnpivot inFrom = new SqlUnpivot(
                position,
                unpivot.operand(0),
                nulls,
                unpivot.operand(4),
                SqlNodeList.of(unpivot.<SqlNode>operand(3)),
                columns);
        return OutputNames.select(SqlNodeList.of(SqlIdentifier.star(position)), named(inFrom));
    }

    /** With the names of columns as the relation has them, whatever the case in which they are written here. */
    SqlUnpivot named(SqlUnpivot unpivot) {
        List<String> known = names.of(SqlIdentifier.star(unpivot.getParserPosition()), unpivot.query);
        SqlNodeList columns = new SqlNodeList(unpivot.inList.getParserPosition());
        for (SqlNode entry : unpivot.inList) {
            if (entry.getKind() == SqlKind.AS) {
                columns.add(entry);
                continue;
            }
            SqlParserPos position = entry.getParserPosition();
            String name = ((SqlNodeList) entry)
                    .stream()
                            .map(column -> as(known, column.toString()))
                            .collect(Collectors.joining("_"));
            columns.add(SqlStdOperatorTable.AS.createCall(
                    position, entry, SqlNodeList.of(SqlLiteral.createCharString(name, position))));
        }
        return new SqlUnpivot(
                unpivot.getParserPosition(),
                unpivot.query,
                unpivot.includeNulls,
                unpivot.measureList,
                unpivot.axisList,
                columns);
    }

    private static String as(List<String> known, String written) {
        return known.stream().filter(written::equalsIgnoreCase).findFirst().orElse(written);
    }

    private static SqlIdentifier simple(SqlNode node, String form) {
        if (node instanceof SqlIdentifier name && !name.isStar()) {
            return name.isSimple() ? name : name.getComponent(name.names.size() - 1);
        }
        throw DialectForms.refused(node, "%s takes names of columns here; write a sub-query that has the expression."
                .formatted(form));
    }

    static boolean isQuery(SqlCall call) {
        return call.getOperator().equals(DialectOperators.PIVOT) || call.getOperator().equals(DialectOperators.UNPIVOT);
    }
}
