package io.gatehouse.sql.spark;

import io.gatehouse.sql.function.ListFunctions;
import io.gatehouse.sql.plan.DerivedTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Sample;
import org.apache.calcite.rel.core.Uncollect;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeName;

/** Algebra with DuckDB's functions said in Spark's. Types stay DuckDB's, and casts see to it that values have them. */
final class SparkAlgebra extends RelHomogeneousShuttle {
    private SparkAlgebra() {}

    static RelNode of(RelNode root) {
        return root.accept(new SparkAlgebra());
    }

    @Override
    public RelNode visit(RelNode node) {
        RelNode below = super.visit(node);
        RexBuilder rex = below.getCluster().getRexBuilder();
        if (below instanceof Sample) {
            throw Refusal.of("TABLESAMPLE, which would pick other rows,");
        }
        if (below instanceof Uncollect uncollect) {
            return unnested(uncollect, rex);
        }
        if (below instanceof Project project && project.getProjects().stream().anyMatch(SparkAlgebra::unnests)) {
            return unnested(project, rex);
        }
        RelNode said = below.accept(new SparkExpressions(rex));
        return said instanceof Aggregate aggregate ? aggregated(aggregate) : said;
    }

    private static Aggregate aggregated(Aggregate aggregate) {
        List<RelDataTypeField> fields = aggregate.getInput().getRowType().getFieldList();
        List<AggregateCall> calls = new ArrayList<>();
        for (AggregateCall call : aggregate.getAggCallList()) {
            List<RelDataType> types = call.getArgList().stream()
                    .map(argument -> fields.get(argument).getType())
                    .toList();
            calls.add(AggregateCall.create(
                    call.getParserPosition(),
                    SparkAggregates.of(call.getAggregation(), types, call.getType()),
                    call.isDistinct(),
                    call.isApproximate(),
                    call.ignoreNulls(),
                    call.rexList,
                    call.getArgList(),
                    call.filterArg,
                    call.distinctKeys,
                    call.getCollation(),
                    call.getType(),
                    call.getName()));
        }
        return aggregate.copy(
                aggregate.getTraitSet(),
                aggregate.getInput(),
                aggregate.getGroupSet(),
                aggregate.getGroupSets(),
                calls);
    }

    /** UNNEST in FROM: SELECT s.x, s.n FROM (SELECT explode(list of structs x, n) AS s FROM what gives the list). */
    private static RelNode unnested(Uncollect uncollect, RexBuilder rex) {
        RelNode input = uncollect.getInput();
        if (input.getRowType().getFieldCount() != 1) {
            throw Refusal.of("UNNEST of several lists");
        }
        RelDataType type = uncollect.getRowType().getFieldList().get(0).getType();
        RexNode list = rex.makeInputRef(input, 0);
        if (!uncollect.withOrdinality) {
            RexNode element = SparkFunction.call(rex, type, "explode({0})", list);
            return LogicalProject.create(
                    input, List.of(), List.of(element), uncollect.getRowType(), Set.of());
        }
        RexNode pair = SparkFunction.call(
                rex, type, "explode(transform({0}, (x, n) -> named_struct('x', x, 'n', n + 1)))", list);
        RelNode pairs = new DerivedTable(
                LogicalProject.create(input, List.of(), List.of(pair), List.of("pair"), Set.of()));
        RexNode reference = rex.makeInputRef(pairs, 0);
        RelDataType ordinal = uncollect.getRowType().getFieldList().get(1).getType();
        List<RexNode> items = List.of(
                SparkFunction.call(rex, type, "{0}.x", reference),
                SparkFunction.call(rex, ordinal, "{0}.n", reference));
        return LogicalProject.create(pairs, List.of(), items, uncollect.getRowType(), Set.of());
    }

    /**
     * unnest as items: SELECT a, s.x0, s.x1 FROM (SELECT a, explode(lists side by side) AS s FROM input). The shorter
     * lists end in NULLs.
     */
    private static RelNode unnested(Project project, RexBuilder rex) {
        SparkExpressions expressions = new SparkExpressions(rex);
        List<RexNode> below = new ArrayList<>();
        List<RexNode> lists = new ArrayList<>();
        for (RexNode item : project.getProjects()) {
            if (unnests(item)) {
                lists.add(list(item).accept(expressions));
            } else {
                below.add(item.accept(expressions));
            }
        }
        StringBuilder template = new StringBuilder("explode(arrays_zip(");
        for (int i = 0; i < lists.size(); i++) {
            template.append(i == 0 ? "" : ", ").append("{%d}".formatted(i));
        }
        RelDataType any = lists.get(0).getType();
        below.add(SparkFunction.call(rex, any, template.append("))").toString(), lists));
        List<String> names = new ArrayList<>();
        for (int i = 0; i < below.size(); i++) {
            names.add("u" + i);
        }
        RelNode exploded = new DerivedTable(LogicalProject.create(
                project.getInput(), List.of(), below, names, project.getVariablesSet()));
        return LogicalProject.create(
                exploded, List.of(), above(project, exploded, expressions, rex), project.getRowType(), Set.of());
    }

    private static List<RexNode> above(
            Project project, RelNode exploded, SparkExpressions expressions, RexBuilder rex) {
        RexNode pair = rex.makeInputRef(exploded, exploded.getRowType().getFieldCount() - 1);
        List<RexNode> above = new ArrayList<>();
        int plain = 0;
        int unnested = 0;
        for (RexNode item : project.getProjects()) {
            if (unnests(item)) {
                RelDataType type = bare(item).getType();
                RexNode element = SparkFunction.call(rex, type, "{0}.`%d`".formatted(unnested++), pair);
                above.add(bare(item).equals(item) ? element : expressions.cast(element, item.getType()));
            } else {
                above.add(rex.makeInputRef(exploded, plain++));
            }
        }
        return above;
    }

    private static boolean unnests(RexNode item) {
        return bare(item) instanceof RexCall call && call.getOperator().equals(ListFunctions.UNNEST);
    }

    private static RexNode list(RexNode item) {
        return ((RexCall) bare(item)).getOperands().get(0);
    }

    private static RexNode bare(RexNode item) {
        return item instanceof RexCall call && call.getKind() == SqlKind.CAST
                ? bare(call.getOperands().get(0))
                : item;
    }

    static boolean isList(RelDataType type) {
        return type.getSqlTypeName() == SqlTypeName.ARRAY;
    }
}
