package io.gatehouse.sql.write;

import io.gatehouse.sql.plan.ResultColumnNames;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.jspecify.annotations.Nullable;

/**
 * Makes algebra safe to be written with names. Algebra refers to columns by number, SQL by name, and there an alias can
 * hide a column: in SELECT -x AS x FROM t ORDER BY x the last x is the alias. So an expression that is named like a
 * column below it gets another name; a literal that is grouped or sorted by gets a cast, which keeps it from being read
 * as the number of a column; and what a correlated sub-query looks back at becomes a {@link DerivedTable}. The names
 * that users see are kept apart, in {@link ResultColumnNames}.
 */
final class ColumnAliases extends RelHomogeneousShuttle {
    /** The names, in lower case, of the columns of all relations below the current one. */
    private Set<String> below = new HashSet<>();

    private final RexShuttle subQueries = new RexShuttle() {
        @Override
        public RexNode visitSubQuery(RexSubQuery query) {
            return query.clone(ColumnAliases.of(query.rel));
        }
    };

    private ColumnAliases() {}

    static RelNode of(RelNode root) {
        return root.accept(new ColumnAliases());
    }

    @Override
    public RelNode visit(RelNode node) {
        Set<String> beside = below;
        below = new HashSet<>();
        RelNode rewritten = rewritten(node);
        note(rewritten);
        if (!beside.isEmpty()) {
            below.addAll(beside);
        }
        return rewritten;
    }

    private void note(RelNode node) {
        node.getRowType().getFieldNames().forEach(name -> below.add(name.toLowerCase(Locale.ROOT)));
    }

    private RelNode rewritten(RelNode node) {
        RelNode rewritten = super.visit(node).accept(subQueries);
        if (rewritten instanceof Project project) {
            return rename(project);
        }
        return rewritten instanceof Aggregate aggregate ? rename(aggregate) : rewritten;
    }

    private RelNode rename(Project project) {
        List<String> columns = project.getInput().getRowType().getFieldNames();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < project.getProjects().size(); i++) {
            String name = project.getRowType().getFieldNames().get(i);
            boolean same = project.getProjects().get(i) instanceof RexInputRef column
                    && columns.get(column.getIndex()).equalsIgnoreCase(name);
            names.add(same ? name : free(name));
        }
        return names.equals(project.getRowType().getFieldNames())
                ? project
                : LogicalProject.create(
                        project.getInput(),
                        project.getHints(),
                        project.getProjects(),
                        names,
                        project.getVariablesSet());
    }

    private RelNode rename(Aggregate aggregate) {
        List<AggregateCall> calls = aggregate.getAggCallList().stream()
                .map(call -> call.getName() == null ? call : call.withName(free(call.getName())))
                .toList();
        return names(calls).equals(names(aggregate.getAggCallList()))
                ? aggregate
                : aggregate.copy(
                        aggregate.getTraitSet(),
                        aggregate.getInput(),
                        aggregate.getGroupSet(),
                        aggregate.getGroupSets(),
                        calls);
    }

    private static List<@Nullable String> names(List<AggregateCall> calls) {
        List<@Nullable String> names = new ArrayList<>();
        calls.forEach(call -> names.add(call.getName()));
        return names;
    }

    /** Returns a free name: the given one, or that with a number, and reserves it. */
    private String free(String name) {
        String candidate = name;
        for (int i = 1; !below.add(candidate.toLowerCase(Locale.ROOT)); i++) {
            candidate = name + "_" + i;
        }
        return candidate;
    }
}
