package io.gatehouse.sql.dialect;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUtil;
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
    private final Supplier<PartialValidator> validators;
    private final TableCalls calls;
    private final Deque<SqlWithItem> visible = new ArrayDeque<>();

    OutputNames(Supplier<PartialValidator> validators, TableCalls calls) {
        this.validators = validators;
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
        return validators.get().rowType(visible(query), calls).getFieldNames();
    }

    /**
     * The columns that an item of a SELECT list stands for, by their names alone where each has another, and else with
     * their relations; empty where they cannot be told apart.
     */
    List<SqlNode> of(SqlNode item, @Nullable SqlNode from) {
        SqlNode validated = validators.get().validated(visible(select(SqlNodeList.of(item), from)), calls);
        SqlNode body = validated instanceof SqlWith with ? with.body : validated;
        if (!(body instanceof SqlSelect select)) {
            return List.of();
        }
        List<SqlNode> columns = select.getSelectList().getList();
        List<String> names = columns.stream()
                .map(column -> StarForm.nameOf(SqlUtil.stripAs(column) instanceof SqlIdentifier plain ? plain : column))
                .toList();
        long different = names.stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .distinct()
                .count();
        if (different == names.size()) {
            return names.stream()
                    .<SqlNode>map(name -> new SqlIdentifier(name, item.getParserPosition()))
                    .toList();
        }
        boolean plain = columns.stream().allMatch(column -> SqlUtil.stripAs(column) instanceof SqlIdentifier);
        return plain ? columns.stream().map(SqlUtil::stripAs).toList() : List.of();
    }

    /** A copy of a query below the WITH queries that it can see. */
    private SqlNode visible(SqlNode query) {
        SqlNode copy = query.accept(new Copy());
        if (visible.isEmpty()) {
            return copy;
        }
        SqlNodeList items = new SqlNodeList(SqlParserPos.ZERO);
        visible.forEach(item -> items.add(item.accept(new Copy())));
        return new SqlWith(query.getParserPosition(), items, copy);
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
