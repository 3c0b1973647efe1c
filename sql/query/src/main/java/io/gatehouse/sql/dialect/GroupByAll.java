package io.gatehouse.sql.dialect;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.function.FunctionTable;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlStarExclude;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.util.Util;

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
    static Optional<SqlNodeList> keys(SqlSelect select, OutputNames names) {
        SqlNode all = select.getGroup().get(0);
        SqlNodeList keys = new SqlNodeList(all.getParserPosition());
        boolean grouped = false;
        SqlNode constant = null;
        boolean aggregates = select.getHaving() != null;
        OwnColumns own = new OwnColumns(select, names);
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
            boolean key = !aggregate && own.areIn(expression);
            grouped |= key;
            if (key || (!aggregate && own.namesOther())) {
                keys.add(DialectForms.number(item, all.getParserPosition()));
                constant = key ? constant : expression;
            }
        }
        if (!grouped && constant != null) {
            // It is the same for all rows, so that these are one group, also where there are none.
            keys.clear();
            if (aggregates) {
                throw DialectForms.refused(
                        constant,
                        "GROUP BY ALL has no key here but what is the same for all rows; write it around the query.");
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

    /** CURRENT_DATE and its like, which are read as names. */
    private static boolean isConstant(SqlIdentifier name) {
        return name.isSimple()
                && name.getSimple()
                        .toLowerCase(Locale.ROOT)
                        .matches("current_(date|time|timestamp)|local(time|timestamp)");
    }

    /** The columns of a SELECT, as against those of a query around it, which are no keys. */
    private static final class OwnColumns extends SqlBasicVisitor<Void> {
        private final SqlSelect select;
        private final OutputNames names;
        private final Set<String> relations = new HashSet<>();
        private Optional<Set<String>> columns = Optional.empty();
        private boolean found;
        private boolean other;

        private OwnColumns(SqlSelect select, OutputNames names) {
            this.select = select;
            this.names = names;
            if (select.getFrom() != null) {
                addRelations(select.getFrom());
            }
        }

        private void addRelations(SqlNode from) {
            if (from instanceof SqlJoin join) {
                addRelations(join.getLeft());
                addRelations(join.getRight());
            } else if (from.getKind() == SqlKind.AS) {
                relations.add(key(((SqlCall) from).operand(1).toString()));
            } else if (from instanceof SqlIdentifier name) {
                relations.add(key(Util.last(name.names)));
            }
        }

        /** Whether an expression holds one. A sub-query counts if it looks back at one by the name of its relation. */
        private boolean areIn(SqlNode expression) {
            found = false;
            other = false;
            (expression.getKind() == SqlKind.AS ? ((SqlCall) expression).<SqlNode>operand(0) : expression).accept(this);
            return found;
        }

        /** Whether the last expression held a sub-query or a column of another query. */
        private boolean namesOther() {
            return other;
        }

        @Override
        public Void visit(SqlIdentifier name) {
            boolean own = name.isSimple() ? isColumn(name) : relations.contains(key(name.names.get(0)));
            found = found || own;
            other = other || (!own && !isConstant(name));
            return null;
        }

        @Override
        public Void visit(SqlCall call) {
            if (!call.getKind().belongsTo(SqlKind.QUERY)) {
                return super.visit(call);
            }
            other = true;
            call.accept(new SqlBasicVisitor<Void>() {
                @Override
                public Void visit(SqlIdentifier name) {
                    found = found || (!name.isSimple() && relations.contains(key(name.names.get(0))));
                    return null;
                }
            });
            return null;
        }

        private boolean isColumn(SqlIdentifier name) {
            return !isConstant(name) && (columns().isEmpty() || columns().contains(key(name.getSimple())));
        }

        /** The names of the columns; none if they cannot be told. */
        private Set<String> columns() {
            if (columns.isEmpty()) {
                columns = Optional.of(known());
            }
            return columns.get();
        }

        private Set<String> known() {
            if (select.getFrom() == null) {
                return Set.of();
            }
            try {
                return names.of(SqlIdentifier.star(select.getParserPosition()), select.getFrom()).stream()
                        .map(column -> key(Util.last(((SqlIdentifier) column).names)))
                        .collect(Collectors.toSet());
            } catch (CalciteContextException | GatehouseException e) {
                // What stands in FROM looks back at another query; what is wrong with it is said later.
                return Set.of();
            }
        }

        private static String key(String name) {
            return name.toLowerCase(Locale.ROOT);
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
