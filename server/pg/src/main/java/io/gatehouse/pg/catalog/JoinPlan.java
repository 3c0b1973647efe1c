package io.gatehouse.pg.catalog;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The FROM of a query with its WHERE: relations are joined one after the other into rows that have room for all columns.
 * A condition is applied as soon as its columns are there; where it is an equality of the next relation and those before
 * it, a hash table finds the rows. Inner joins begin with the smallest relation and go on with those that an equality
 * reaches.
 */
final class JoinPlan {
    /** Gives the rows of a relation, for a function with the current row of those before it. */
    interface Source {
        List<@Nullable Object[]> rows(Frame frame);
    }

    /**
     * A relation of FROM.
     *
     * @param offset place of its first column
     * @param needs columns of others that its rows depend on
     * @param left whether rows before it stay if none of its own fits
     * @param on conditions of a left join
     */
    record Step(Source source, int offset, int width, BitSet needs, boolean left, List<Condition> on) {
        BitSet columns() {
            BitSet own = new BitSet();
            own.set(offset, offset + width);
            return own;
        }
    }

    /**
     * A condition.
     *
     * @param columns that it names
     * @param equality its sides, if it is an equality of like types
     */
    record Condition(Expr expression, BitSet columns, Optional<Equality> equality) {}

    /** Two sides of an equality, and the columns that each names. */
    record Equality(Expr one, BitSet oneColumns, Expr other, BitSet otherColumns) {
        /** The side of a relation and the side of others, if the relation is on one side only. */
        Optional<Sides> split(BitSet own) {
            if (within(oneColumns, own) && !oneColumns.isEmpty() && !otherColumns.intersects(own)) {
                return Optional.of(new Sides(one, other, otherColumns));
            }
            if (within(otherColumns, own) && !otherColumns.isEmpty() && !oneColumns.intersects(own)) {
                return Optional.of(new Sides(other, one, oneColumns));
            }
            return Optional.empty();
        }
    }

    /** An equality as a relation sees it: its own side, the side of others, and the columns that this needs. */
    private record Sides(Expr own, Expr other, BitSet needs) {}

    private final List<Step> steps;
    private final List<Condition> conditions;
    private final int width;

    JoinPlan(List<Step> steps, List<Condition> conditions, int width) {
        this.steps = List.copyOf(steps);
        this.conditions = List.copyOf(conditions);
        this.width = width;
    }

    private static boolean within(BitSet some, BitSet all) {
        BitSet rest = (BitSet) some.clone();
        rest.andNot(all);
        return rest.isEmpty();
    }

    List<@Nullable Object[]> rows(Frame frame) {
        BitSet bound = new BitSet();
        List<Condition> pending = new ArrayList<>(conditions);
        List<@Nullable Object[]> rows = new ArrayList<>();
        rows.add(new @Nullable Object[width]);
        rows = filtered(frame, rows, taken(pending, bound));
        List<Step> left = new ArrayList<>(steps);
        Map<Step, List<@Nullable Object[]>> fixed = new HashMap<>();
        boolean free = steps.stream().noneMatch(Step::left);
        while (!left.isEmpty() && !rows.isEmpty()) {
            Step step = free ? cheapest(frame, left, fixed, bound, pending) : left.get(0);
            left.remove(step);
            bound.or(step.columns());
            List<Condition> applied = step.left() ? step.on() : taken(pending, bound);
            rows = joined(frame, rows, step, fixed, applied);
            if (step.left()) {
                rows = filtered(frame, rows, taken(pending, bound));
            }
        }
        return rows;
    }

    /** Takes the conditions that can be applied now. */
    private static List<Condition> taken(List<Condition> pending, BitSet bound) {
        List<Condition> ready = pending.stream()
                .filter(condition -> within(condition.columns(), bound))
                .toList();
        pending.removeAll(ready);
        return ready;
    }

    private static List<@Nullable Object[]> filtered(
            Frame frame, List<@Nullable Object[]> rows, List<Condition> applied) {
        if (applied.isEmpty()) {
            return rows;
        }
        List<@Nullable Object[]> kept = new ArrayList<>();
        for (@Nullable Object[] row : rows) {
            frame.setRow(row);
            if (applied.stream().allMatch(condition -> condition.expression().isTrue(frame))) {
                kept.add(row);
            }
        }
        return kept;
    }

    private Step cheapest(
            Frame frame,
            List<Step> left,
            Map<Step, List<@Nullable Object[]>> fixed,
            BitSet bound,
            List<Condition> pending) {
        Step best = left.get(0);
        long least = Long.MAX_VALUE;
        for (Step step : left) {
            if (!within(step.needs(), bound)) {
                continue;
            }
            long size = step.needs().isEmpty() ? fixed(frame, step, fixed).size() : 1;
            boolean reached = pending.stream()
                    .flatMap(condition -> condition.equality().stream())
                    .anyMatch(equality -> equality.split(step.columns())
                            .filter(sides -> within(sides.needs(), bound))
                            .isPresent());
            // An equality finds few rows; without one, each row meets all.
            long cost = size == 0 ? 0 : reached ? 1 + size / 1000 : 2 + size;
            if (cost < least) {
                least = cost;
                best = step;
            }
        }
        return best;
    }

    private static List<@Nullable Object[]> fixed(Frame frame, Step step, Map<Step, List<@Nullable Object[]>> known) {
        List<@Nullable Object[]> rows = known.get(step);
        if (rows == null) {
            rows = step.source().rows(frame);
            known.put(step, rows);
        }
        return rows;
    }

    private List<@Nullable Object[]> joined(
            Frame frame,
            List<@Nullable Object[]> rows,
            Step step,
            Map<Step, List<@Nullable Object[]>> fixed,
            List<Condition> applied) {
        boolean depends = !step.needs().isEmpty();
        Optional<Sides> sides = depends
                ? Optional.empty()
                : applied.stream()
                        .flatMap(condition -> condition.equality().stream())
                        .flatMap(equality -> equality.split(step.columns()).stream())
                        .findFirst();
        Map<Object, List<@Nullable Object[]>> table = new HashMap<>();
        if (sides.isPresent()) {
            Expr own = sides.orElseThrow().own();
            @Nullable Object[] scratch = new @Nullable Object[width];
            frame.setRow(scratch);
            for (@Nullable Object[] candidate : fixed(frame, step, fixed)) {
                frame.run().step(0);
                System.arraycopy(candidate, 0, scratch, step.offset(), step.width());
                Object key = Values.key(own.evaluate(frame));
                if (key != null) {
                    table.computeIfAbsent(key, missing -> new ArrayList<>()).add(candidate);
                }
            }
        }
        List<@Nullable Object[]> result = new ArrayList<>();
        for (@Nullable Object[] row : rows) {
            frame.setRow(row);
            List<@Nullable Object[]> candidates = sides.isPresent()
                    ? found(table, sides.orElseThrow().other().evaluate(frame))
                    : depends ? step.source().rows(frame) : fixed(frame, step, fixed);
            boolean any = false;
            for (@Nullable Object[] candidate : candidates) {
                frame.run().step(row.length);
                @Nullable Object[] merged = row.clone();
                System.arraycopy(candidate, 0, merged, step.offset(), step.width());
                frame.setRow(merged);
                if (applied.stream()
                        .allMatch(condition -> condition.expression().isTrue(frame))) {
                    result.add(merged);
                    any = true;
                }
            }
            if (step.left() && !any) {
                result.add(row);
            }
        }
        return result;
    }

    private static List<@Nullable Object[]> found(Map<Object, List<@Nullable Object[]>> table, @Nullable Object value) {
        Object key = Values.key(value);
        return key == null ? List.of() : table.getOrDefault(key, List.of());
    }
}
