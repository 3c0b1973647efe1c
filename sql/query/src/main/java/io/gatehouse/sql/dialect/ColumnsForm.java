package io.gatehouse.sql.dialect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.util.SqlShuttle;

/**
 * COLUMNS('pattern') in an item of a SELECT list: the item once for each column whose name the regular expression
 * matches somewhere, as DuckDB does it. COLUMNS(*) is all of them.
 */
public final class ColumnsForm {
    private ColumnsForm() {}

    public static boolean isIn(SqlNode item) {
        Search search = new Search();
        item.accept(search);
        return search.found;
    }

    /** The items that an item stands for. */
    public static List<SqlNode> expanded(SqlNode item, List<SqlNode> columns) {
        if (!isIn(item)) {
            return List.of(item);
        }
        List<SqlNode> items = new ArrayList<>();
        for (SqlNode column : columns) {
            Replacement replacement = new Replacement(column);
            SqlNode replaced = item.accept(replacement);
            if (replaced != null && !replacement.missed) {
                items.add(isColumns(item) ? column : replaced);
            }
        }
        if (items.isEmpty()) {
            throw DialectForms.refused(item, "No column has a name that COLUMNS matches.");
        }
        return items;
    }

    /** Whether an item is COLUMNS and nothing else. */
    static boolean isColumns(SqlNode node) {
        return node instanceof SqlCall call
                && call.getOperator() instanceof SqlUnresolvedFunction function
                && function.getName().toLowerCase(Locale.ROOT).equals("columns")
                && call.operandCount() == 1;
    }

    private static boolean matches(SqlCall call, SqlNode column) {
        SqlNode argument = call.operand(0);
        if (argument instanceof SqlIdentifier star && star.isStar()) {
            return true;
        }
        boolean text = argument instanceof SqlLiteral literal && literal.getTypeName() == SqlTypeName.CHAR;
        String pattern = text ? ((SqlLiteral) argument).toValue() : null;
        if (pattern == null) {
            throw DialectForms.refused(argument, "COLUMNS takes a regular expression as a text, or a star.");
        }
        return NamePattern.of(pattern)
                .orElseThrow(() -> DialectForms.refused(
                        argument, "'%s' is not a regular expression of RE2, or too large a one.".formatted(pattern)))
                .isIn(StarForm.nameOf(column));
    }

    private static final class Search extends SqlBasicVisitor<Void> {
        private boolean found;

        @Override
        public Void visit(SqlCall call) {
            found = found || isColumns(call);
            return call.getKind().belongsTo(SqlKind.QUERY) ? null : super.visit(call);
        }
    }

    private static final class Replacement extends SqlShuttle {
        private final SqlNode column;
        private boolean missed;

        private Replacement(SqlNode column) {
            this.column = column;
        }

        @Override
        public SqlNode visit(SqlCall call) {
            if (!isColumns(call)) {
                SqlNode visited = super.visit(call);
                return visited == null ? call : visited;
            }
            missed = missed || !matches(call, column);
            return SqlUtil.stripAs(column).clone(call.getParserPosition());
        }
    }
}
