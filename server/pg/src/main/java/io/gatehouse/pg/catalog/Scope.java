package io.gatehouse.pg.catalog;

import static java.util.Objects.requireNonNull;

import io.gatehouse.pg.wire.Field;
import io.gatehouse.pg.wire.WireType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the expressions of one query level can name. */
final class Scope {
    /**
     * A column.
     *
     * @param relation the alias of its relation
     * @param hidden whether only its relation's name finds it, as the second one of a USING
     */
    record Column(String schema, String relation, String name, WireType type, boolean hidden) {}

    /** A window function: row_number() over its partition, in its order. */
    record Window(List<Expr> partition, List<SortKey> order) {}

    private final @Nullable Scope outer;
    private final List<Column> columns = new ArrayList<>();
    private final Map<String, WithItem> items = new HashMap<>();
    private final Deque<BitSet> recorded = new ArrayDeque<>();
    private final List<Expr> series = new ArrayList<>();
    private final List<Window> windows = new ArrayList<>();
    private boolean aggregates;

    Scope(@Nullable Scope outer) {
        this.outer = outer;
    }

    @Nullable
    Scope outer() {
        return outer;
    }

    List<Column> columns() {
        return columns;
    }

    /** Adds the columns of a relation; returns the place of the first one. */
    int add(String schema, String alias, List<Field> fields) {
        int first = columns.size();
        fields.forEach(field -> columns.add(new Column(schema, alias, field.name(), field.type(), false)));
        return first;
    }

    void hide(int index) {
        Column column = columns.get(index);
        columns.set(index, new Column(column.schema(), column.relation(), column.name(), column.type(), true));
    }

    /** Finds a column by its name, behind those of its relation and schema if they are given. */
    Optional<Integer> find(List<String> names) {
        String name = names.get(names.size() - 1);
        String relation = names.size() > 1 ? names.get(names.size() - 2) : "";
        String schema = names.size() > 2 ? names.get(names.size() - 3) : "";
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            boolean same = column.name().equals(name)
                    && (relation.isEmpty()
                            ? !column.hidden()
                            : column.relation().equals(relation))
                    && (schema.isEmpty() || column.schema().equals(schema));
            if (same) {
                recorded.forEach(uses(i));
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }

    private static Consumer<BitSet> uses(int column) {
        return used -> used.set(column);
    }

    /** Begins to note which columns are found. */
    void record() {
        recorded.push(new BitSet());
    }

    /** The columns found since {@link #record}. */
    BitSet recorded() {
        return recorded.pop();
    }

    void define(String name, WithItem item) {
        items.put(requireNonNull(name, "name is null"), item);
    }

    Optional<WithItem> item(String name) {
        WithItem own = items.get(name);
        if (own != null) {
            return Optional.of(own);
        }
        return outer == null ? Optional.empty() : outer.item(name);
    }

    List<Expr> series() {
        return series;
    }

    List<Window> windows() {
        return windows;
    }

    boolean hasAggregates() {
        return aggregates;
    }

    void setAggregates(boolean seen) {
        aggregates = seen;
    }
}
