package io.gatehouse.sql.dialect;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.util.SqlShuttle;
import org.jspecify.annotations.Nullable;

/** The aliases of a SELECT list in its WHERE: each stands for its expression, unless a column has the same name. */
public final class SelectAliases extends SqlShuttle {
    private final Map<String, Integer> places = new HashMap<>();
    private final List<SqlNode> items;
    private final Predicate<SqlIdentifier> isColumn;

    /** How many items an expression can name: those before its own. */
    private int visible;

    private SelectAliases(SqlSelect select, Predicate<SqlIdentifier> isColumn) {
        this.items = select.getSelectList();
        this.isColumn = isColumn;
        this.visible = items.size();
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).getKind() == SqlKind.AS) {
                places.putIfAbsent(key(((SqlCall) items.get(i)).operand(1)), i);
            }
        }
    }

    public static SqlNode writtenOut(SqlNode condition, SqlSelect select, Predicate<SqlIdentifier> isColumn) {
        SelectAliases aliases = new SelectAliases(select, isColumn);
        SqlNode written = aliases.places.isEmpty() ? condition : condition.accept(aliases);
        return written == null ? condition : written;
    }

    @Override
    public @Nullable SqlNode visit(SqlCall call) {
        return call.isA(SqlKind.QUERY) ? call : super.visit(call);
    }

    @Override
    public SqlNode visit(SqlIdentifier name) {
        Integer place = name.isSimple() ? places.get(key(name)) : null;
        if (place == null || place >= visible || isColumn.test(name)) {
            return name;
        }
        int before = visible;
        visible = place;
        SqlNode expression = ((SqlCall) items.get(place)).<SqlNode>operand(0).accept(new Copy(this));
        visible = before;
        return expression;
    }

    private static String key(SqlIdentifier name) {
        return name.getSimple().toLowerCase(Locale.ROOT);
    }

    /** Validation notes for each part of a statement what it found, so that none may stand in two places. */
    private static final class Copy extends SqlShuttle {
        private final SelectAliases aliases;

        private Copy(SelectAliases aliases) {
            this.aliases = aliases;
        }

        @Override
        public @Nullable SqlNode visit(SqlCall call) {
            if (call.isA(SqlKind.QUERY)) {
                throw DialectForms.refused(
                        call, "The alias of a sub-query cannot stand in WHERE; write it around the query.");
            }
            CallCopyingArgHandler copy = new CallCopyingArgHandler(call, true);
            call.getOperator().acceptCall(this, call, false, copy);
            return copy.result();
        }

        @Override
        public SqlNode visit(SqlIdentifier name) {
            SqlNode meant = aliases.visit(name);
            return meant == name ? name.clone(name.getParserPosition()) : meant;
        }
    }
}
