package io.gatehouse.sql.limits;

import io.gatehouse.sql.validate.UnnestPositions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.RepeatUnion;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.Uncollect;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.rex.RexVisitorImpl;
import org.apache.calcite.schema.TransientTable;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * Relations that DuckDB joins in an order of its choice, and the conditions between them, of ON, WHERE and HAVING alike:
 * DuckDB moves a condition down to the join whose columns it reads. The row of an outer query is one of the relations.
 *
 * <p>The columns of all relations of a block are numbered through.
 */
final class JoinBlock {
    /** A condition among those that are joined by AND in a filter or join. */
    record Site(RelNode node, int conjunct) {}

    /** How DuckDB can find the rows that fulfil a condition. */
    private enum Kind {
        /** By a hash table. */
        EQUALITY,
        /** By sorting. */
        RANGE,
        /** By sorting twice. */
        BETWEEN,
        /** By trying all pairs. */
        OTHER;

        static Kind of(RexNode condition) {
            return switch (condition.getKind()) {
                case EQUALS, IS_NOT_DISTINCT_FROM -> EQUALITY;
                case LESS_THAN, LESS_THAN_OR_EQUAL, GREATER_THAN, GREATER_THAN_OR_EQUAL -> RANGE;
                case BETWEEN -> BETWEEN;
                default -> OTHER;
            };
        }

        /** The comparisons by which DuckDB would sort. */
        int comparisons() {
            return this == RANGE ? 1 : this == BETWEEN ? 2 : 0;
        }
    }

    /**
     * A condition and the columns that it reads.
     *
     * @param other the columns of the second side of a comparison, or of the bounds of BETWEEN
     * @param looksBack whether it reads the row of an outer query, or of the left side of LATERAL
     */
    record Condition(Site site, Kind kind, ImmutableBitSet one, ImmutableBitSet other, boolean looksBack) {
        ImmutableBitSet columns() {
            return one.union(other);
        }

        Condition over(List<ImmutableBitSet> origins) {
            return new Condition(site, kind, union(one, origins), union(other, origins), looksBack);
        }

        private Condition shifted(int by) {
            return new Condition(site, kind, one.shift(by), other.shift(by), looksBack);
        }
    }

    /**
     * A relation of the block that is no join.
     *
     * @param node empty for the row of an outer query
     */
    private record Leaf(Optional<RelNode> node, int first, int count) {
        ImmutableBitSet columns() {
            return ImmutableBitSet.range(first, first + count);
        }
    }

    private final List<Leaf> leaves = new ArrayList<>();
    private final List<Condition> conditions = new ArrayList<>();

    /** The columns of outer rows. */
    private final Map<CorrelationId, List<ImmutableBitSet>> outer = new HashMap<>();

    private final Optional<JoinRelType> semi;
    private int columns;

    /**
     * Collects the block below a relation.
     *
     * @param above conditions of filters above it, on its columns
     */
    JoinBlock(RelNode root, List<Condition> above) {
        // Semi joins are only made in place of EXISTS, and looked at alone.
        semi = root instanceof Join join && !join.getJoinType().projectsRight()
                ? Optional.of(join.getJoinType())
                : Optional.empty();
        List<ImmutableBitSet> origins = collect(root);
        above.forEach(condition -> conditions.add(condition.over(origins)));
    }

    /** Returns the columns of the block that each column of a relation is made of. */
    private List<ImmutableBitSet> collect(RelNode node) {
        if (node instanceof Filter filter) {
            List<ImmutableBitSet> origins = collect(filter.getInput());
            add(conjuncts(filter), origins);
            return origins;
        }
        if (node instanceof Project project
                && !UnnestPositions.unnests(project)
                && project.getProjects().stream().noneMatch(JoinBlock::isOfMoreRows)) {
            List<ImmutableBitSet> origins = collect(project.getInput());
            return project.getProjects().stream()
                    .map(expression -> origins(expression, origins))
                    .toList();
        }
        if (node instanceof Sort sort && sort.fetch == null && sort.offset == null) {
            return collect(sort.getInput());
        }
        if (node instanceof Join join) {
            List<ImmutableBitSet> origins = new ArrayList<>(collect(join.getLeft()));
            origins.addAll(collect(join.getRight()));
            add(conjuncts(join), origins);
            return origins.subList(0, join.getRowType().getFieldCount());
        }
        if (node instanceof Correlate correlate) {
            List<ImmutableBitSet> origins = new ArrayList<>(collect(correlate.getLeft()));
            outer.put(correlate.getCorrelationId(), List.copyOf(origins));
            origins.addAll(collect(correlate.getRight()));
            return origins.subList(0, correlate.getRowType().getFieldCount());
        }
        return leaf(Optional.of(node), node.getRowType().getFieldCount());
    }

    private List<ImmutableBitSet> leaf(Optional<RelNode> node, int count) {
        Leaf leaf = new Leaf(node, columns, count);
        leaves.add(leaf);
        columns += count;
        return leaf.columns().asList().stream().map(ImmutableBitSet::of).toList();
    }

    private void add(Map<Site, RexNode> conjuncts, List<ImmutableBitSet> origins) {
        conjuncts.forEach((site, conjunct) -> {
            if (!isSubQuery(conjunct)) {
                conditions.add(condition(site, conjunct, origins));
            }
        });
    }

    static Map<Site, RexNode> conjuncts(Filter filter) {
        return conjuncts(filter, filter.getCondition());
    }

    static Map<Site, RexNode> conjuncts(Join join) {
        return conjuncts(join, join.getCondition());
    }

    /** Like DuckDB, takes {@code (a.k = b.k AND …) OR (a.k = b.k AND …)} for a key and the alternatives. */
    private static Map<Site, RexNode> conjuncts(RelNode node, RexNode condition) {
        RexBuilder rex = node.getCluster().getRexBuilder();
        Map<Site, RexNode> conjuncts = new LinkedHashMap<>();
        RelOptUtil.conjunctions(condition).stream()
                .flatMap(conjunct -> conjunct.isA(SqlKind.OR)
                        ? RelOptUtil.conjunctions(RexUtil.pullFactors(rex, conjunct)).stream()
                        : Stream.of(conjunct))
                .forEach(conjunct -> conjuncts.put(new Site(node, conjuncts.size()), conjunct));
        return conjuncts;
    }

    private Condition condition(Site site, RexNode condition, List<ImmutableBitSet> origins) {
        Kind kind = Kind.of(condition);
        boolean looksBack = RexUtil.containsCorrelation(condition);
        if (kind == Kind.OTHER) {
            return new Condition(site, kind, origins(condition, origins), ImmutableBitSet.of(), looksBack);
        }
        List<ImmutableBitSet> sides = ((RexCall) condition)
                .getOperands().stream().map(side -> origins(side, origins)).toList();
        return new Condition(
                site, kind, sides.get(0), ImmutableBitSet.union(sides.subList(1, sides.size())), looksBack);
    }

    private ImmutableBitSet origins(RexNode expression, List<ImmutableBitSet> origins) {
        ImmutableBitSet.Builder of = ImmutableBitSet.builder();
        expression.accept(new RexVisitorImpl<Void>(true) {
            @Override
            public Void visitInputRef(RexInputRef column) {
                of.addAll(origins.get(column.getIndex()));
                return super.visitInputRef(column);
            }

            @Override
            public Void visitFieldAccess(RexFieldAccess access) {
                if (access.getReferenceExpr() instanceof RexCorrelVariable row) {
                    of.addAll(outer.computeIfAbsent(
                                    row.id,
                                    unknown ->
                                            leaf(Optional.empty(), row.getType().getFieldCount()))
                            .get(access.getField().getIndex()));
                }
                return super.visitFieldAccess(access);
            }
        });
        return of.build();
    }

    /** DuckDB joins a sub-query above the relations that its condition reads. */
    private static boolean isSubQuery(RexNode condition) {
        return condition.isA(SqlKind.NOT)
                ? isSubQuery(((RexCall) condition).getOperands().get(0))
                : condition instanceof RexSubQuery;
    }

    /** Whether an expression has a value only when all rows, or those of a sub-query, are known. */
    private static boolean isOfMoreRows(RexNode expression) {
        return RexOver.containsOver(expression) || RexUtil.SubQueryFinder.find(expression) != null;
    }

    private static ImmutableBitSet union(ImmutableBitSet columns, List<ImmutableBitSet> origins) {
        return ImmutableBitSet.union(columns.asList().stream().map(origins::get).toList());
    }

    /** The conditions for which DuckDB would try pairs of rows. */
    Set<Site> searched() {
        List<Condition> ofMany = conditions.stream()
                .filter(condition -> leavesOf(condition.columns()).cardinality() > 1)
                .toList();
        Set<Condition> keys = keys(ofMany);
        Map<ImmutableBitSet, Integer> comparisons = new HashMap<>();
        Set<Site> searched = new LinkedHashSet<>();
        Set<Site> sorted = new LinkedHashSet<>();
        for (Condition condition : ofMany) {
            if (keys.contains(condition)) {
                continue;
            }
            int more = condition.kind().comparisons();
            ImmutableBitSet of = leavesOf(condition.columns());
            if (isSorted(condition, ofMany) && comparisons.getOrDefault(of, 0) + more <= mostComparisons()) {
                comparisons.merge(of, more, Integer::sum);
                sorted.add(condition.site());
            } else {
                searched.add(condition.site());
            }
        }
        if (semi.isPresent() && keys.isEmpty() && !searched.isEmpty()) {
            // Where no row meets the comparison, a function beside it is not called.
            searched.addAll(sorted);
        }
        return searched;
    }

    /** DuckDB sorts both sides by two comparisons at most, and tries pairs of rows for others. */
    private int mostComparisons() {
        return semi.filter(type -> type == JoinRelType.SEMI).isPresent() ? 1 : 2;
    }

    /**
     * The conditions by which DuckDB can join with a hash table in any order of joins. One such as {@code a.x + b.y = c.z}
     * is none if b and c can be joined first by another key.
     */
    private Set<Condition> keys(List<Condition> ofMany) {
        Set<Condition> keys = new HashSet<>();
        Components components = new Components();
        List<Condition> ofMoreThanTwo = new ArrayList<>();
        for (Condition condition : ofMany) {
            if (condition.kind() == Kind.EQUALITY && isOfTwoSides(condition)) {
                ImmutableBitSet of = leavesOf(condition.columns());
                if (of.cardinality() > 2) {
                    ofMoreThanTwo.add(condition);
                } else {
                    keys.add(condition);
                    components.connect(of);
                }
            }
        }
        ofMoreThanTwo.stream()
                .filter(condition -> !components.areOne(leavesOf(condition.columns())))
                .forEach(keys::add);
        return keys;
    }

    /**
     * Whether DuckDB sorts both sides for a condition. It does so between two relations of known sizes, unless other
     * conditions join them, too, by whatever way over other relations: it may then join by those first.
     */
    private boolean isSorted(Condition condition, List<Condition> ofMany) {
        ImmutableBitSet of = leavesOf(condition.columns());
        if (condition.kind().comparisons() == 0
                || condition.looksBack()
                || !isOfTwoSides(condition)
                || of.cardinality() > 2
                || leaves.stream().flatMap(leaf -> leaf.node().stream()).anyMatch(JoinBlock::isOfUnknownSize)) {
            return false;
        }
        Components others = new Components();
        ofMany.stream()
                .filter(other -> other.kind() == Kind.EQUALITY
                        || !leavesOf(other.columns()).equals(of))
                .forEach(other -> others.connect(leavesOf(other.columns())));
        lookingBack().forEach(others::connect);
        return !others.areOne(of);
    }

    /** Relations that refer to the same outer row, each with that row. */
    private Collection<ImmutableBitSet> lookingBack() {
        Map<CorrelationId, ImmutableBitSet> lookingBack = new HashMap<>();
        for (int i = 0; i < leaves.size(); i++) {
            ImmutableBitSet leaf = ImmutableBitSet.of(i);
            leaves.get(i)
                    .node()
                    .ifPresent(node -> RelOptUtil.getVariablesUsed(node)
                            .forEach(row -> lookingBack.merge(row, leaf, ImmutableBitSet::union)));
        }
        lookingBack.replaceAll(
                (row, of) -> outer.containsKey(row) ? of.union(leavesOf(ImmutableBitSet.union(outer.get(row)))) : of);
        return lookingBack.values();
    }

    private boolean isOfTwoSides(Condition condition) {
        return !condition.one().isEmpty()
                && !condition.other().isEmpty()
                && !leavesOf(condition.one()).intersects(leavesOf(condition.other()));
    }

    private ImmutableBitSet leavesOf(ImmutableBitSet columns) {
        ImmutableBitSet.Builder of = ImmutableBitSet.builder();
        for (int i = 0; i < leaves.size(); i++) {
            if (leaves.get(i).columns().intersects(columns)) {
                of.set(i);
            }
        }
        return of.build();
    }

    /**
     * Whether DuckDB does not know how many rows to expect. It then takes them for few, and tries all pairs instead of
     * sorting.
     */
    private static boolean isOfUnknownSize(RelNode node) {
        return node instanceof Uncollect
                || UnnestPositions.unnests(node)
                || node instanceof RepeatUnion
                || (node instanceof TableScan scan && scan.getTable().unwrap(TransientTable.class) != null)
                || node.getInputs().stream().anyMatch(JoinBlock::isOfUnknownSize);
    }

    /** Relations that keys join. */
    private final class Components {
        private final int[] first = IntStream.range(0, leaves.size()).toArray();

        void connect(ImmutableBitSet of) {
            int least = of.asList().stream().mapToInt(leaf -> first[leaf]).min().orElseThrow();
            Set<Integer> joined = of.asList().stream().map(leaf -> first[leaf]).collect(Collectors.toSet());
            for (int leaf = 0; leaf < first.length; leaf++) {
                if (joined.contains(first[leaf])) {
                    first[leaf] = least;
                }
            }
        }

        boolean areOne(ImmutableBitSet of) {
            return of.asList().stream().mapToInt(leaf -> first[leaf]).distinct().count() == 1;
        }
    }

    /** A relation that is no join, and the conditions that DuckDB may move down into it. */
    record Below(RelNode node, List<Condition> conditions) {}

    List<Below> below() {
        List<Below> below = new ArrayList<>();
        for (Leaf leaf : leaves) {
            leaf.node()
                    .ifPresent(node -> below.add(new Below(
                            node,
                            conditions.stream()
                                    .filter(condition -> !condition.columns().isEmpty()
                                            && leaf.columns().contains(condition.columns()))
                                    .map(condition -> condition.shifted(-leaf.first()))
                                    .toList())));
        }
        return below;
    }

    /** The conditions that DuckDB may move on to the inputs of a relation at which the block ends. */
    static List<Condition> through(RelNode node, List<Condition> conditions) {
        if (node instanceof SetOp) {
            return conditions;
        }
        if (node instanceof Aggregate aggregate) {
            ImmutableBitSet keys = ImmutableBitSet.range(aggregate.getGroupCount());
            List<ImmutableBitSet> origins = aggregate.getGroupSet().asList().stream()
                    .map(ImmutableBitSet::of)
                    .toList();
            return conditions.stream()
                    .filter(condition -> keys.contains(condition.columns()))
                    .map(condition -> condition.over(origins))
                    .toList();
        }
        if (node instanceof Project project) {
            List<ImmutableBitSet> origins = project.getProjects().stream()
                    .map(RelOptUtil.InputFinder::bits)
                    .toList();
            return conditions.stream()
                    .filter(condition -> condition.columns().asList().stream()
                            .noneMatch(
                                    column -> isOfMoreRows(project.getProjects().get(column))))
                    .map(condition -> condition.over(origins))
                    .toList();
        }
        return List.of();
    }
}
