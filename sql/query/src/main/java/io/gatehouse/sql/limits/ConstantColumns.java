package io.gatehouse.sql.limits;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.rex.RexUtil;

/**
 * The text and list columns of sub-queries that are literals, parameters or expressions of these. DuckDB replaces such
 * columns by their expressions when it plans, and computes what is constant then.
 */
final class ConstantColumns {
    private final Map<CorrelationId, List<RelNode>> outer = new HashMap<>();

    /** Notes what the columns of an outer query are of. */
    void addOuter(CorrelationId id, List<RelNode> inputs) {
        outer.put(id, inputs);
    }

    /** Replaces the constant columns of the inputs, and those of outer queries, in an expression. */
    RexNode replace(RexNode expression, List<RelNode> inputs) {
        return expression.accept(new RexShuttle() {
            @Override
            public RexNode visitInputRef(RexInputRef column) {
                return constant(column, inputs, column.getIndex()).orElse(column);
            }

            @Override
            public RexNode visitFieldAccess(RexFieldAccess access) {
                return access.getReferenceExpr() instanceof RexCorrelVariable variable && outer.containsKey(variable.id)
                        ? constant(
                                        access,
                                        outer.getOrDefault(variable.id, List.of()),
                                        access.getField().getIndex())
                                .orElse(access)
                        : access;
            }

            /** Its operands stay as they are: they are compared with rows. */
            @Override
            public RexNode visitSubQuery(RexSubQuery query) {
                return query;
            }
        });
    }

    /** Whether a column is constant, as the separator of a list of texts must be. */
    boolean isConstant(RelNode node, int column) {
        return constant(node, column).isPresent();
    }

    private Optional<RexNode> constant(RexNode column, List<RelNode> inputs, int index) {
        return GuardFunctions.isLong(column.getType()) ? ofInputs(inputs, index) : Optional.empty();
    }

    private Optional<RexNode> ofInputs(List<RelNode> inputs, int index) {
        int first = 0;
        for (RelNode input : inputs) {
            int columns = input.getRowType().getFieldCount();
            if (index < first + columns) {
                return constant(input, index - first);
            }
            first += columns;
        }
        return Optional.empty();
    }

    private Optional<RexNode> constant(RelNode node, int column) {
        if (node instanceof Project project) {
            RexNode value = replace(project.getProjects().get(column), project.getInputs());
            return RexUtil.isConstant(value) ? Optional.of(value) : Optional.empty();
        }
        if (node instanceof Filter || node instanceof Sort) {
            return constant(node.getInput(0), column);
        }
        if (node instanceof Aggregate aggregate) {
            return aggregate.getGroupType() == Aggregate.Group.SIMPLE && column < aggregate.getGroupCount()
                    ? constant(aggregate.getInput(), aggregate.getGroupSet().nth(column))
                    : Optional.empty();
        }
        if (node instanceof Values values) {
            return values.getTuples().size() == 1
                    ? Optional.of(values.getTuples().get(0).get(column))
                    : Optional.empty();
        }
        boolean inner = (node instanceof Join join && join.getJoinType() == JoinRelType.INNER)
                || (node instanceof Correlate correlate && correlate.getJoinType() == JoinRelType.INNER);
        return inner ? ofInputs(node.getInputs(), column) : Optional.empty();
    }
}
