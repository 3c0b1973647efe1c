package io.gatehouse.sql.dialect;

import io.gatehouse.sql.function.FunctionTable;
import io.gatehouse.sql.parse.SqlTrees;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.util.SqlShuttle;
import org.apache.calcite.util.Litmus;
import org.apache.calcite.util.Util;
import org.jspecify.annotations.Nullable;

/**
 * Columns of outer queries in a grouped query, outside its aggregates and keys, as {@code a.y} in {@code (SELECT max(b.x) -
 * a.y FROM b)}. Within that query such a column is a constant, but Calcite takes it for a column that is not grouped. Each
 * becomes a query, {@code (SELECT a.y)}, because what queries refer to is not checked.
 */
final class OuterColumns extends SqlShuttle {
    private final OwnColumns own;
    private final Set<String> aliases = new HashSet<>();
    private final List<SqlNode> keys = new ArrayList<>();

    private OuterColumns(SqlSelect select, OutputColumns names) {
        own = new OwnColumns(select, names);
        for (SqlNode item : select.getSelectList()) {
            if (item.getKind() == SqlKind.AS) {
                aliases.add(SqlTrees.key(((SqlCall) item).operand(1).toString()));
            }
        }
        if (select.getGroup() != null) {
            addKeys(select.getGroup());
        }
    }

    /** Writes them as queries in SELECT and HAVING. */
    static void writeAsQueries(SqlSelect select, OutputColumns names) {
        if (!isGrouped(select)) {
            return;
        }
        OuterColumns columns = new OuterColumns(select, names);
        SqlNodeList items = new SqlNodeList(select.getSelectList().getParserPosition());
        for (SqlNode item : select.getSelectList()) {
            boolean key = DialectForms.isStar(item) || columns.isKeyItem(item, items.size() + 1);
            items.add(key ? item : columns.item(item));
        }
        select.setSelectList(items);
        SqlNode having = select.getHaving();
        if (having != null) {
            select.setHaving(having.accept(columns));
        }
    }

    private static boolean isGrouped(SqlSelect select) {
        return select.getGroup() != null
                || select.getHaving() != null
                || select.getSelectList().stream().anyMatch(OuterColumns::holdsAggregate);
    }

    private static boolean holdsAggregate(SqlNode item) {
        try {
            item.accept(new SqlBasicVisitor<@Nullable Void>() {
                @Override
                public @Nullable Void visit(SqlCall call) {
                    if (call.getKind() == SqlKind.OVER || call.isA(SqlKind.QUERY)) {
                        return null;
                    }
                    if (isAggregate(call)) {
                        throw Util.FoundOne.NULL;
                    }
                    return super.visit(call);
                }
            });
            return false;
        } catch (Util.FoundOne found) {
            return true;
        }
    }

    private static boolean isAggregate(SqlCall call) {
        return FunctionTable.INSTANCE.isAggregate(call.getOperator().getName());
    }

    private void addKeys(SqlNode node) {
        boolean several = node instanceof SqlNodeList
                || switch (node.getKind()) {
                    case ROLLUP, CUBE, GROUPING_SETS, ROW -> true;
                    default -> false;
                };
        if (!several) {
            keys.add(node);
        } else if (node instanceof SqlNodeList list) {
            list.forEach(this::addKeys);
        } else {
            ((SqlCall) node).getOperandList().forEach(this::addKeys);
        }
    }

    /** Whether GROUP BY refers to an item of SELECT by its number or alias. */
    private boolean isKeyItem(SqlNode item, int number) {
        return keys.stream()
                .anyMatch(key -> (key instanceof SqlNumericLiteral literal
                                && literal.toString().equals(Integer.toString(number)))
                        || (key instanceof SqlIdentifier name
                                && name.isSimple()
                                && item.getKind() == SqlKind.AS
                                && name.getSimple()
                                        .equalsIgnoreCase(
                                                ((SqlCall) item).operand(1).toString())));
    }

    private boolean isKey(SqlNode expression) {
        return keys.stream()
                .anyMatch(key -> key.equalsDeep(expression, Litmus.IGNORE)
                        || (key instanceof SqlIdentifier one
                                && expression instanceof SqlIdentifier other
                                && mayBeOne(one, other)));
    }

    /** Whether two names may be those of one column, where it is not known which relations have it. */
    private static boolean mayBeOne(SqlIdentifier one, SqlIdentifier other) {
        return one.isSimple() || other.isSimple()
                ? Util.last(one.names).equalsIgnoreCase(Util.last(other.names))
                : one.toString().equalsIgnoreCase(other.toString());
    }

    /** Returns the item with its name, which a query would not have. */
    private SqlNode item(SqlNode item) {
        SqlNode written = item.accept(this);
        boolean renamed = item instanceof SqlIdentifier && written != item;
        return renamed ? SqlStdOperatorTable.AS.createCall(item.getParserPosition(), written, name(item)) : written;
    }

    private static SqlIdentifier name(SqlNode column) {
        return new SqlIdentifier(Util.last(((SqlIdentifier) column).names), column.getParserPosition());
    }

    @Override
    public SqlNode visit(SqlIdentifier name) {
        boolean known = name.isStar() || isKey(name) || (name.isSimple() && aliases.contains(SqlTrees.simpleKey(name)));
        if (known || !own.isOther(name)) {
            return name;
        }
        SqlParserPos position = name.getParserPosition();
        return SqlTrees.select(position, SqlNodeList.of(name), null);
    }

    @Override
    public @Nullable SqlNode visit(SqlCall call) {
        if (call.getKind() == SqlKind.AS) {
            SqlNode value = call.<SqlNode>operand(0).accept(this);
            return call.getOperator().createCall(call.getParserPosition(), value, call.<SqlNode>operand(1));
        }
        boolean apart = switch (call.getKind()) {
            case OVER, FILTER, WITHIN_GROUP -> true;
            default -> call.isA(SqlKind.QUERY) || isAggregate(call);
        };
        return apart || isKey(call) ? call : super.visit(call);
    }
}
