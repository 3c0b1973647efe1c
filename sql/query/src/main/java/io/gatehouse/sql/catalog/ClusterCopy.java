package io.gatehouse.sql.catalog;

import com.google.common.collect.ImmutableSet;
import java.util.List;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Uncollect;
import org.apache.calcite.rel.logical.LogicalAggregate;
import org.apache.calcite.rel.logical.LogicalCorrelate;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalIntersect;
import org.apache.calcite.rel.logical.LogicalJoin;
import org.apache.calcite.rel.logical.LogicalMinus;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.logical.LogicalSort;
import org.apache.calcite.rel.logical.LogicalTableScan;
import org.apache.calcite.rel.logical.LogicalUnion;
import org.apache.calcite.rel.logical.LogicalValues;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;

/**
 * Copies the algebra of a table function into the cluster of a statement, with the arguments in place of the
 * parameters. A function is planned once and used often, and relations belong to the cluster that they were made in.
 * Expressions do not, unless they contain a query.
 */
final class ClusterCopy extends RexShuttle {
    private final RelOptCluster cluster;
    private final List<RexNode> arguments;

    private ClusterCopy(RelOptCluster cluster, List<RexNode> arguments) {
        this.cluster = cluster;
        this.arguments = arguments;
    }

    static RelNode of(RelNode algebra, RelOptCluster cluster, List<RexNode> arguments) {
        return new ClusterCopy(cluster, arguments).copy(algebra);
    }

    @Override
    public RexNode visitDynamicParam(RexDynamicParam parameter) {
        RexNode argument = arguments.get(parameter.getIndex());
        return argument.getType().equals(parameter.getType())
                ? argument
                : cluster.getRexBuilder().makeAbstractCast(parameter.getType(), argument, false);
    }

    @Override
    public RexNode visitSubQuery(RexSubQuery query) {
        return ((RexSubQuery) super.visitSubQuery(query)).clone(copy(query.rel));
    }

    private RelNode copy(RelNode node) {
        List<RelNode> inputs = node.getInputs().stream().map(this::copy).toList();
        return shallow(node, inputs).accept(this);
    }

    private RelNode shallow(RelNode node, List<RelNode> inputs) {
        if (node instanceof LogicalTableScan scan) {
            return LogicalTableScan.create(cluster, scan.getTable(), scan.getHints());
        }
        if (node instanceof LogicalValues values) {
            return LogicalValues.create(cluster, values.getRowType(), values.getTuples());
        }
        if (node instanceof LogicalProject project) {
            return new LogicalProject(
                    cluster,
                    project.getTraitSet(),
                    project.getHints(),
                    inputs.get(0),
                    project.getProjects(),
                    project.getRowType(),
                    project.getVariablesSet());
        }
        if (node instanceof LogicalFilter filter) {
            return LogicalFilter.create(
                    inputs.get(0), filter.getCondition(), ImmutableSet.copyOf(filter.getVariablesSet()));
        }
        if (node instanceof LogicalAggregate aggregate) {
            return LogicalAggregate.create(
                    inputs.get(0),
                    aggregate.getHints(),
                    aggregate.getGroupSet(),
                    aggregate.getGroupSets(),
                    aggregate.getAggCallList());
        }
        return node instanceof LogicalSort sort
                ? LogicalSort.create(inputs.get(0), sort.getCollation(), sort.offset, sort.fetch)
                : combined(node, inputs);
    }

    private static RelNode combined(RelNode node, List<RelNode> inputs) {
        if (node instanceof LogicalJoin join) {
            return LogicalJoin.create(
                    inputs.get(0),
                    inputs.get(1),
                    join.getHints(),
                    join.getCondition(),
                    join.getVariablesSet(),
                    join.getJoinType());
        }
        if (node instanceof LogicalCorrelate correlate) {
            return LogicalCorrelate.create(
                    inputs.get(0),
                    inputs.get(1),
                    correlate.getHints(),
                    correlate.getCorrelationId(),
                    correlate.getRequiredColumns(),
                    correlate.getJoinType());
        }
        if (node instanceof Uncollect uncollect) {
            return Uncollect.create(
                    uncollect.getTraitSet(), inputs.get(0), uncollect.withOrdinality, uncollect.getItemAliases());
        }
        if (node instanceof LogicalUnion union) {
            return LogicalUnion.create(inputs, union.all);
        }
        if (node instanceof LogicalIntersect intersect) {
            return LogicalIntersect.create(inputs, intersect.all);
        }
        if (node instanceof LogicalMinus minus) {
            return LogicalMinus.create(inputs, minus.all);
        }
        throw new IllegalArgumentException("A function cannot hold %s".formatted(node.getRelTypeName()));
    }
}
