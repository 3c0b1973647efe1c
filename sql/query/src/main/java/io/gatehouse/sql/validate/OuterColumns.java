package io.gatehouse.sql.validate;

import io.gatehouse.sql.function.FunctionTable;
import io.gatehouse.sql.parse.SqlTrees;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.util.SqlBasicVisitor.ArgHandler;
import org.apache.calcite.sql.util.SqlShuttle;
import org.apache.calcite.sql.util.SqlVisitor;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorScope;
import org.apache.calcite.sql.validate.SqlValidatorUtil;
import org.apache.calcite.util.Util;
import org.jspecify.annotations.Nullable;

/**
 * Marks the columns of outer queries in a grouped query, in which they need not be grouped: they have one value for all
 * of its rows. Calcite 1.42 would refuse them as not grouped.
 */
final class OuterColumns extends SqlShuttle {
    /** The mark: a call that is its operand, which the check for what is grouped passes over. */
    static final SqlSpecialOperator OUTER =
            new SqlSpecialOperator("OUTER", SqlKind.OTHER, 0, true, ReturnTypes.ARG0, null, OperandTypes.ANY) {
                @Override
                public <R extends @Nullable Object> void acceptCall(
                        SqlVisitor<R> visitor, SqlCall call, boolean onlyExpressions, ArgHandler<R> handler) {
                    if (!onlyExpressions) {
                        super.acceptCall(visitor, call, false, handler);
                    }
                }

                @Override
                public RelDataType deriveType(SqlValidator validator, SqlValidatorScope scope, SqlCall call) {
                    return validator.deriveType(scope, call.operand(0));
                }

                @Override
                public void unparse(SqlWriter writer, SqlCall call, int left, int right) {
                    call.operand(0).unparse(writer, left, right);
                }
            };

    /** Names in lower case that are no outer columns: columns and aliases of the query, and the names of its relations. */
    private final Set<String> own;

    private final Function<SqlIdentifier, Optional<SqlIdentifier>> qualified;

    /**
     * The texts of the keys of GROUP BY. In a group of ROLLUP that leaves one out it is NULL, also where it has outer columns
     * only; but not, as in DuckDB, where it is written in another way.
     */
    private final Set<String> keys = new HashSet<>();

    private OuterColumns(
            Set<String> own, Function<SqlIdentifier, Optional<SqlIdentifier>> qualified, @Nullable SqlNodeList group) {
        this.own = own;
        this.qualified = qualified;
        if (group != null) {
            addKeys(group);
        }
    }

    private void addKeys(List<SqlNode> group) {
        for (SqlNode key : group) {
            switch (key.getKind()) {
                case ROLLUP, CUBE, GROUPING_SETS, ROW -> addKeys(((SqlCall) key).getOperandList());
                case OTHER -> addKeys(key instanceof SqlNodeList list ? list : List.of());
                default -> keys.add(key.toString());
            }
        }
    }

    /**
     * Marks the outer columns of a query if it is grouped.
     *
     * @param own the names of the query's columns and relations, in lower case
     * @param qualified a name with its relation; empty if there is no such column
     */
    static void mark(
            SqlSelect select, Collection<String> own, Function<SqlIdentifier, Optional<SqlIdentifier>> qualified) {
        if (!isGrouped(select)) {
            return;
        }
        OuterColumns marks = new OuterColumns(new HashSet<>(own), qualified, select.getGroup());
        select.setSelectList(marks.items(select.getSelectList()));
        SqlNode having = select.getHaving();
        if (having != null) {
            select.setHaving(having.accept(marks));
        }
        SqlNodeList order = select.getOrderList();
        if (order != null) {
            select.setOrderBy((SqlNodeList) order.accept(marks));
        }
    }

    private static boolean isGrouped(SqlSelect select) {
        return select.getGroup() != null
                || select.getHaving() != null
                || select.getSelectList().stream().anyMatch(item -> SqlTrees.holds(item, OuterColumns::isAggregate));
    }

    private static boolean isAggregate(SqlCall call) {
        return FunctionTable.INSTANCE.isAggregate(call.getOperator().getName());
    }

    /** Marks the columns in items. An item keeps its name, which hides outer columns in what follows. */
    private SqlNodeList items(SqlNodeList items) {
        List<SqlNode> marked = new ArrayList<>();
        for (SqlNode item : items) {
            SqlNode written = item.accept(this);
            marked.add(
                    written != item && item instanceof SqlIdentifier name
                            ? SqlValidatorUtil.addAlias(written, Util.last(name.names))
                            : written);
            if (item.getKind() == SqlKind.AS) {
                own.add(SqlTrees.simpleKey(((SqlCall) item).operand(1)));
            }
        }
        return new SqlNodeList(marked, items.getParserPosition());
    }

    @Override
    public SqlNode visit(SqlIdentifier name) {
        if (name.isStar() || own.contains(SqlTrees.key(name.names.get(0)))) {
            return name;
        }
        if (keys.contains(name.toString())) {
            return name;
        }
        return qualified
                .apply(name)
                .<SqlNode>map(column -> OUTER.createCall(name.getParserPosition(), column))
                .orElse(name);
    }

    @Override
    public @Nullable SqlNode visit(SqlCall call) {
        if (call.isA(SqlKind.QUERY) || call.getOperator().equals(OUTER) || keys.contains(call.toString())) {
            return call;
        }
        if (call.getKind() == SqlKind.AS) {
            SqlNode value = call.<SqlNode>operand(0).accept(this);
            return value == call.operand(0)
                    ? call
                    : call.getOperator()
                            .createCall(
                                    call.getParserPosition(),
                                    Stream.concat(
                                                    Stream.of(value),
                                                    call.getOperandList().stream()
                                                            .skip(1))
                                            .filter(Objects::nonNull)
                                            .toList());
        }
        return super.visit(call);
    }
}
