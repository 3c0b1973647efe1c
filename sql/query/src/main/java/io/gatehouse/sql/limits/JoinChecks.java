package io.gatehouse.sql.limits;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.Sets;
import io.gatehouse.sql.limits.JoinBlock.Below;
import io.gatehouse.sql.limits.JoinBlock.Condition;
import io.gatehouse.sql.limits.JoinBlock.Site;
import io.gatehouse.sql.validate.UnnestPositions;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.BiRel;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.logical.LogicalJoin;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.logical.LogicalValues;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.rex.RexVisitorImpl;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.util.ImmutableBitSet;
import org.apache.calcite.util.Util;

/**
 * Makes joins check whether the statement must stop. DuckDB looks for a pair of rows that fulfils the conditions of a
 * join in a loop without interrupt checks, which among a million rows with equal keys takes minutes; but it computes a
 * function of columns of both sides within that loop. So conditions for which it tries pairs of rows are written as
 * arguments of such a function. Keys and ranges, for which it has better ways, stay as they are.
 */
public final class JoinChecks {
    /** Operators that raise no error, whatever their operands are. Arithmetic does: its result may be out of range. */
    private static final Set<SqlKind> CANNOT_FAIL = Sets.immutableEnumSet(
            SqlKind.EQUALS,
            SqlKind.NOT_EQUALS,
            SqlKind.LESS_THAN,
            SqlKind.LESS_THAN_OR_EQUAL,
            SqlKind.GREATER_THAN,
            SqlKind.GREATER_THAN_OR_EQUAL,
            SqlKind.IS_DISTINCT_FROM,
            SqlKind.IS_NOT_DISTINCT_FROM,
            SqlKind.BETWEEN,
            SqlKind.SEARCH,
            SqlKind.AND,
            SqlKind.OR,
            SqlKind.NOT,
            SqlKind.IS_NULL,
            SqlKind.IS_NOT_NULL,
            SqlKind.IS_TRUE,
            SqlKind.IS_FALSE,
            SqlKind.IS_NOT_TRUE,
            SqlKind.IS_NOT_FALSE,
            SqlKind.CASE);

    private final RexBuilder rex;
    private final Set<Site> searched = new HashSet<>();
    private final RexShuttle subQueries = new RexShuttle() {
        @Override
        public RexNode visitSubQuery(RexSubQuery query) {
            RexSubQuery visited = (RexSubQuery) super.visitSubQuery(query);
            return visited.clone(ofOuterRow(query).orElseGet(() -> checked(query.rel)));
        }
    };

    private JoinChecks(RexBuilder rex) {
        this.rex = rex;
    }

    public static RelNode of(RelNode root) {
        if (!holdsPairs(root)) {
            return root;
        }
        JoinChecks checks = new JoinChecks(root.getCluster().getRexBuilder());
        checks.find(root);
        return checks.checked(root);
    }

    /** Whether a query may have pairs of rows to try: most have no join and no sub-query, and need no search. */
    private static boolean holdsPairs(RelNode node) {
        if (node instanceof BiRel
                || (node instanceof Filter filter && RexUtil.SubQueryFinder.containsSubQuery(filter))
                || (node instanceof Project project && RexUtil.SubQueryFinder.containsSubQuery(project))) {
            return true;
        }
        for (RelNode input : node.getInputs()) {
            if (holdsPairs(input)) {
                return true;
            }
        }
        return false;
    }

    /** Finds the conditions of a query, and of the queries within it, for which DuckDB tries pairs of rows. */
    private void find(RelNode query) {
        findInBlock(query, List.of());
        findInSubQueries(query);
    }

    private void findInSubQueries(RelNode node) {
        node.accept(new RexShuttle() {
            @Override
            public RexNode visitSubQuery(RexSubQuery query) {
                find(query.rel);
                return super.visitSubQuery(query);
            }
        });
        node.getInputs().forEach(this::findInSubQueries);
    }

    /** @param above conditions that DuckDB may move down to the relation */
    private void findInBlock(RelNode root, List<Condition> above) {
        JoinBlock block = new JoinBlock(root, above);
        searched.addAll(block.searched());
        for (Below below : block.below()) {
            List<Condition> through = JoinBlock.through(below.node(), below.conditions());
            below.node().getInputs().forEach(input -> findInBlock(input, through));
        }
    }

    private RelNode checked(RelNode node) {
        List<RelNode> inputs = node.getInputs().stream().map(this::checked).toList();
        RelNode checked;
        if (node instanceof Filter filter) {
            checked = filter(filter, inputs.get(0));
        } else if (node instanceof Join join) {
            checked = join.copy(
                    join.getTraitSet(),
                    condition(ofPreservedRows(join, JoinBlock.conjuncts(join)), searched),
                    inputs.get(0),
                    inputs.get(1),
                    join.getJoinType(),
                    join.isSemiJoinDone());
        } else {
            checked = inputs.equals(node.getInputs()) ? node : node.copy(node.getTraitSet(), inputs);
        }
        return checked.accept(subQueries);
    }

    private RelNode filter(Filter filter, RelNode input) {
        RelNode rows = input;
        Map<Site, RexNode> rest = new LinkedHashMap<>();
        for (Map.Entry<Site, RexNode> conjunct : JoinBlock.conjuncts(filter).entrySet()) {
            Optional<RelNode> joined = joined(conjunct.getValue(), filter.getVariablesSet(), rows);
            if (joined.isPresent()) {
                rows = joined.get();
            } else {
                rest.put(conjunct.getKey(), conjunct.getValue());
            }
        }
        return rest.isEmpty() ? rows : filter.copy(filter.getTraitSet(), rows, condition(rest, searched));
    }

    /** Writes EXISTS in WHERE as a semi join of the rows, and NOT EXISTS as an anti join. */
    private Optional<RelNode> joined(RexNode condition, Set<CorrelationId> outer, RelNode rows) {
        boolean negated = condition.isA(SqlKind.NOT);
        RexNode query = negated ? ((RexCall) condition).getOperands().get(0) : condition;
        return exists(query)
                .filter(exists -> RelOptUtil.getVariablesUsed(exists.where().getInput()).stream()
                        .noneMatch(outer::contains))
                .map(exists -> join(
                        rows,
                        exists,
                        access -> access.getReferenceExpr() instanceof RexCorrelVariable row && outer.contains(row.id)
                                ? access.getField().getIndex()
                                : -1,
                        negated ? JoinRelType.ANTI : JoinRelType.SEMI));
    }

    /**
     * Writes the query of EXISTS, where it is part of an expression, as a semi join of the row of the outer queries: {@code
     * (SELECT a.k, a.x) AS o SEMI JOIN b ON o.k = b.k AND o.x <> b.y}.
     */
    private Optional<RelNode> ofOuterRow(RexSubQuery query) {
        return exists(query).map(exists -> {
            List<RexNode> columns = new ArrayList<>();
            RexUtil.composeConjunction(rex, exists.withOuter()).accept(new RexVisitorImpl<Void>(true) {
                @Override
                public Void visitFieldAccess(RexFieldAccess access) {
                    if (access.getReferenceExpr() instanceof RexCorrelVariable && !columns.contains(access)) {
                        columns.add(access);
                    }
                    return super.visitFieldAccess(access);
                }
            });
            RelNode outerRow = LogicalProject.create(
                    LogicalValues.createOneRow(query.rel.getCluster()),
                    List.of(),
                    columns,
                    (List<String>) null,
                    Set.of());
            return join(outerRow, exists, columns::indexOf, JoinRelType.SEMI);
        });
    }

    /**
     * A query of EXISTS that refers to outer rows in its outermost conditions. DuckDB makes a semi join of it, which stops
     * at the first row that meets the conditions, unless it has to compute a function of both.
     *
     * @param own its conditions that read no outer row
     */
    private record Exists(Filter where, Map<Site, RexNode> own, List<RexNode> withOuter) {}

    private Optional<Exists> exists(RexNode condition) {
        if (!(condition instanceof RexSubQuery query) || !condition.isA(SqlKind.EXISTS)) {
            return Optional.empty();
        }
        RelNode selected = query.rel;
        while (isPassedOver(selected)) {
            selected = selected.getInput(0);
        }
        if (!(selected instanceof Filter where)) {
            return Optional.empty();
        }
        Map<Site, RexNode> own = new LinkedHashMap<>();
        Map<Site, RexNode> withOuter = new LinkedHashMap<>();
        JoinBlock.conjuncts(where)
                .forEach((site, conjunct) -> (readsOuterRow(conjunct, where) ? withOuter : own).put(site, conjunct));
        return withOuter.keySet().stream().noneMatch(searched::contains)
                        || withOuter.values().stream()
                                .anyMatch(conjunct -> RexUtil.SubQueryFinder.find(conjunct) != null)
                ? Optional.empty()
                : Optional.of(new Exists(where, own, List.copyOf(withOuter.values())));
    }

    /** Whether a query has a row exactly if its input has one. */
    private static boolean isPassedOver(RelNode query) {
        if (query instanceof Sort sort) {
            return sort.offset == null
                    && (sort.fetch == null
                            || (sort.fetch instanceof RexLiteral && RexLiteral.intValue(sort.fetch) > 0));
        }
        return query instanceof Project project && !project.containsOver() && !UnnestPositions.unnests(project);
    }

    /** @param columnOf the column of the left side that a column of an outer row is, or -1 */
    private RelNode join(RelNode left, Exists exists, ToIntFunction<RexFieldAccess> columnOf, JoinRelType type) {
        int columns = left.getRowType().getFieldCount();
        RexNode condition = RexUtil.composeConjunction(
                rex,
                new RexShuttle() {
                    @Override
                    public RexNode visitInputRef(RexInputRef column) {
                        return new RexInputRef(column.getIndex() + columns, column.getType());
                    }

                    @Override
                    public RexNode visitFieldAccess(RexFieldAccess access) {
                        int column = columnOf.applyAsInt(access);
                        return column < 0 ? super.visitFieldAccess(access) : rex.makeInputRef(left, column);
                    }
                }.visitList(exists.withOuter()));
        Filter where = exists.where();
        RelNode right = filtered(
                where,
                where.getInput(),
                RexUtil.composeConjunction(rex, exists.own().values()));
        Join join = LogicalJoin.create(left, right, List.of(), condition, Set.of(), type);
        return join.copy(
                join.getTraitSet(),
                condition(JoinBlock.conjuncts(join), new JoinBlock(join, List.of()).searched()),
                left,
                exists.own().isEmpty()
                        ? checked(where.getInput())
                        : filtered(where, checked(where.getInput()), condition(exists.own(), searched))
                                .accept(subQueries),
                type,
                join.isSemiJoinDone());
    }

    private static RelNode filtered(Filter where, RelNode rows, RexNode condition) {
        return condition.isAlwaysTrue() ? rows : where.copy(where.getTraitSet(), rows, condition);
    }

    /** @param where the filter that the condition belongs to */
    private static boolean readsOuterRow(RexNode condition, Filter where) {
        Set<CorrelationId> read = new HashSet<>();
        condition.accept(new RexVisitorImpl<Void>(true) {
            @Override
            public Void visitCorrelVariable(RexCorrelVariable row) {
                read.add(row.id);
                return super.visitCorrelVariable(row);
            }

            @Override
            public Void visitSubQuery(RexSubQuery query) {
                read.addAll(RelOptUtil.getVariablesUsed(query.rel));
                return super.visitSubQuery(query);
            }
        });
        return !where.getVariablesSet().containsAll(read);
    }

    /** A condition of which a function computes those that are searched for. */
    private RexNode condition(Map<Site, RexNode> conjuncts, Set<Site> sites) {
        List<RexNode> kept = new ArrayList<>();
        List<RexNode> checked = new ArrayList<>();
        conjuncts.forEach((site, conjunct) -> (sites.contains(site) ? checked : kept).add(conjunct));
        if (!checked.isEmpty()) {
            kept.add(rex.makeCall(GuardFunctions.CONDITION, and(checked)));
        }
        return RexUtil.composeConjunction(rex, kept);
    }

    /**
     * An outer join keeps the rows of a side that do not meet a condition on that side, so DuckDB checks the condition
     * for each pair of rows with equal keys. Here such rows get NULL for a key, which equals nothing. A condition that may
     * fail is left to the pairs, because it must not fail for rows without an equal key, and so is one with a sub-query.
     */
    private Map<Site, RexNode> ofPreservedRows(Join join, Map<Site, RexNode> conjuncts) {
        int columns = join.getLeft().getRowType().getFieldCount();
        ImmutableBitSet left = ImmutableBitSet.range(columns);
        ImmutableBitSet right = ImmutableBitSet.range(
                columns, columns + join.getRight().getRowType().getFieldCount());
        Optional<Site> key = conjuncts.entrySet().stream()
                .filter(conjunct -> !searched.contains(conjunct.getKey()) && isKey(conjunct.getValue(), left, right))
                .map(Map.Entry::getKey)
                .findFirst();
        if (join.getJoinType() == JoinRelType.INNER || key.isEmpty()) {
            return conjuncts;
        }
        List<RexNode> ofLeft = new ArrayList<>();
        List<RexNode> ofRight = new ArrayList<>();
        Map<Site, RexNode> rest = new LinkedHashMap<>();
        conjuncts.forEach((site, conjunct) -> {
            ImmutableBitSet read = RelOptUtil.InputFinder.bits(conjunct);
            boolean ofKeptLeft = join.getJoinType().generatesNullsOnRight() && left.contains(read);
            boolean ofKeptRight = join.getJoinType().generatesNullsOnLeft() && right.contains(read);
            if (!(ofKeptLeft || ofKeptRight)) {
                rest.put(site, conjunct);
            } else if (mayFail(conjunct) || RexUtil.SubQueryFinder.find(conjunct) != null) {
                rest.put(site, conjunct);
                searched.add(site);
            } else {
                (ofKeptLeft ? ofLeft : ofRight).add(conjunct);
            }
        });
        rest.computeIfPresent(key.get(), (site, condition) -> {
            List<RexNode> sides = ((RexCall) condition).getOperands();
            boolean leftFirst = left.contains(RelOptUtil.InputFinder.bits(sides.get(0)));
            return rex.makeCall(
                    SqlStdOperatorTable.EQUALS,
                    where(leftFirst ? ofLeft : ofRight, sides.get(0)),
                    where(leftFirst ? ofRight : ofLeft, sides.get(1)));
        });
        return rest;
    }

    private static boolean mayFail(RexNode expression) {
        return expression instanceof RexCall call
                && !(cannotFail(call) && call.getOperands().stream().noneMatch(JoinChecks::mayFail));
    }

    private static boolean cannotFail(RexCall call) {
        return switch (call.getKind()) {
            // A pattern that ends with its escape character is an error.
            case LIKE -> call.getOperands().size() == 2;
            case MOD -> isNonZero(call.getOperands().get(1));
            default -> CANNOT_FAIL.contains(call.getKind()) || RexUtil.isLosslessCast(call);
        };
    }

    private static boolean isNonZero(RexNode divisor) {
        return divisor instanceof RexLiteral literal
                && literal.getTypeName() == SqlTypeName.DECIMAL
                && !literal.isNull()
                && requireNonNull(literal.getValueAs(BigDecimal.class)).signum() != 0;
    }

    private static boolean isKey(RexNode condition, ImmutableBitSet left, ImmutableBitSet right) {
        if (!condition.isA(SqlKind.EQUALS)) {
            return false;
        }
        ImmutableBitSet one =
                RelOptUtil.InputFinder.bits(((RexCall) condition).getOperands().get(0));
        ImmutableBitSet other =
                RelOptUtil.InputFinder.bits(((RexCall) condition).getOperands().get(1));
        return !one.isEmpty()
                && !other.isEmpty()
                && ((left.contains(one) && right.contains(other)) || (right.contains(one) && left.contains(other)));
    }

    private RexNode where(List<RexNode> conditions, RexNode key) {
        return conditions.isEmpty()
                ? key
                : rex.makeCall(
                        SqlStdOperatorTable.CASE,
                        and(conditions),
                        key,
                        rex.makeNullLiteral(rex.getTypeFactory().createTypeWithNullability(key.getType(), true)));
    }

    /**
     * DuckDB computes all operands of AND and OR in the argument of a function, but those of a condition only for rows
     * that need them: {@code x <> 0 AND 1 // x > 2}. NULL is FALSE here, as in any condition.
     */
    private RexNode and(List<RexNode> conditions) {
        if (conditions.size() == 1) {
            return lazy(conditions.get(0));
        }
        List<RexNode> choices = new ArrayList<>();
        for (RexNode condition : conditions.subList(0, conditions.size() - 1)) {
            choices.add(rex.makeCall(SqlStdOperatorTable.IS_NOT_TRUE, lazy(condition)));
            choices.add(rex.makeLiteral(false));
        }
        choices.add(lazy(Util.last(conditions)));
        return rex.makeCall(SqlStdOperatorTable.CASE, choices);
    }

    private RexNode or(List<RexNode> conditions) {
        List<RexNode> choices = new ArrayList<>();
        for (RexNode condition : conditions.subList(0, conditions.size() - 1)) {
            choices.add(lazy(condition));
            choices.add(rex.makeLiteral(true));
        }
        choices.add(lazy(Util.last(conditions)));
        return rex.makeCall(SqlStdOperatorTable.CASE, choices);
    }

    private RexNode lazy(RexNode condition) {
        return switch (condition.getKind()) {
            case AND -> and(((RexCall) condition).getOperands());
            case OR -> or(((RexCall) condition).getOperands());
            default -> condition;
        };
    }
}
