package io.gatehouse.sql.dialect;

import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.parse.StatementErrors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.util.SqlShuttle;
import org.jspecify.annotations.Nullable;

/** Expands aliases of a SELECT list in its clauses, unless a column has the same name. */
public final class SelectAliases extends SqlShuttle {
    private final Map<String, Integer> places = new HashMap<>();
    private final List<SqlNode> items;
    private final Predicate<SqlIdentifier> isColumn;

    /** The number of items that an expression can refer to: those before its own. */
    private int visible;

    private SelectAliases(SqlSelect select, Predicate<SqlIdentifier> isColumn) {
        this.items = select.getSelectList();
        this.isColumn = isColumn;
        this.visible = items.size();
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).getKind() == SqlKind.AS) {
                places.putIfAbsent(SqlTrees.simpleKey(((SqlCall) items.get(i)).operand(1)), i);
            }
        }
    }

    /**
     * Expands the aliases in a clause.
     *
     * @param clause a condition, or the list of GROUP BY
     */
    public static SqlNode writtenOut(SqlNode clause, SqlSelect select, Predicate<SqlIdentifier> isColumn) {
        SelectAliases aliases = new SelectAliases(select, isColumn);
        return aliases.places.isEmpty() ? clause : aliases.writtenOut(clause);
    }

    /** Expands the aliases of earlier items in the items of the SELECT list itself. */
    public static SqlNodeList ofItems(SqlSelect select, Predicate<SqlIdentifier> isColumn) {
        SelectAliases aliases = new SelectAliases(select, isColumn);
        if (aliases.places.isEmpty()) {
            return select.getSelectList();
        }
        SqlNodeList written = new SqlNodeList(select.getSelectList().getParserPosition());
        for (SqlNode item : aliases.items) {
            aliases.visible = written.size();
            written.add(aliases.item(item));
        }
        return written;
    }

    /** An item keeps its name. */
    private SqlNode item(SqlNode item) {
        if (item.getKind() == SqlKind.AS) {
            SqlCall as = (SqlCall) item;
            List<SqlNode> operands = new ArrayList<>(as.getOperandList());
            operands.set(0, writtenOut(operands.get(0)));
            return operands.equals(as.getOperandList())
                    ? item
                    : as.getOperator().createCall(as.getParserPosition(), operands);
        }
        SqlNode written = writtenOut(item);
        return written != item && item instanceof SqlIdentifier name
                ? SqlStdOperatorTable.AS.createCall(item.getParserPosition(), written, name)
                : written;
    }

    private SqlNode writtenOut(SqlNode node) {
        SqlNode written = node.accept(this);
        return written == null ? node : written;
    }

    @Override
    public @Nullable SqlNode visit(SqlCall call) {
        return call.isA(SqlKind.QUERY) ? call : super.visit(call);
    }

    @Override
    public SqlNode visit(SqlIdentifier name) {
        Integer place = name.isSimple() ? places.get(SqlTrees.simpleKey(name)) : null;
        if (place == null || place >= visible || isColumn.test(name)) {
            return name;
        }
        int before = visible;
        visible = place;
        SqlNode expression = ((SqlCall) items.get(place)).<SqlNode>operand(0).accept(new Copy(this, name));
        visible = before;
        return expression;
    }

    /** Copies an expression with its own aliases expanded. */
    private static final class Copy extends SqlTrees.Copy {
        private final SelectAliases aliases;
        private final SqlIdentifier alias;

        private Copy(SelectAliases aliases, SqlIdentifier alias) {
            this.aliases = aliases;
            this.alias = alias;
        }

        @Override
        public @Nullable SqlNode visit(SqlCall call) {
            if (call.isA(SqlKind.QUERY)) {
                throw StatementErrors.notSupported(
                        alias,
                        "The alias %s stands for a sub-query, which cannot be used in other expressions; put a query around this one and use it there."
                                .formatted(alias));
            }
            return super.visit(call);
        }

        @Override
        public SqlNode visit(SqlIdentifier name) {
            SqlNode meant = aliases.visit(name);
            return meant == name ? super.visit(name) : meant;
        }
    }
}
