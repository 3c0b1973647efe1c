package io.gatehouse.pg.catalog;

import static java.util.Objects.requireNonNull;

import io.gatehouse.pg.wire.Field;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An item of WITH: a query, and if it is recursive one more over the rows of the last round. */
final class WithItem {
    private final QueryPlan first;
    private final List<Field> fields;
    private @Nullable QueryPlan next;
    private boolean all;

    WithItem(QueryPlan first, List<Field> fields) {
        this.first = requireNonNull(first, "first is null");
        this.fields = List.copyOf(fields);
    }

    List<Field> fields() {
        return fields;
    }

    /** @param keepDuplicates whether rows that were there already come again */
    void recurse(QueryPlan term, boolean keepDuplicates) {
        next = term;
        all = keepDuplicates;
    }

    /** Computes the rows, which {@link Run#rows} then gives. */
    void compute(Run run, @Nullable Frame outer) {
        List<@Nullable Object[]> rows = new ArrayList<>(first.rows(run, outer));
        if (next == null) {
            run.setRows(this, rows);
            return;
        }
        Set<List<@Nullable Object>> seen = new HashSet<>();
        List<@Nullable Object[]> round = fresh(rows, seen);
        List<@Nullable Object[]> result = new ArrayList<>(round);
        while (!round.isEmpty()) {
            run.setRows(this, round);
            round = fresh(next.rows(run, outer), seen);
            round.forEach(row -> run.step(row.length));
            result.addAll(round);
        }
        run.setRows(this, result);
    }

    private List<@Nullable Object[]> fresh(List<@Nullable Object[]> rows, Set<List<@Nullable Object>> seen) {
        return all
                ? rows
                : rows.stream().filter(row -> seen.add(SelectPlan.keys(row))).toList();
    }
}
