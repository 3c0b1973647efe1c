package io.gatehouse.sql.plan;

import io.gatehouse.sql.catalog.Catalog;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlShuttle;
import org.jspecify.annotations.Nullable;

/**
 * The columns that a part of a statement gives, for forms that hang on them before the whole is validated: what a star
 * stands for in GROUP BY ALL, and which columns UNION BY NAME matches. The part is validated by itself, below the WITH
 * queries that it can see.
 */
final class OutputNames {
    private final Catalog catalog;
    private final TableCalls calls;
    private final Deque<SqlWithItem> visible = new ArrayDeque<>();

    OutputNames(Catalog catalog, TableCalls calls) {
        this.catalog = catalog;
        this.calls = calls;
    }

    /** From now on a query can read a WITH query, in the standard's forms. */
    void enter(SqlWithItem item) {
        visible.addLast(item);
    }

    void leave() {
        visible.removeLast();
    }

    /** The names of the columns of a query in the standard's forms. */
    List<String> of(SqlNode query) {
        SqlNode copy = query.accept(new Copy());
        if (!visible.isEmpty()) {
            SqlNodeList items = new SqlNodeList(SqlParserPos.ZERO);
            visible.forEach(item -> items.add(item.accept(new Copy())));
            copy = new SqlWith(query.getParserPosition(), items, copy);
        }
        return new Conversion(catalog).rowType(copy, calls).getFieldNames();
    }

    /** The columns that an item of a SELECT list stands for; each name once, or else empty. */
    List<String> of(SqlNode item, @Nullable SqlNode from) {
        List<String> names = of(select(SqlNodeList.of(item), from));
        long different = names.stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .distinct()
                .count();
        return different == names.size() ? names : List.of();
    }

    static SqlSelect select(SqlNodeList items, @Nullable SqlNode from) {
        return new SqlSelect(
                items.getParserPosition(), null, items, from, null, null, null, null, null, null, null, null, null);
    }

    /** Validation writes into what it validates. */
    private static final class Copy extends SqlShuttle {
        @Override
        public @Nullable SqlNode visit(SqlCall call) {
            CallCopyingArgHandler copy = new CallCopyingArgHandler(call, true);
            call.getOperator().acceptCall(this, call, false, copy);
            return copy.result();
        }

        @Override
        public SqlNode visit(SqlIdentifier name) {
            return name.clone(name.getParserPosition());
        }

        @Override
        public SqlNode visit(SqlLiteral literal) {
            return literal.clone(literal.getParserPosition());
        }
    }
}
