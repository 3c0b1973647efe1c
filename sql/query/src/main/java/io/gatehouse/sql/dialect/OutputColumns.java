package io.gatehouse.sql.dialect;

import io.gatehouse.sql.parse.SqlTrees;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a part of a statement, for forms that depend on them before the whole is validated: the expansion of a
 * star in GROUP BY ALL, and the columns that UNION BY NAME matches. The part is validated separately, with the WITH
 * queries that are visible to it.
 */
public final class OutputColumns {
    private final Supplier<PartialValidator> validators;
    private final TableCalls calls;
    private final Deque<SqlWithItem> visible = new ArrayDeque<>();

    OutputColumns(Supplier<PartialValidator> validators, TableCalls calls) {
        this.validators = validators;
        this.calls = calls;
    }

    /** Makes a WITH query, in standard SQL, visible to the following queries. */
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
     * Returns the columns that an item of a SELECT list expands to: unqualified if their names differ, otherwise
     * qualified; empty if they cannot be distinguished.
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

    /** Returns a copy of a query with the WITH queries that are visible to it. */
    private SqlNode visible(SqlNode query) {
        SqlNode copy = query.accept(new SqlTrees.Copy());
        if (visible.isEmpty()) {
            return copy;
        }
        SqlNodeList items = new SqlNodeList(SqlParserPos.ZERO);
        visible.forEach(item -> items.add(item.accept(new SqlTrees.Copy())));
        return new SqlWith(query.getParserPosition(), items, copy);
    }

    static SqlSelect select(SqlNodeList items, @Nullable SqlNode from) {
        return SqlTrees.select(items.getParserPosition(), items, from);
    }

    /** Validates a part of a statement while its forms are replaced, to learn the names and types of its columns. */
    public interface PartialValidator {
        /** The columns of a query. */
        RelDataType rowType(SqlNode query, TableCalls calls);

        /** The query with its names resolved. */
        SqlNode validated(SqlNode query, TableCalls calls);
    }
}
