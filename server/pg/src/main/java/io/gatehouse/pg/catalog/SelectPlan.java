package io.gatehouse.pg.catalog;

import io.gatehouse.pg.wire.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A SELECT: rows of its joins, groups of them, window functions over these, the select list, DISTINCT, and the order.
 *
 * @param groups keys of groups; empty if there are no groups
 * @param series set-returning functions of the select list: each row is repeated for their elements
 * @param order keys, evaluated where the select list is
 */
record SelectPlan(
        JoinPlan joins,
        int width,
        Optional<List<Expr>> groups,
        Optional<Expr> having,
        List<Scope.Window> windows,
        List<Expr> series,
        List<Expr> outputs,
        List<Field> fields,
        boolean distinct,
        List<SortKey> order)
        implements QueryPlan {

    /** The rows that are alike in the keys of groups; one row if there are no groups. */
    private record Unit(@Nullable Object[] row, List<@Nullable Object[]> group) {}

    /** A row of the result, and its keys. */
    private record Sorted(@Nullable Object[] row, @Nullable Object[] keys) {}

    @Override
    public List<@Nullable Object[]> rows(Run run, @Nullable Frame outer) {
        Frame frame = new Frame(run, outer);
        List<Unit> units = units(frame);
        List<@Nullable Object[]> windowValues = windowValues(frame, units);
        List<Sorted> results = new ArrayList<>();
        for (int i = 0; i < units.size(); i++) {
            enter(frame, units.get(i));
            frame.setWindows(windowValues.isEmpty() ? new @Nullable Object[0] : windowValues.get(i));
            project(frame, results);
        }
        return ordered(distinct ? unique(results) : results);
    }

    private static void enter(Frame frame, Unit unit) {
        frame.setRow(unit.row());
        frame.setGroup(unit.group());
    }

    private List<Unit> units(Frame frame) {
        List<@Nullable Object[]> rows = joins.rows(frame);
        if (groups.isEmpty()) {
            return rows.stream().map(row -> new Unit(row, List.of())).toList();
        }
        Map<List<@Nullable Object>, List<@Nullable Object[]>> grouped = new LinkedHashMap<>();
        for (@Nullable Object[] row : rows) {
            frame.setRow(row);
            List<@Nullable Object> keys = new ArrayList<>();
            groups.orElseThrow().forEach(key -> keys.add(Values.key(key.evaluate(frame))));
            grouped.computeIfAbsent(keys, missing -> new ArrayList<>()).add(row);
        }
        if (grouped.isEmpty() && groups.orElseThrow().isEmpty()) {
            grouped.put(List.of(), List.of());
        }
        List<Unit> units = new ArrayList<>();
        for (List<@Nullable Object[]> group : grouped.values()) {
            Unit unit = new Unit(group.isEmpty() ? new @Nullable Object[width] : group.get(0), group);
            enter(frame, unit);
            if (having.isEmpty() || having.orElseThrow().isTrue(frame)) {
                units.add(unit);
            }
        }
        return units;
    }

    /** For each unit the values of all window functions, which number the units of a partition in an order. */
    private List<@Nullable Object[]> windowValues(Frame frame, List<Unit> units) {
        if (windows.isEmpty()) {
            return List.of();
        }
        List<@Nullable Object[]> values = new ArrayList<>();
        units.forEach(unit -> values.add(new @Nullable Object[windows.size()]));
        for (int w = 0; w < windows.size(); w++) {
            Scope.Window window = windows.get(w);
            Map<List<@Nullable Object>, List<Integer>> partitions = new LinkedHashMap<>();
            List<@Nullable Object[]> keys = new ArrayList<>();
            for (int i = 0; i < units.size(); i++) {
                enter(frame, units.get(i));
                List<@Nullable Object> partition = new ArrayList<>();
                window.partition().forEach(key -> partition.add(Values.key(key.evaluate(frame))));
                keys.add(window.order().stream()
                        .map(key -> key.value().evaluate(frame))
                        .toArray());
                partitions
                        .computeIfAbsent(partition, missing -> new ArrayList<>())
                        .add(i);
            }
            for (List<Integer> members : partitions.values()) {
                members.sort(
                        (one, other) -> SortKey.comparator(window.order()).compare(keys.get(one), keys.get(other)));
                for (int number = 0; number < members.size(); number++) {
                    values.get(members.get(number))[w] = (long) number + 1;
                }
            }
        }
        return values;
    }

    private void project(Frame frame, List<Sorted> results) {
        if (series.isEmpty()) {
            results.add(sorted(frame));
            return;
        }
        List<List<?>> lists = new ArrayList<>();
        for (Expr each : series) {
            Object list = each.evaluate(frame);
            lists.add(list instanceof List<?> elements ? elements : List.of());
        }
        int longest = lists.stream().mapToInt(Collection::size).max().orElse(0);
        for (int i = 0; i < longest; i++) {
            @Nullable Object[] current = new @Nullable Object[lists.size()];
            for (int j = 0; j < current.length; j++) {
                current[j] = i < lists.get(j).size() ? lists.get(j).get(i) : null;
            }
            frame.setSeries(current);
            results.add(sorted(frame));
        }
    }

    private Sorted sorted(Frame frame) {
        frame.run().step(outputs.size());
        @Nullable Object[] row = new @Nullable Object[outputs.size()];
        for (int i = 0; i < row.length; i++) {
            row[i] = outputs.get(i).evaluate(frame);
        }
        @Nullable Object[] keys = new @Nullable Object[order.size()];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = order.get(i).value().evaluate(frame);
        }
        return new Sorted(row, keys);
    }

    private static List<Sorted> unique(List<Sorted> rows) {
        Set<List<@Nullable Object>> seen = new HashSet<>();
        return rows.stream().filter(row -> seen.add(keys(row.row()))).toList();
    }

    private List<@Nullable Object[]> ordered(List<Sorted> rows) {
        List<Sorted> all = new ArrayList<>(rows);
        if (!order.isEmpty()) {
            all.sort((one, other) -> SortKey.comparator(order).compare(one.keys(), other.keys()));
        }
        List<@Nullable Object[]> result = new ArrayList<>();
        all.forEach(row -> result.add(row.row()));
        return result;
    }

    /** Values as keys of a hash table. */
    static List<@Nullable Object> keys(@Nullable Object[] row) {
        List<@Nullable Object> keys = new ArrayList<>(Arrays.asList(row));
        keys.replaceAll(Values::key);
        return Collections.unmodifiableList(keys);
    }
}
