package io.gatehouse.sql.dialect;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.function.FunctionTable;
import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.parse.StatementErrors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
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
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.util.Util;
import org.jspecify.annotations.Nullable;

/**
 * GROUP BY ALL and ORDER BY ALL, by the numbers of the items that they stand for. GROUP BY ALL means the items of the
 * SELECT list that hold a column and no aggregate. What holds neither is a constant, and grouped by nothing but constants
 * no rows would give no group. ORDER BY ALL means all items.
 */
final class AllKeys {
    private AllKeys() {}

    /** Replaces stars by their columns, if all column names differ. */
    static void writeStars(SqlSelect select, OutputColumns names) {
        SqlNodeList items = new SqlNodeList(select.getSelectList().getParserPosition());
        for (SqlNode item : select.getSelectList()) {
            boolean star = item instanceof SqlStarExclude
                    || (item instanceof SqlIdentifier name && name.isStar())
                    || StarForm.isColumns(item);
            List<SqlNode> columns = star ? names.of(item, select.getFrom()) : List.of();
            columns.forEach(column -> items.add(column(item, (SqlIdentifier) column)));
            if (columns.isEmpty()) {
                items.add(item);
            }
        }
        select.setSelectList(items);
    }

    /** Qualifies a column of q.* by q. */
    private static SqlNode column(SqlNode star, SqlIdentifier name) {
        SqlNode bare = star instanceof SqlStarExclude exclude ? exclude.getStarIdentifier() : star;
        return name.isSimple() && bare instanceof SqlIdentifier relation && relation.names.size() > 1
                ? relation.skipLast(1).plus(name.getSimple(), star.getParserPosition())
                : name;
    }

    /** Returns the keys; empty if there is nothing to group because all items are constants. */
    static Optional<SqlNodeList> groupKeys(SqlSelect select, OutputColumns names) {
        SqlNode all = select.getGroup().get(0);
        SqlNodeList keys = new SqlNodeList(all.getParserPosition());
        boolean grouped = false;
        SqlNode constant = null;
        boolean aggregates = select.getHaving() != null;
        OwnColumns own = new OwnColumns(select, names);
        for (int item = 1; item <= select.getSelectList().size(); item++) {
            SqlNode expression = select.getSelectList().get(item - 1);
            if (DialectForms.isStar(expression)) {
                throw StatementErrors.notSupported(all, "GROUP BY ALL cannot be combined with *; name the columns.");
            }
            if (SqlTrees.holds(expression, call -> call.getKind() == SqlKind.OVER)) {
                throw StatementErrors.notSupported(
                        expression, "GROUP BY ALL cannot be combined with a window function; name the columns.");
            }
            boolean aggregate = SqlTrees.holds(expression, AllKeys::isAggregate);
            aggregates |= aggregate;
            boolean key = !aggregate && own.areIn(expression);
            grouped |= key;
            if (key || (!aggregate && own.namesOther())) {
                keys.add(SqlTrees.number(item, all.getParserPosition()));
                constant = key ? constant : expression;
            }
        }
        if (!grouped && constant != null) {
            // It is the same for all rows, so that these are one group, also where there are none.
            keys.clear();
            if (aggregates) {
                throw StatementErrors.notSupported(
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

    /** Whether this is CURRENT_DATE or a similar function, which is parsed as a name. */
    private static boolean isConstant(SqlIdentifier name) {
        return name.isSimple()
                && name.getSimple()
                        .toLowerCase(Locale.ROOT)
                        .matches("current_(date|time|timestamp)|local(time|timestamp)");
    }

    /** The columns of a SELECT itself. Columns of an outer query are not keys. */
    private static final class OwnColumns extends SqlBasicVisitor<Void> {
        private final SqlSelect select;
        private final OutputColumns names;
        private final Set<String> relations = new HashSet<>();
        private Optional<Set<String>> columns = Optional.empty();
        private boolean found;
        private boolean other;

        private OwnColumns(SqlSelect select, OutputColumns names) {
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
                relations.add(SqlTrees.key(((SqlCall) from).operand(1).toString()));
            } else if (from instanceof SqlIdentifier name) {
                relations.add(SqlTrees.key(Util.last(name.names)));
            }
        }

        /** Whether an expression uses one. A sub-query counts if it refers to one by the name of its relation. */
        private boolean areIn(SqlNode expression) {
            found = false;
            other = false;
            (expression.getKind() == SqlKind.AS ? ((SqlCall) expression).<SqlNode>operand(0) : expression).accept(this);
            return found;
        }

        /** Whether the last expression contained a sub-query or a column of another query. */
        private boolean namesOther() {
            return other;
        }

        @Override
        public Void visit(SqlIdentifier name) {
            boolean own = name.isSimple() ? isColumn(name) : relations.contains(SqlTrees.key(name.names.get(0)));
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
                    found = found || (!name.isSimple() && relations.contains(SqlTrees.key(name.names.get(0))));
                    return null;
                }
            });
            return null;
        }

        private boolean isColumn(SqlIdentifier name) {
            return !isConstant(name) && (columns().isEmpty() || columns().contains(SqlTrees.key(name.getSimple())));
        }

        /** Returns the names of the columns; empty if they are not known. */
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
                        .map(column -> SqlTrees.key(Util.last(((SqlIdentifier) column).names)))
                        .collect(Collectors.toSet());
            } catch (CalciteContextException | GatehouseException e) {
                // What stands in FROM looks back at another query; what is wrong with it is said later.
                return Set.of();
            }
        }
    }

    /**
     * Returns the keys that replace ALL, with its direction.
     *
     * @param query whose rows are sorted
     */
    static List<SqlNode> orderKeys(SqlNode query, SqlNode key, OutputColumns names) {
        SqlSelect first = firstSelect(query, key);
        SqlNodeList list = first.getSelectList();
        int items = list.stream().anyMatch(DialectForms::isStar)
                ? names.of(columnsOf(query, list, first.getFrom())).size()
                : list.size();
        List<SqlNode> keys = new ArrayList<>();
        for (int item = 1; item <= items; item++) {
            keys.add(ordered(key, SqlTrees.number(item, key.getParserPosition())));
        }
        return keys;
    }

    /** Returns a query with the same columns but without conditions, which may refer to outer queries. */
    private static SqlNode columnsOf(SqlNode query, SqlNodeList list, @Nullable SqlNode from) {
        if (query instanceof SqlWith with) {
            return new SqlWith(with.getParserPosition(), with.withList, columnsOf(with.body, list, from));
        }
        return query instanceof SqlSelect
                ? OutputColumns.select(list, from)
                : columnsOf(((SqlCall) query).operand(0), list, from);
    }

    /** Returns the SELECT whose items are the columns of a query. */
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
        throw StatementErrors.notSupported(key, "ORDER BY ALL is allowed only after a SELECT; name the columns.");
    }

    /** Replaces ALL by a number, with the same direction. */
    private static SqlNode ordered(SqlNode key, SqlNode number) {
        return DialectForms.isAll(key)
                ? number
                : ((SqlCall) key)
                        .getOperator()
                        .createCall(key.getParserPosition(), ordered(((SqlCall) key).operand(0), number));
    }
}
