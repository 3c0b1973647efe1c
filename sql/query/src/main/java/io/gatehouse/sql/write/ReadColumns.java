package io.gatehouse.sql.write;

import io.gatehouse.sql.validate.UnnestPositions;
import java.util.List;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.util.ImmutableBitSet;
import org.apache.calcite.util.mapping.Mapping;
import org.apache.calcite.util.mapping.Mappings;

/**
 * Leaves out the columns of a sub-query that nothing above it reads. DuckDB does so itself, but in a lateral query its
 * projection pull-up loses other columns with them ("Failed to bind column reference").
 */
final class ReadColumns {
    /** @param kept the columns of the relation as it was that it still has */
    private record Trimmed(RelNode node, ImmutableBitSet kept) {
        static Trimmed whole(RelNode node) {
            return new Trimmed(node, ImmutableBitSet.range(node.getRowType().getFieldCount()));
        }

        /** The places of the columns of the relation as it was. */
        Mapping mapping(RelNode before) {
            return Mappings.target(kept.asList(), before.getRowType().getFieldCount());
        }
    }

    private ReadColumns() {}

    /** Returns a relation with the same columns, whose projections compute only what is read. */
    static RelNode of(RelNode node) {
        return trimmed(node, ImmutableBitSet.range(node.getRowType().getFieldCount()))
                .node();
    }

    private static Trimmed trimmed(RelNode node, ImmutableBitSet read) {
        // A sub-query that looks back names columns by their numbers.
        if (!node.getVariablesSet().isEmpty()) {
            return Trimmed.whole(node);
        }
        if (node instanceof Filter filter) {
            Trimmed input = trimmed(filter.getInput(), read.union(RelOptUtil.InputFinder.bits(filter.getCondition())));
            Mapping mapping = input.mapping(filter.getInput());
            return new Trimmed(
                    LogicalFilter.create(input.node(), RexUtil.apply(mapping, filter.getCondition())), input.kept());
        }
        return node instanceof Project project && !UnnestPositions.unnests(project)
                ? projection(project, read)
                : Trimmed.whole(node);
    }

    private static Trimmed projection(Project project, ImmutableBitSet read) {
        // A relation has at least one column.
        ImmutableBitSet kept = read.isEmpty() ? ImmutableBitSet.of(0) : read;
        List<Integer> columns = kept.asList();
        Trimmed input = trimmed(
                project.getInput(),
                RelOptUtil.InputFinder.bits(
                        columns.stream().map(project.getProjects()::get).toList(), null));
        Mapping mapping = input.mapping(project.getInput());
        return new Trimmed(
                LogicalProject.create(
                        input.node(),
                        project.getHints(),
                        columns.stream()
                                .map(column -> RexUtil.apply(
                                        mapping, project.getProjects().get(column)))
                                .toList(),
                        columns.stream()
                                .map(project.getRowType().getFieldNames()::get)
                                .toList(),
                        project.getVariablesSet()),
                kept);
    }
}
