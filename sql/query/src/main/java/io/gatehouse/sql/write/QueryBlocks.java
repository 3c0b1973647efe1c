package io.gatehouse.sql.write;

import io.gatehouse.sql.function.RandomNumbers;
import io.gatehouse.sql.validate.UnnestPositions;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelCollation;
import org.apache.calcite.rel.RelCollations;
import org.apache.calcite.rel.RelFieldCollation;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.logical.LogicalSort;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.rex.RexVisitorImpl;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.validate.SqlValidatorUtil;
import org.apache.calcite.util.Util;

/**
 * Cuts algebra into the queries that it is written as. The writer of SQL merges relations into one SELECT wherever the
 * order of the clauses allows it, and then writes expressions in places where they mean something else or are not
 * allowed. What must not be merged becomes a {@link DerivedTable}:
 *
 * <ul>
 *   <li>what a correlated sub-query or a lateral join looks back at;
 *   <li>what makes rows or random numbers in a SELECT list, and what is long and used often;
 *   <li>windows and sub-queries below an aggregate, and the keys by which its input is sorted, for which the writer would
 *       put a number that stands for no column there;
 *   <li>sub-queries below a window, which could hold windows themselves;
 *   <li>joins on a sub-query below another join: DuckDB 2.0 mixes up their columns, and fails.
 * </ul>
 *
 * The constants that an aggregate takes stay with it, because DuckDB wants the separator of a list and the share of a
 * quantile as constants.
 */
final class QueryBlocks extends RelHomogeneousShuttle {
    /** The size of expressions, in parts, that may be written more than once. */
    private static final int MOST_REPEATED = 100;

    private final RexShuttle subQueries = new RexShuttle() {
        @Override
        public RexNode visitSubQuery(RexSubQuery query) {
            RexSubQuery visited = (RexSubQuery) super.visitSubQuery(query);
            return visited.clone(QueryBlocks.of(visited.rel));
        }
    };

    private QueryBlocks() {}

    static RelNode of(RelNode root) {
        return root.accept(new QueryBlocks());
    }

    @Override
    public RelNode visit(RelNode node) {
        RelNode cut = typed(merged(super.visit(lateral(node)).accept(subQueries)));
        if (cut instanceof Correlate correlate) {
            RelNode right = named(correlate.getRight(), correlate.getLeft());
            return correlate.copy(
                    correlate.getTraitSet(), List.of(DerivedTable.of(correlate.getLeft()), DerivedTable.of(right)));
        }
        if (cut instanceof Project project && project.getProjects().stream().anyMatch(QueryBlocks::computesInWindow)) {
            return windowsOfColumns(project);
        }
        if (cut instanceof Aggregate aggregate && aggregate.getInput() instanceof Project project) {
            return aggregate(aggregate, project);
        }
        if (cut instanceof Sort sort) {
            return limited(sort.getInput() instanceof Project project ? sorted(sort, project) : sort);
        }
        return looksBack(cut);
    }

    /**
     * Gives a LIMIT an OFFSET of 0. DuckDB 2.0 drops one without an OFFSET where it sees that there are no more rows, but
     * takes an outer join for empty if one of its sides is, and counts too few rows of grouping sets.
     */
    private static RelNode limited(RelNode node) {
        return node instanceof Sort sort && sort.fetch != null && sort.offset == null && isMiscounted(sort.getInput())
                ? sort.copy(
                        sort.getTraitSet(),
                        sort.getInput(),
                        sort.getCollation(),
                        sort.getCluster().getRexBuilder().makeExactLiteral(BigDecimal.ZERO),
                        sort.fetch)
                : node;
    }

    private static boolean isMiscounted(RelNode node) {
        return (node instanceof Join join && join.getJoinType().isOuterJoin())
                || (node instanceof Correlate correlate
                        && correlate.getJoinType().isOuterJoin())
                || (node instanceof Aggregate aggregate
                        && aggregate.getGroupSets().size() > 1)
                || node.getInputs().stream().anyMatch(QueryBlocks::isMiscounted);
    }

    private static RelNode lateral(RelNode node) {
        return node instanceof Correlate correlate
                ? correlate.copy(
                        correlate.getTraitSet(), List.of(correlate.getLeft(), ReadColumns.of(correlate.getRight())))
                : node;
    }

    /**
     * Gives columns names that another relation does not have. Calcite's writer may put a SELECT * around both, and then
     * refers to the columns by the unique names that they have in algebra.
     */
    private static RelNode named(RelNode node, RelNode beside) {
        List<String> taken = beside.getRowType().getFieldNames();
        List<String> names = node.getRowType().getFieldNames();
        List<String> unique = SqlValidatorUtil.uniquify(
                        Stream.concat(taken.stream(), names.stream()).toList(), false)
                .subList(taken.size(), taken.size() + names.size());
        return unique.equals(names)
                ? node
                : LogicalProject.create(
                        DerivedTable.of(node),
                        List.of(),
                        node.getCluster().getRexBuilder().identityProjects(node.getRowType()),
                        unique,
                        Set.of());
    }

    /** Wraps the input of a relation whose expressions refer back to it. */
    private static RelNode looksBack(RelNode node) {
        return node.getVariablesSet().isEmpty() || node.getInputs().size() != 1
                ? node
                : node.copy(node.getTraitSet(), List.of(DerivedTable.of(node.getInput(0))));
    }

    /**
     * Casts columns that are whole literals beside smaller numbers. The writer puts the literal in place of the column, and
     * beside a SMALLINT DuckDB takes a literal for a SMALLINT: {@code n * k} would overflow where k is 10000.
     */
    private static RelNode typed(RelNode node) {
        if (!(node instanceof Project project && project.getInput() instanceof Project below)) {
            return node;
        }
        List<RexNode> columns = written(below);
        RexBuilder rex = project.getCluster().getRexBuilder();
        return project.accept(new RexShuttle() {
            @Override
            public RexNode visitCall(RexCall call) {
                RexCall visited = (RexCall) super.visitCall(call);
                return visited.getOperands().stream().noneMatch(QueryBlocks::isSmall)
                        ? visited
                        : visited.clone(
                                visited.getType(),
                                visited.getOperands().stream().map(this::cast).toList());
            }

            private RexNode cast(RexNode operand) {
                return operand instanceof RexInputRef column
                                && columns.get(column.getIndex()) instanceof RexLiteral literal
                                && literal.getType().getSqlTypeName() == SqlTypeName.INTEGER
                        ? rex.makeAbstractCast(column.getType(), column, false)
                        : operand;
            }
        });
    }

    private static boolean isSmall(RexNode operand) {
        return switch (operand.getType().getSqlTypeName()) {
            case TINYINT, UTINYINT, SMALLINT, USMALLINT -> true;
            default -> false;
        };
    }

    /** Wraps queries that must not be merged into the one above. */
    private static RelNode merged(RelNode node) {
        List<RelNode> inputs = node.getInputs();
        List<RelNode> separate = inputs.stream()
                .map(input -> standsApart(input, node) ? new DerivedTable(input) : input)
                .toList();
        return separate.equals(inputs) ? node : node.copy(node.getTraitSet(), separate);
    }

    private static boolean standsApart(RelNode input, RelNode above) {
        boolean divided = above instanceof Project upper
                && ((input instanceof Project lower && growth(upper, lower) > MOST_REPEATED)
                        || hidesAggregates(upper, input)
                        || (input instanceof Project lower && holdsWindow(upper.getProjects()) && holdsQuery(lower))
                        || (computes(upper) && isLimited(input)));
        return divided
                || UnnestPositions.unnests(input)
                || (input instanceof Project && !(above instanceof Aggregate) && RandomNumbers.areIn(input))
                || (looksOut(above) && input instanceof Aggregate)
                || (above instanceof Join && input instanceof Join below && holdsQuery(below.getCondition()));
    }

    /** Whether this is a condition with outer columns, which DuckDB does not resolve in HAVING. */
    private static boolean looksOut(RelNode node) {
        return node instanceof Filter && !RelOptUtil.getVariablesUsed(node).isEmpty();
    }

    /**
     * The writer takes windows, and aggregates in sub-queries, for aggregates of the SELECT, and would make one group
     * of all rows where nothing uses them.
     */
    private static boolean hidesAggregates(Project above, RelNode below) {
        return withoutSort(below) instanceof Project lower
                && ((mayHoldWindowOrQuery(lower) && holdsWindowOrQuery(written(lower)) && !holdsWindow(written(above)))
                        || (isOneGroup(lower) && !holdsColumn(written(above))));
    }

    /** Whether one of the projections that are written as one has an aggregate; that takes less time to find out. */
    private static boolean mayHoldWindowOrQuery(Project project) {
        return holdsWindowOrQuery(project.getProjects())
                || (withoutSort(project.getInput()) instanceof Project lower && mayHoldWindowOrQuery(lower));
    }

    /** Whether the SELECT of a relation has aggregates and no GROUP BY. */
    private static boolean isOneGroup(RelNode node) {
        return node instanceof Aggregate aggregate
                ? aggregate.getGroupSets().size() == 1
                        && aggregate.getGroupSet().isEmpty()
                : (node instanceof Project || node instanceof Filter) && isOneGroup(node.getInput(0));
    }

    private static boolean holdsColumn(List<RexNode> items) {
        return !RelOptUtil.InputFinder.bits(items, null).isEmpty();
    }

    private static RelNode withoutSort(RelNode node) {
        return node instanceof Sort sort ? sort.getInput() : node;
    }

    /** Whether an item is more than a column or a constant. */
    private static boolean computes(Project project) {
        return project.getProjects().stream().anyMatch(RexCall.class::isInstance);
    }

    /**
     * Whether the SELECT of a relation has a LIMIT. SQL applies it last: windows and UNNEST above would take all rows if
     * they were merged into it, and an expression would be computed, and could fail, for rows that LIMIT leaves out.
     */
    private static boolean isLimited(RelNode node) {
        return node instanceof Sort sort
                ? sort.fetch != null || sort.offset != null
                : node instanceof Project project && isLimited(project.getInput());
    }

    private static boolean holdsWindowOrQuery(List<RexNode> items) {
        return items.stream().anyMatch(QueryBlocks::holdsWindowOrQuery);
    }

    private static boolean holdsWindowOrQuery(RexNode item) {
        return holds(item, part -> part instanceof RexOver || part instanceof RexSubQuery);
    }

    /** A window above is not merged into it: DuckDB's windows take no sub-query that has windows itself. */
    private static boolean holdsQuery(Project project) {
        return project.getProjects().stream().anyMatch(QueryBlocks::holdsQuery);
    }

    private static boolean holdsQuery(RexNode expression) {
        return holds(expression, RexSubQuery.class::isInstance);
    }

    private static boolean holdsWindow(List<RexNode> items) {
        return items.stream().anyMatch(item -> holds(item, RexOver.class::isInstance));
    }

    /**
     * Returns by how many parts expressions would grow if the columns they refer to were replaced by the expressions
     * below.
     */
    private static int growth(Project above, Project below) {
        int[] uses = new int[below.getProjects().size()];
        new RexVisitorImpl<Void>(true) {
            @Override
            public Void visitInputRef(RexInputRef column) {
                uses[column.getIndex()]++;
                return null;
            }
        }.visitEach(above.getProjects());
        return IntStream.range(0, uses.length)
                .filter(column -> uses[column] > 1)
                .map(column -> (uses[column] - 1) * weight(below.getProjects().get(column)))
                .sum();
    }

    /** Sub-queries and windows are computed once for each occurrence. */
    private static int weight(RexNode expression) {
        return holdsWindowOrQuery(expression) ? MOST_REPEATED + 1 : expression.nodeCount() - 1;
    }

    /**
     * An order by a constant is none, but the constant may be what a percentile is of: it becomes a column of its own,
     * apart from an equal one that the aggregate takes as a constant.
     */
    private static RelNode aggregate(Aggregate aggregate, Project project) {
        List<RexNode> written = written(project);
        List<RexNode> items = new ArrayList<>(project.getProjects());
        List<String> names = new ArrayList<>(project.getRowType().getFieldNames());
        List<AggregateCall> calls = new ArrayList<>();
        for (AggregateCall call : aggregate.getAggCallList()) {
            List<RelFieldCollation> keys = new ArrayList<>();
            for (RelFieldCollation key : call.getCollation().getFieldCollations()) {
                if (!isConstant(written.get(key.getFieldIndex()))) {
                    keys.add(key);
                } else if (isPercentile(call)) {
                    keys.add(key.withFieldIndex(items.size()));
                    names.add("constant" + items.size());
                    items.add(project.getProjects().get(key.getFieldIndex()));
                }
            }
            calls.add(call.withCollation(RelCollations.of(keys)));
        }
        if (calls.equals(aggregate.getAggCallList())) {
            return divided(aggregate, project, Set.of());
        }
        Project columns =
                LogicalProject.create(project.getInput(), project.getHints(), items, names, project.getVariablesSet());
        Aggregate ordered = aggregate.copy(
                aggregate.getTraitSet(), columns, aggregate.getGroupSet(), aggregate.getGroupSets(), calls);
        Set<Integer> computed = IntStream.range(project.getProjects().size(), items.size())
                .boxed()
                .collect(Collectors.toSet());
        return divided(ordered, columns, computed);
    }

    private static boolean isPercentile(AggregateCall call) {
        SqlKind kind = call.getAggregation().getKind();
        return kind == SqlKind.PERCENTILE_CONT || kind == SqlKind.PERCENTILE_DISC;
    }

    /** @param constants items that are computed below though they are constants */
    private static RelNode divided(Aggregate aggregate, Project project, Set<Integer> constants) {
        List<RexNode> written = written(project);
        Set<Integer> computed = new HashSet<>(constants);
        computed.addAll(columnKeys(aggregate, written));
        boolean sortedByExpression = aggregate.getAggCallList().stream()
                .flatMap(call -> call.getCollation().getFieldCollations().stream())
                .map(RelFieldCollation::getFieldIndex)
                .anyMatch(key -> !(written.get(key) instanceof RexInputRef));
        boolean apart = sortedByExpression
                || computed.size() > constants.size()
                || isGrouped(project.getInput())
                || holdsWindowOrQuery(written)
                || RandomNumbers.areIn(project)
                || aggregate.getAggCallList().stream().anyMatch(call -> isOfOuterQuery(call, written));
        Project input = apart ? divided(project, written, computed) : project;
        return aggregate.copy(
                aggregate.getTraitSet(),
                List.of(withKeys(input, aggregate.getGroupSet().asList())));
    }

    /**
     * The keys that must be columns: NULL, by which DuckDB does not sort, and those of grouping sets that are written like an
     * earlier one. Two equal expressions are one key, while of two columns with equal values a set may have one only.
     */
    private static Set<Integer> columnKeys(Aggregate aggregate, List<RexNode> written) {
        boolean ofSets = aggregate.getGroupSets().size() > 1;
        Set<RexNode> seen = new HashSet<>();
        return aggregate.getGroupSet().asList().stream()
                .filter(key -> isNull(written.get(key)) || (!seen.add(written.get(key)) && ofSets))
                .collect(Collectors.toSet());
    }

    /**
     * Whether an aggregate would be written with outer columns only, as where an own column is a constant. To DuckDB
     * it would be one of the outer query.
     */
    private static boolean isOfOuterQuery(AggregateCall call, List<RexNode> written) {
        List<RexNode> parts = new ArrayList<>();
        call.getArgList().forEach(argument -> parts.add(written.get(argument)));
        if (call.hasFilter()) {
            parts.add(written.get(call.filterArg));
        }
        return !holdsColumn(parts) && parts.stream().anyMatch(RexUtil::containsCorrelation);
    }

    /** Whether the SELECT of a relation is grouped or sorted, so that no aggregate can be added to it. */
    private static boolean isGrouped(RelNode node) {
        return node instanceof Aggregate
                || node instanceof Sort
                || (node instanceof Project project && isGrouped(project.getInput()))
                || (node instanceof Filter having && having.getInput() instanceof Aggregate);
    }

    /**
     * Splits a projection into one of columns and constants over one that computes the rest.
     *
     * @param apart items that are columns of their own, though they are constants or equal to others
     */
    private static Project divided(Project project, List<RexNode> written, Set<Integer> apart) {
        Map<RexNode, Integer> shared = new HashMap<>();
        List<RexNode> computed = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < written.size(); i++) {
            RexNode item = project.getProjects().get(i);
            if (isConstant(written.get(i)) && !apart.contains(i)) {
                places.add(-1);
            } else {
                Integer place = apart.contains(i) ? null : shared.get(item);
                if (place == null) {
                    place = computed.size();
                    computed.add(item);
                    names.add(project.getRowType().getFieldNames().get(i));
                    if (!apart.contains(i)) {
                        shared.put(item, place);
                    }
                }
                places.add(place);
            }
        }
        RelNode below = computed.isEmpty()
                ? project.getInput()
                : looksBack(LogicalProject.create(
                        project.getInput(), project.getHints(), computed, names, project.getVariablesSet()));
        RelNode table = new DerivedTable(below);
        List<RexNode> items = new ArrayList<>();
        for (int i = 0; i < written.size(); i++) {
            items.add(
                    places.get(i) < 0
                            ? written.get(i)
                            : project.getCluster().getRexBuilder().makeInputRef(table, places.get(i)));
        }
        return LogicalProject.create(
                table, project.getHints(), items, project.getRowType().getFieldNames(), Set.of());
    }

    /** A column that is NULL in all rows is no key, because DuckDB refuses ORDER BY NULL. */
    private static RelNode sorted(Sort sort, Project project) {
        List<RexNode> written = written(project);
        RelCollation keys = RelCollations.of(sort.getCollation().getFieldCollations().stream()
                .filter(key -> !isNull(written.get(key.getFieldIndex())))
                .toList());
        Project keyed = withKeys(project, keys.getKeys());
        if (keys.equals(sort.getCollation())) {
            return sort.copy(sort.getTraitSet(), List.of(keyed));
        }
        return keys.getKeys().isEmpty() && sort.fetch == null && sort.offset == null
                ? keyed
                : LogicalSort.create(keyed, keys, sort.offset, sort.fetch);
    }

    /** Whether this is a NULL without a type. */
    private static boolean isNull(RexNode expression) {
        return expression instanceof RexLiteral literal && literal.getTypeName() == SqlTypeName.NULL;
    }

    /** Casts each literal that is a key, so that it is not read as a column number. */
    private static Project withKeys(Project project, List<Integer> keys) {
        List<RexNode> written = written(project);
        RexBuilder rex = project.getCluster().getRexBuilder();
        List<RexNode> items = new ArrayList<>(project.getProjects());
        for (int key : keys) {
            if (written.get(key) instanceof RexLiteral literal && !isNull(literal)) {
                items.set(key, rex.makeAbstractCast(literal.getType(), literal, false));
            }
        }
        return items.equals(project.getProjects())
                ? project
                : project.copy(project.getTraitSet(), project.getInput(), items, project.getRowType());
    }

    /** Returns the items as the writer will write them, with the expressions of a projection below substituted. */
    private static List<RexNode> written(Project project) {
        if (!(withoutSort(project.getInput()) instanceof Project lower)) {
            return project.getProjects();
        }
        List<RexNode> below = written(lower);
        return new RexShuttle() {
            @Override
            public RexNode visitInputRef(RexInputRef column) {
                return below.get(column.getIndex());
            }
        }.visitList(project.getProjects());
    }

    /** Whether an expression is visibly constant. */
    private static boolean isConstant(RexNode expression) {
        return expression instanceof RexLiteral
                || expression instanceof RexDynamicParam
                || (expression instanceof RexCall call
                        && !(call instanceof RexOver)
                        && !(call instanceof RexSubQuery)
                        && !RandomNumbers.isCall(call)
                        && call.getOperands().stream().allMatch(QueryBlocks::isConstant));
    }

    private static boolean computesInWindow(RexNode expression) {
        return holds(
                expression,
                part -> part instanceof RexOver over
                        && (holds(over, RexSubQuery.class::isInstance) || RandomNumbers.areIn(over)));
    }

    /** Computes the sub-queries and random numbers of the items in a projection below: DuckDB's windows take neither. */
    private static RelNode windowsOfColumns(Project project) {
        RexBuilder rex = project.getCluster().getRexBuilder();
        RelNode input = project.getInput();
        List<RexNode> below = new ArrayList<>(rex.identityProjects(input.getRowType()));
        List<RexNode> items = new RexShuttle() {
            @Override
            public RexNode visitSubQuery(RexSubQuery query) {
                if (!below.contains(query)) {
                    below.add(query);
                }
                return rex.makeInputRef(query.getType(), below.indexOf(query));
            }

            @Override
            public RexNode visitCall(RexCall call) {
                if (!RandomNumbers.isCall(call)) {
                    return super.visitCall(call);
                }
                below.add(call);
                return rex.makeInputRef(call.getType(), below.size() - 1);
            }
        }.visitList(project.getProjects());
        List<String> names = new ArrayList<>(input.getRowType().getFieldNames());
        IntStream.range(names.size(), below.size()).forEach(i -> names.add("value" + i));
        RelNode values =
                looksBack(LogicalProject.create(input, project.getHints(), below, names, project.getVariablesSet()));
        return LogicalProject.create(
                new DerivedTable(values),
                project.getHints(),
                items,
                project.getRowType().getFieldNames(),
                Set.of());
    }

    /** Whether an expression contains a match, not looking into its sub-queries. */
    private static boolean holds(RexNode expression, Predicate<RexNode> wanted) {
        try {
            expression.accept(new RexShuttle() {
                @Override
                public RexNode visitOver(RexOver over) {
                    found(wanted.test(over));
                    return super.visitOver(over);
                }

                @Override
                public RexNode visitSubQuery(RexSubQuery query) {
                    found(wanted.test(query));
                    return super.visitSubQuery(query);
                }
            });
            return false;
        } catch (Util.FoundOne found) {
            return true;
        }
    }

    private static void found(boolean found) {
        if (found) {
            throw Util.FoundOne.NULL;
        }
    }
}
