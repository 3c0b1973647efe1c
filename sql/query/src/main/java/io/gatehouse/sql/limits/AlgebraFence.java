package io.gatehouse.sql.limits;

import io.gatehouse.sql.function.FunctionTable;
import io.gatehouse.sql.function.StatementFunction;
import io.gatehouse.sql.parse.StatementErrors;
import java.util.List;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelVisitor;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.RepeatUnion;
import org.apache.calcite.rel.core.Sample;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.TableSpool;
import org.apache.calcite.rel.core.Uncollect;
import org.apache.calcite.rel.core.Union;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.util.ImmutableBitSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A second check after validation, on the algebra: every operator must be in the function table or be one that
 * conversion itself or the file of a table function writes, and every relation must be of a kind that the writer supports.
 */
public final class AlgebraFence extends RelVisitor {
    private static final List<Class<? extends RelNode>> RELATIONS = List.of(
            Project.class,
            Filter.class,
            Join.class,
            Correlate.class,
            Aggregate.class,
            Sort.class,
            SetOp.class,
            Values.class,
            Uncollect.class,
            RepeatUnion.class,
            TableSpool.class,
            Sample.class,
            TableScan.class);

    /** Operators that users cannot call by name. FLOOR and CEIL are those of x TO DAY. */
    private static final Set<SqlOperator> NOT_CALLED_BY_USERS = Set.of(
            SqlStdOperatorTable.PLUS,
            SqlStdOperatorTable.MINUS,
            SqlStdOperatorTable.MULTIPLY,
            SqlStdOperatorTable.PERCENT_REMAINDER,
            SqlStdOperatorTable.FLOOR,
            SqlStdOperatorTable.CEIL,
            SqlLibraryOperators.SAFE_CAST);

    private AlgebraFence() {}

    public static void check(RelNode root) {
        new AlgebraFence().go(root);
    }

    @Override
    public void visit(RelNode node, int ordinal, @Nullable RelNode parent) {
        if (RELATIONS.stream().noneMatch(relation -> relation.isInstance(node))) {
            throw StatementErrors.notSupported(
                    "This form of statement is not supported: %s.".formatted(node.getRelTypeName()));
        }
        if (node instanceof Aggregate aggregate) {
            aggregate.getAggCallList().stream()
                    .map(AggregateCall::getAggregation)
                    .forEach(AlgebraFence::checkAggregate);
        }
        if (node instanceof Correlate correlate && breaksDuckDb(correlate)) {
            throw StatementErrors.notSupported(
                    "ROLLUP, CUBE and GROUPING SETS with count cannot stand in a LATERAL query that all rows must match;"
                            + " write LEFT JOIN LATERAL (…) AS q ON TRUE.");
        }
        if (node instanceof Correlate correlate && repeatsSets(correlate.getRight())) {
            throw StatementErrors.notSupported(
                    "A LATERAL query cannot have a key twice in ROLLUP, CUBE or GROUPING SETS; write it once.");
        }
        node.accept(new Expressions());
        super.visit(node, ordinal, parent);
    }

    /**
     * An inner LATERAL join with a count over all rows and over groups at once causes an internal error in DuckDB,
     * after which the database is unusable. An outer join does not.
     */
    private static boolean breaksDuckDb(Correlate correlate) {
        return correlate.getJoinType() == JoinRelType.INNER && countsInSets(correlate.getRight());
    }

    /** Repeated grouping sets become a UNION ALL, in which DuckDB omits the grand total of no rows below LATERAL. */
    private static boolean repeatsSets(RelNode node) {
        boolean here = node instanceof Union union && union.getInputs().stream().anyMatch(AlgebraFence::hasTotal);
        return here || node.getInputs().stream().anyMatch(AlgebraFence::repeatsSets);
    }

    private static boolean hasTotal(RelNode node) {
        return node instanceof Aggregate aggregate
                ? aggregate.getGroupSets().size() > 1
                        && aggregate.getGroupSets().stream().anyMatch(ImmutableBitSet::isEmpty)
                : node instanceof Project project && hasTotal(project.getInput());
    }

    private static boolean countsInSets(RelNode node) {
        boolean here = node instanceof Aggregate aggregate
                && hasTotal(aggregate)
                && aggregate.getAggCallList().stream()
                        .anyMatch(call -> call.getAggregation().getKind() == SqlKind.COUNT);
        return here || node.getInputs().stream().anyMatch(AlgebraFence::countsInSets);
    }

    /**
     * DuckDB 2.0 answers NULL for rows that are in no such list once a function of the query is volatile, as the checks of
     * its work are.
     */
    private static boolean losesRows(RexSubQuery query) {
        return !query.getOperands().isEmpty()
                && !RelOptUtil.getVariablesUsed(query.rel).isEmpty()
                && holdsTotal(query.rel);
    }

    private static boolean holdsTotal(RelNode node) {
        return hasTotal(node) || node.getInputs().stream().anyMatch(AlgebraFence::holdsTotal);
    }

    /** Calcite turns lag(count(*) IGNORE NULLS) OVER … above GROUP BY into an aggregate of the groups. */
    private static void checkAggregate(SqlAggFunction aggregate) {
        checkOperator(aggregate);
        if (aggregate.requiresOver()) {
            throw StatementErrors.notSupported(
                    "IGNORE NULLS is not allowed with GROUP BY; compute the groups in a sub-query in FROM.");
        }
    }

    private static void checkOperator(SqlOperator operator) {
        if (!FunctionTable.INSTANCE.contains(operator)
                && !NOT_CALLED_BY_USERS.contains(operator)
                && !StatementFunction.ALL.contains(operator)) {
            throw StatementErrors.notSupported("The operator %s is not supported.".formatted(operator.getName()));
        }
    }

    /** Checks every expression of a node without changing it. */
    private final class Expressions extends RexShuttle {
        @Override
        public RexNode visitCall(RexCall call) {
            checkOperator(call.getOperator());
            return super.visitCall(call);
        }

        @Override
        public RexNode visitOver(RexOver over) {
            checkOperator(over.getAggOperator());
            return super.visitOver(over);
        }

        @Override
        public RexNode visitSubQuery(RexSubQuery query) {
            checkOperator(query.getOperator());
            if (losesRows(query)) {
                throw StatementErrors.notSupported(
                        "A list for IN, ANY or ALL cannot have ROLLUP, CUBE or GROUPING SETS and columns of the outer query;"
                                + " write EXISTS (SELECT * FROM (…) AS q WHERE q.x = …).");
            }
            go(query.rel);
            return super.visitSubQuery(query);
        }
    }
}
