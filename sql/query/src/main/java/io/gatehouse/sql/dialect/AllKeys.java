package io.gatehouse.sql.dialect;

import io.gatehouse.sql.function.FunctionTable;
import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.parse.StatementErrors;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlStarExclude;
import org.apache.calcite.sql.SqlUtil;
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
    private static final Set<SqlKind> OF_ONE_AGGREGATE = EnumSet.of(SqlKind.FILTER, SqlKind.WITHIN_GROUP);

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
        checkHaving(select);
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

    /** Whether an item is an aggregate, or computed of aggregates and constants. */
    private static boolean isOfAggregates(SqlNode item) {
        if (item instanceof SqlLiteral || item instanceof SqlDataTypeSpec) {
            return true;
        }
        if (item instanceof SqlNodeList list) {
            return list.stream().allMatch(AllKeys::isOfAggregates);
        }
        return item instanceof SqlCall call
                && !call.isA(SqlKind.QUERY)
                && (SqlTrees.holds(call, AllKeys::isAggregate)
                        && (isAggregate(call)
                                || OF_ONE_AGGREGATE.contains(call.getKind())
                                || call.getOperandList().stream().allMatch(AllKeys::isOfAggregates)));
    }

    /**
     * Refuses what HAVING has outside aggregates but columns that are items, and aliases of aggregates. DuckDB groups by the
     * columns of anything else, too, and so by more than the items: HAVING c = 0 gives a row for each x where c is x % 2. A
     * name that is a column and the alias of another one is the alias to DuckDB, and the column where keys are written out.
     */
    private static void checkHaving(SqlSelect select) {
        SqlNode condition = select.getHaving();
        if (condition == null) {
            return;
        }
        Set<String> columns = new HashSet<>();
        Set<String> aliasesOfColumns = new HashSet<>();
        Set<String> aliases = new HashSet<>();
        Set<String> aliasesOfAggregates = new HashSet<>();
        for (SqlNode item : select.getSelectList()) {
            Optional<String> column = SqlUtil.stripAs(item) instanceof SqlIdentifier name
                    ? Optional.of(SqlTrees.key(Util.last(name.names)))
                    : Optional.empty();
            column.ifPresent(columns::add);
            if (item.getKind() == SqlKind.AS) {
                String alias = SqlTrees.simpleKey(((SqlCall) item).operand(1));
                if (column.isPresent()) {
                    aliasesOfColumns.add(alias);
                }
                if (isOfAggregates(((SqlCall) item).operand(0))) {
                    aliasesOfAggregates.add(alias);
                }
                if (!column.equals(Optional.of(alias))) {
                    aliases.add(alias);
                }
            }
        }
        condition.accept(new SqlBasicVisitor<@Nullable Void>() {
            @Override
            public @Nullable Void visit(SqlCall call) {
                return call.isA(SqlKind.QUERY) || isAggregate(call) ? null : super.visit(call);
            }

            @Override
            public @Nullable Void visit(SqlIdentifier name) {
                String key = SqlTrees.key(Util.last(name.names));
                if (name.isSimple() && aliases.contains(key) && columns.contains(key)) {
                    throw StatementErrors.notSupported(
                            name,
                            "%s is a key of GROUP BY ALL and the alias of another column; choose another alias."
                                    .formatted(name.getSimple()));
                }
                boolean known = columns.contains(key)
                        || aliasesOfColumns.contains(key)
                        || (name.isSimple() && aliasesOfAggregates.contains(key));
                if (!known) {
                    throw StatementErrors.notSupported(
                            name,
                            "HAVING of GROUP BY ALL takes aggregates and columns that are items of SELECT, and %s is neither;"
                                            .formatted(name)
                                    + " write the keys of GROUP BY.");
                }
                return null;
            }
        });
    }

    private static boolean isAggregate(SqlCall call) {
        return FunctionTable.INSTANCE.isAggregate(call.getOperator().getName());
    }

    /**
     * Returns the keys that replace ALL, with its direction.
     *
     * @param query whose rows are sorted
     */
    static List<SqlNode> orderKeys(SqlNode query, SqlNode key, OutputColumns names) {
        int items = columns(query, key, names);
        List<SqlNode> keys = new ArrayList<>();
        for (int item = 1; item <= items; item++) {
            SqlNode number = SqlTrees.number(item, key.getParserPosition());
            keys.add(SqlTrees.withBare(key, all -> number));
        }
        return keys;
    }

    /** Returns how many columns a query has. */
    private static int columns(SqlNode query, SqlNode key, OutputColumns names) {
        SqlNode first = first(query);
        if (first instanceof SqlSelect select) {
            SqlNodeList list = select.getSelectList();
            return list.stream().anyMatch(DialectForms::isStar)
                    ? names.of(columnsOf(query, list, select.getFrom())).size()
                    : list.size();
        }
        if (first.getKind() == SqlKind.VALUES) {
            return ((SqlCall) first).<SqlCall>operand(0).operandCount();
        }
        throw StatementErrors.notSupported(
                key, "ORDER BY ALL is allowed only after a SELECT or VALUES; name the columns.");
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

    /** Returns the SELECT whose items are the columns of a query, or the VALUES whose rows are its rows. */
    private static SqlNode first(SqlNode query) {
        if (query instanceof SqlWith with) {
            return first(with.body);
        }
        boolean nested = query instanceof SqlOrderBy || SqlKind.SET_QUERY.contains(query.getKind());
        return nested ? first(((SqlCall) query).operand(0)) : query;
    }
}
