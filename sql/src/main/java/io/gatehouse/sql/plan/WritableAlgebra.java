package io.gatehouse.sql.plan;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.rex.RexVisitorImpl;

/**
 * Makes algebra safe to be written with names. Algebra refers to columns by number, SQL by name, and there an alias can
 * hide a column: in SELECT -x AS x FROM t ORDER BY x the last x is the alias. So an expression that is named like a
 * column below it gets another name; a literal that is grouped or sorted by gets a cast, which keeps it from being read
 * as the number of a column; and what a correlated sub-query looks back at becomes a {@link DerivedTable}. The names
 * that users see are kept apart, in {@link ColumnNames}.
 */
final class WritableAlgebra extends RelHomogeneousShuttle {
    /** Parts of expressions that may be written more than once. */
    private static final int MOST_REPEATED = 100;

    /** The names, in lower case, of the columns of all relations that were met below the one that is looked at. */
    private Set<String> below = new HashSet<>();

    private final RexShuttle subQueries = new RexShuttle() {
        @Override
        public RexNode visitSubQuery(RexSubQuery query) {
            return query.clone(WritableAlgebra.of(query.rel));
        }
    };

    private WritableAlgebra() {}

    static RelNode of(RelNode root) {
        return root.accept(new WritableAlgebra());
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
        RelNode rewritten = apart(super.visit(node)).accept(subQueries);
        boolean correlated =
                !rewritten.getVariablesSet().isEmpty() && rewritten.getInputs().size() == 1;
        if (correlated && !(rewritten.getInput(0) instanceof TableScan)) {
            RelNode table = new DerivedTable(rewritten.getInput(0));
            rewritten = rewritten.copy(rewritten.getTraitSet(), List.of(table));
        }
        if (rewritten instanceof Project project) {
            return rename(project);
        }
        if (rewritten instanceof Aggregate aggregate) {
            return rename(castLiterals(aggregate, aggregate.getGroupSet().asList()));
        }
        return rewritten instanceof Sort sort
                ? castLiterals(sort, sort.getCollation().getKeys())
                : rewritten;
    }

    /** Puts a query into FROM that must not be merged into what is above it. */
    private static RelNode apart(RelNode node) {
        List<RelNode> inputs = node.getInputs();
        if (inputs.stream().noneMatch(input -> standsApart(input, node))) {
            return node;
        }
        List<RelNode> separate = inputs.stream()
                .map(input -> standsApart(input, node) ? new DerivedTable(input) : input)
                .toList();
        return node.copy(node.getTraitSet(), separate);
    }

    /**
     * An unnest in a SELECT list makes rows; a window cannot stand in an aggregate, its FILTER or its GROUP BY; and what
     * is long and used often would be written, and computed, as often.
     */
    private static boolean standsApart(RelNode input, RelNode above) {
        boolean windowed = above instanceof Aggregate && input instanceof Project project && project.containsOver();
        boolean repeated = above instanceof Project upper
                && input instanceof Project lower
                && growth(upper, lower) > MOST_REPEATED;
        return windowed || repeated || UnnestPlaces.unnests(input);
    }

    /** By how many parts expressions would grow in which others stand in the place of the columns that they refer to. */
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
                .map(column ->
                        (uses[column] - 1) * (below.getProjects().get(column).nodeCount() - 1))
                .sum();
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
        return aggregate.copy(
                aggregate.getTraitSet(),
                aggregate.getInput(),
                aggregate.getGroupSet(),
                aggregate.getGroupSets(),
                calls);
    }

    private static <T extends RelNode> T castLiterals(T node, List<Integer> keys) {
        if (!(node.getInput(0) instanceof Project project)) {
            return node;
        }
        RexBuilder rex = node.getCluster().getRexBuilder();
        List<RexNode> expressions = new ArrayList<>(project.getProjects());
        for (int key : keys) {
            if (expressions.get(key) instanceof RexLiteral literal) {
                expressions.set(key, rex.makeAbstractCast(literal.getType(), literal, false));
            }
        }
        if (!expressions.equals(project.getProjects())) {
            node.replaceInput(
                    0, project.copy(project.getTraitSet(), project.getInput(), expressions, project.getRowType()));
        }
        return node;
    }

    /** The name, or the name with a number where it is taken; the result is taken from then on. */
    private String free(String name) {
        String candidate = name;
        for (int i = 1; !below.add(candidate.toLowerCase(Locale.ROOT)); i++) {
            candidate = name + "_" + i;
        }
        return candidate;
    }
}
