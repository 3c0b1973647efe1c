package io.gatehouse.sql.plan;

import io.gatehouse.sql.function.FunctionTable;
import java.util.function.Predicate;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.util.SqlBasicVisitor;

/** GROUP BY ALL: the items of the SELECT list that hold no aggregate, by their numbers. */
final class GroupByAll {
    private GroupByAll() {}

    static SqlNodeList keys(SqlSelect select) {
        SqlNode all = select.getGroup().get(0);
        SqlNodeList keys = new SqlNodeList(all.getParserPosition());
        for (int item = 1; item <= select.getSelectList().size(); item++) {
            SqlNode expression = select.getSelectList().get(item - 1);
            if (DialectForms.isStar(expression)) {
                throw DialectForms.refused(all, "GROUP BY ALL cannot stand with a star; name the columns.");
            }
            if (holds(expression, call -> call.getKind() == SqlKind.OVER)) {
                throw DialectForms.refused(
                        expression, "GROUP BY ALL cannot stand with a window function; name the columns.");
            }
            if (!holds(expression, GroupByAll::isAggregate)) {
                keys.add(DialectForms.number(item, all.getParserPosition()));
            }
        }
        return keys.isEmpty() ? SqlNodeList.of(new SqlNodeList(all.getParserPosition())) : keys;
    }

    private static boolean isAggregate(SqlCall call) {
        return FunctionTable.INSTANCE.isAggregate(call.getOperator().getName());
    }

    /** Whether an expression holds such a call, not counting those of its sub-queries. */
    private static boolean holds(SqlNode expression, Predicate<SqlCall> wanted) {
        Search search = new Search(wanted);
        expression.accept(search);
        return search.found;
    }

    private static final class Search extends SqlBasicVisitor<Void> {
        private final Predicate<SqlCall> wanted;
        private boolean found;

        private Search(Predicate<SqlCall> wanted) {
            this.wanted = wanted;
        }

        @Override
        public Void visit(SqlCall call) {
            found = found || wanted.test(call);
            return call.getKind().belongsTo(SqlKind.QUERY) ? null : super.visit(call);
        }
    }
}
