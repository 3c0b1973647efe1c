package io.gatehouse.sql.limits;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.RepeatUnion;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.Uncollect;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.schema.TransientTable;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * Relations that DuckDB joins in an order of its choice, and the conditions between them, of ON, WHERE and HAVING alike:
 * DuckDB moves a condition down to the join whose columns it reads.
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
        OTHER
    }

    /**
     * A condition and the columns that it reads.
     *
     * @param other the columns of the second side of a comparison, or of the bounds of BETWEEN
     */
    record Condition(Site site, Kind kind, ImmutableBitSet one, ImmutableBitSet other) {
        static Condition of(Site site, RexNode condition) {
            Kind kind =
                    switch (condition.getKind()) {
                        case EQUALS, IS_NOT_DISTINCT_FROM -> Kind.EQUALITY;
                        case LESS_THAN, LESS_THAN_OR_EQUAL, GREATER_THAN, GREATER_THAN_OR_EQUAL -> Kind.RANGE;
                        case BETWEEN -> Kind.BETWEEN;
                        default -> Kind.OTHER;
                    };
            if (kind == Kind.OTHER) {
                return new Condition(site, kind, RelOptUtil.InputFinder.bits(condition), ImmutableBitSet.of());
            }
            List<RexNode> operands = ((RexCall) condition).getOperands();
            return new Condition(
                    site,
                    kind,
                    RelOptUtil.InputFinder.bits(operands.get(0)),
                    RelOptUtil.InputFinder.bits(operands.subList(1, operands.size()), null));
        }

        ImmutableBitSet columns() {
            return one.union(other);
        }

        Condition over(List<ImmutableBitSet> origins) {
            return new Condition(site, kind, origins(one, origins), origins(other, origins));
        }

        private Condition shifted(int by) {
            return new Condition(site, kind, one.shift(by), other.shift(by));
        }
    }

    /** A relation of the block that is no join. */
    private record Leaf(RelNode node, int first) {
        ImmutableBitSet columns() {
            return ImmutableBitSet.range(first, first + node.getRowType().getFieldCount());
        }
    }

    private final List<Leaf> leaves = new ArrayList<>();
    private final List<Condition> conditions = new ArrayList<>();
    private final int mostComparisons;
    private int columns;

    /**
     * Collects the block below a relation.
     *
     * @param above conditions of filters above it, on its columns
     */
    JoinBlock(RelNode root, List<Condition> above) {
        boolean semi = root instanceof Join join && !join.getJoinType().projectsRight();
        // DuckDB sorts both sides of a join by two comparisons at most, and checks pairs of rows for the others.
        mostComparisons = semi ? 1 : 2;
        List<ImmutableBitSet> origins = collect(root);
        above.forEach(condition -> conditions.add(condition.over(origins)));
    }

    /** Returns the columns of the block that each column of a relation is made of. */
    private List<ImmutableBitSet> collect(RelNode node) {
        if (node instanceof Filter filter) {
            List<ImmutableBitSet> origins = collect(filter.getInput());
            add(filter, filter.getCondition(), origins);
            return origins;
        }
        if (node instanceof Project project && project.getProjects().stream().noneMatch(JoinBlock::isOfMoreRows)) {
            List<ImmutableBitSet> origins = collect(project.getInput());
            return project.getProjects().stream()
                    .map(expression -> origins(RelOptUtil.InputFinder.bits(expression), origins))
                    .toList();
        }
        if (node instanceof Sort sort && sort.fetch == null && sort.offset == null) {
            return collect(sort.getInput());
        }
        if (node instanceof Join join) {
            List<ImmutableBitSet> origins = new ArrayList<>(collect(join.getLeft()));
            origins.addAll(collect(join.getRight()));
            add(join, join.getCondition(), origins);
            return origins.subList(0, join.getRowType().getFieldCount());
        }
        if (node instanceof Correlate correlate) {
            List<ImmutableBitSet> origins = new ArrayList<>(collect(correlate.getLeft()));
            origins.addAll(collect(correlate.getRight()));
            return origins.subList(0, correlate.getRowType().getFieldCount());
        }
        Leaf leaf = new Leaf(node, columns);
        leaves.add(leaf);
        columns += node.getRowType().getFieldCount();
        return leaf.columns().asList().stream().map(ImmutableBitSet::of).toList();
    }

    private void add(RelNode node, RexNode condition, List<ImmutableBitSet> origins) {
        List<RexNode> conjuncts = RelOptUtil.conjunctions(condition);
        for (int i = 0; i < conjuncts.size(); i++) {
            if (!isSubQuery(conjuncts.get(i))) {
                conditions.add(
                        Condition.of(new Site(node, i), conjuncts.get(i)).over(origins));
            }
        }
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

    private static ImmutableBitSet origins(ImmutableBitSet columns, List<ImmutableBitSet> origins) {
        return ImmutableBitSet.union(columns.asList().stream().map(origins::get).toList());
    }

    /** The conditions for which DuckDB would try pairs of rows. */
    Set<Site> searched() {
        List<Condition> ofMany = conditions.stream()
                .filter(condition -> leavesOf(condition.columns()).cardinality() > 1)
                .toList();
        Set<Condition> keys = keys(ofMany);
        Components components = new Components();
        keys.forEach(key -> components.connect(leavesOf(key.columns())));
        boolean sizesAreKnown = leaves.stream().noneMatch(leaf -> isOfUnknownSize(leaf.node()));
        int comparisons = 0;
        Set<Site> searched = new HashSet<>();
        for (Condition condition : ofMany) {
            if (keys.contains(condition)) {
                continue;
            }
            int more = condition.kind() == Kind.BETWEEN ? 2 : 1;
            if (sizesAreKnown && isRange(condition, components) && comparisons + more <= mostComparisons) {
                comparisons += more;
            } else {
                searched.add(condition.site());
            }
        }
        return searched;
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

    /** Whether DuckDB sorts both sides for a condition: between relations that no key joins. */
    private boolean isRange(Condition condition, Components components) {
        return (condition.kind() == Kind.RANGE || condition.kind() == Kind.BETWEEN)
                && isOfTwoSides(condition)
                && components.areOne(leavesOf(condition.one()))
                && components.areOne(leavesOf(condition.other()))
                && !components.areOne(leavesOf(condition.columns()));
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
        return leaves.stream()
                .map(leaf -> new Below(
                        leaf.node(),
                        conditions.stream()
                                .filter(condition -> !condition.columns().isEmpty()
                                        && leaf.columns().contains(condition.columns()))
                                .map(condition -> condition.shifted(-leaf.first()))
                                .toList()))
                .toList();
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
