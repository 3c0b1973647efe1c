package io.gatehouse.sql.validate;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Union;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rel.logical.LogicalValues;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;

/**
 * Makes correlated sub-queries above GROUP BY refer to the groups. Calcite 1.42 converts their outer references to
 * columns of the ungrouped rows, and then maps only the first of them to the groups, and none in nested sub-queries. What
 * any correlated sub-query looks back at is checked at the end.
 */
final class GroupedCorrelations extends RelHomogeneousShuttle {
    private GroupedCorrelations() {}

    static RelNode of(RelNode root) {
        return root.accept(new GroupedCorrelations());
    }

    @Override
    public RelNode visit(RelNode node) {
        RelNode visited = super.visit(node).accept(new RexShuttle() {
            @Override
            public RexNode visitSubQuery(RexSubQuery query) {
                RexSubQuery inside = (RexSubQuery) super.visitSubQuery(query);
                return inside.clone(of(inside.rel));
            }
        });
        // Calcite has no rows in place of groups that HAVING rules out, whatever they are.
        boolean ofNoRows = (visited instanceof Project || visited instanceof Filter)
                && visited.getInput(0) instanceof Values values
                && Values.isEmpty(values);
        if (ofNoRows) {
            return LogicalValues.createEmpty(visited.getCluster(), visited.getRowType());
        }
        for (CorrelationId id : visited.getVariablesSet()) {
            if (visited.getInputs().size() == 1 && grouping(visited.getInput(0)) instanceof Aggregate aggregate) {
                visited = visited.accept(
                        new Groups(id, aggregate, visited.getInput(0).getRowType()));
            }
            check(visited, id);
        }
        return visited;
    }

    /**
     * Fails if a sub-query looks back at a column of another name than the one that the rows have in its place. It would
     * be written as that one, and have wrong values.
     */
    private static void check(RelNode node, CorrelationId id) {
        List<String> names =
                (node instanceof Correlate correlate ? correlate.getLeft().getRowType() : rows(node)).getFieldNames();
        RexShuttle accesses = new RexShuttle() {
            @Override
            public RexNode visitFieldAccess(RexFieldAccess access) {
                int column = access.getField().getIndex();
                boolean ofRows =
                        access.getReferenceExpr() instanceof RexCorrelVariable variable && variable.id.equals(id);
                if (ofRows
                        && (column >= names.size()
                                || !names.get(column).equals(access.getField().getName()))) {
                    throw new IllegalStateException(
                            "A sub-query looks back at %s of %s".formatted(access.getField(), names));
                }
                return super.visitFieldAccess(access);
            }

            @Override
            public RexNode visitSubQuery(RexSubQuery query) {
                everywhere(query.rel, this);
                return super.visitSubQuery(query);
            }
        };
        if (node instanceof Correlate correlate) {
            everywhere(correlate.getRight(), accesses);
        } else {
            node.accept(accesses);
        }
    }

    private static RelDataType rows(RelNode node) {
        return node.getInputs().size() == 1 ? node.getInput(0).getRowType() : node.getRowType();
    }

    private static void everywhere(RelNode root, RexShuttle shuttle) {
        root.accept(shuttle);
        root.getInputs().forEach(input -> everywhere(input, shuttle));
    }

    /** The aggregate below a condition. Grouping sets that say one set twice are a union of aggregates by the same keys. */
    private static RelNode grouping(RelNode input) {
        if (input instanceof Filter having) {
            return grouping(having.getInput());
        }
        return input instanceof Union union ? withoutColumns(union.getInput(0)) : input;
    }

    /** The input of a projection that keeps its columns in order; each part of such a union has one around its aggregate. */
    private static RelNode withoutColumns(RelNode part) {
        // Without a look at types: those of the columns may be nullable where the keys are not.
        return part instanceof Project project
                        && IntStream.range(0, project.getProjects().size())
                                .allMatch(i -> project.getProjects().get(i) instanceof RexInputRef column
                                        && column.getIndex() == i)
                ? project.getInput()
                : part;
    }

    /** Replaces columns of the rows by columns of the groups, also in nested sub-queries. */
    private static final class Groups extends RexShuttle {
        private final CorrelationId id;
        private final Aggregate aggregate;
        private final RelDataType groups;
        private final RexBuilder rex;

        private Groups(CorrelationId id, Aggregate aggregate, RelDataType groups) {
            this.id = id;
            this.aggregate = aggregate;
            this.groups = groups;
            this.rex = aggregate.getCluster().getRexBuilder();
        }

        @Override
        public RexNode visitSubQuery(RexSubQuery query) {
            RexSubQuery visited = (RexSubQuery) super.visitSubQuery(query);
            return visited.clone(visited.rel.accept(new RelHomogeneousShuttle() {
                @Override
                public RelNode visit(RelNode node) {
                    return super.visit(node).accept(Groups.this);
                }
            }));
        }

        @Override
        public RexNode visitFieldAccess(RexFieldAccess access) {
            boolean ofOthers = !(access.getReferenceExpr() instanceof RexCorrelVariable variable)
                    || !variable.id.equals(id)
                    || variable.getType().equals(groups);
            if (ofOthers) {
                return super.visitFieldAccess(access);
            }
            RelDataType columns = access.getReferenceExpr().getType();
            int column = access.getField().getIndex();
            RelNode input = aggregate.getInput();
            // A grouped query that is another one's FROM has groups by the names of its columns.
            if (input instanceof Project project
                    && columns.getFieldNames()
                            .equals(project.getInput().getRowType().getFieldNames())) {
                return group(key -> project.getProjects().get(key) instanceof RexInputRef reference
                        && reference.getIndex() == column);
            }
            // Calcite gives rows that are computed the names of SELECT.
            boolean named = columns.getFieldNames().equals(input.getRowType().getFieldNames());
            return named || RelOptUtil.areRowTypesEqual(columns, input.getRowType(), false)
                    ? group(key -> key == column)
                    : super.visitFieldAccess(access);
        }

        private RexNode group(IntPredicate isColumn) {
            List<Integer> keys = aggregate.getGroupSet().asList();
            int key = IntStream.range(0, keys.size())
                    .filter(i -> isColumn.test(keys.get(i)))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("A sub-query looks back at what is not grouped"));
            return rex.makeFieldAccess(rex.makeCorrel(groups, id), key);
        }
    }
}
