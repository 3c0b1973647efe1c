package io.gatehouse.sql.plan;

import io.gatehouse.sql.function.FunctionTable;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlStarExclude;
import org.apache.calcite.sql.util.SqlBasicVisitor;

/**
 * GROUP BY ALL: the items of the SELECT list that hold a column and no aggregate, by their numbers. What holds neither is
 * a constant, and grouped by nothing but constants no rows would give no group.
 */
final class GroupByAll {
    private GroupByAll() {}

    /** Writes the columns in the place of a star, where each has another name. */
    static void writeStars(SqlSelect select, OutputNames names) {
        SqlNodeList items = new SqlNodeList(select.getSelectList().getParserPosition());
        for (SqlNode item : select.getSelectList()) {
            boolean star = item instanceof SqlStarExclude
                    || (item instanceof SqlIdentifier name && name.isStar())
                    || ColumnsForm.isColumns(item);
            List<SqlNode> columns = star ? names.of(item, select.getFrom()) : List.of();
            columns.forEach(column -> items.add(column(item, (SqlIdentifier) column)));
            if (columns.isEmpty()) {
                items.add(item);
            }
        }
        select.setSelectList(items);
    }

    /** Behind q.* a column of q. */
    private static SqlNode column(SqlNode star, SqlIdentifier name) {
        SqlNode bare = star instanceof SqlStarExclude exclude ? exclude.getStarIdentifier() : star;
        return name.isSimple() && bare instanceof SqlIdentifier relation && relation.names.size() > 1
                ? relation.skipLast(1).plus(name.getSimple(), star.getParserPosition())
                : name;
    }

    /** The keys; none if there is nothing to group, where all items are constants. */
    static Optional<SqlNodeList> keys(SqlSelect select) {
        SqlNode all = select.getGroup().get(0);
        SqlNodeList keys = new SqlNodeList(all.getParserPosition());
        boolean aggregates = select.getHaving() != null;
        for (int item = 1; item <= select.getSelectList().size(); item++) {
            SqlNode expression = select.getSelectList().get(item - 1);
            if (DialectForms.isStar(expression)) {
                throw DialectForms.refused(all, "GROUP BY ALL cannot stand with a star; name the columns.");
            }
            if (holds(expression, call -> call.getKind() == SqlKind.OVER)) {
                throw DialectForms.refused(
                        expression, "GROUP BY ALL cannot stand with a window function; name the columns.");
            }
            boolean aggregate = holds(expression, GroupByAll::isAggregate);
            aggregates |= aggregate;
            if (!aggregate && holdsColumn(expression)) {
                keys.add(DialectForms.number(item, all.getParserPosition()));
            }
        }
        if (keys.isEmpty() && aggregates) {
            keys.add(new SqlNodeList(all.getParserPosition()));
        }
        return keys.isEmpty() ? Optional.empty() : Optional.of(keys);
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

    /** Whether a name stands in an expression; it may be that of a column that a sub-query looks back at. */
    private static boolean holdsColumn(SqlNode expression) {
        SqlNode value = expression.getKind() == SqlKind.AS ? ((SqlCall) expression).operand(0) : expression;
        Names names = new Names();
        value.accept(names);
        return names.found;
    }

    /** CURRENT_DATE and its like, which are read as names. */
    private static boolean isConstant(SqlIdentifier name) {
        return name.isSimple()
                && name.getSimple()
                        .toLowerCase(Locale.ROOT)
                        .matches("current_(date|time|timestamp)|local(time|timestamp)");
    }

    private static final class Names extends SqlBasicVisitor<Void> {
        private boolean found;

        @Override
        public Void visit(SqlIdentifier name) {
            found = found || !isConstant(name);
            return null;
        }
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
