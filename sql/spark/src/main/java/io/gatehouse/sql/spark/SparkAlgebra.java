package io.gatehouse.sql.spark;

import io.gatehouse.sql.function.ListFunctions;
import io.gatehouse.sql.write.DerivedTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Sample;
import org.apache.calcite.rel.core.Uncollect;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeName;
import org.jspecify.annotations.Nullable;

/** Replaces DuckDB's functions in algebra by Spark's. The types stay DuckDB's; casts convert the values. */
final class SparkAlgebra extends RelHomogeneousShuttle {
    private SparkAlgebra() {}

    static RelNode of(RelNode root) {
        return root.accept(new SparkAlgebra());
    }

    @Override
    public RelNode visit(RelNode node) {
        if (node instanceof Correlate correlate && list(correlate) instanceof Uncollect uncollect) {
            return exploded(correlate, uncollect, correlate.getCluster().getRexBuilder());
        }
        RelNode below = super.visit(node);
        RexBuilder rex = below.getCluster().getRexBuilder();
        if (below instanceof Sample) {
            throw SparkForms.refused("TABLESAMPLE, which would pick other rows,");
        }
        if (below instanceof Uncollect uncollect) {
            return unnested(uncollect, rex);
        }
        if (below instanceof Project project && project.getProjects().stream().anyMatch(SparkAlgebra::unnests)) {
            return unnested(project, rex);
        }
        RelNode converted = below.accept(new SparkExpressions(rex));
        return converted instanceof Aggregate aggregate ? aggregated(aggregate) : converted;
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
                    SparkAggregates.of(
                            call.getAggregation(),
                            types,
                            call.getType(),
                            !call.getCollation().getFieldCollations().isEmpty()),
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

    /**
     * UNNEST in FROM: SELECT s.x, s.n FROM (SELECT explode(list of structs x, n) AS s FROM (input)). The input stands apart,
     * because a LIMIT counts its rows.
     */
    private static RelNode unnested(Uncollect uncollect, RexBuilder rex) {
        RelNode input = uncollect.getInput();
        if (input.getRowType().getFieldCount() != 1) {
            throw SparkForms.refused("UNNEST of several lists");
        }
        RelDataType type = uncollect.getRowType().getFieldList().get(0).getType();
        RelNode table = DerivedTable.of(input);
        RexNode list = rex.makeInputRef(input, 0);
        if (!uncollect.withOrdinality) {
            RexNode element = SparkFunction.call(rex, type, "explode({0})", list);
            return new DerivedTable(
                    LogicalProject.create(table, List.of(), List.of(element), uncollect.getRowType(), Set.of()));
        }
        RexNode pair = SparkFunction.call(
                rex, type, "explode(transform({0}, (x, n) -> named_struct('x', x, 'n', n + 1)))", list);
        RelNode pairs =
                new DerivedTable(LogicalProject.create(table, List.of(), List.of(pair), List.of("pair"), Set.of()));
        RexNode reference = rex.makeInputRef(pairs, 0);
        RelDataType ordinal = uncollect.getRowType().getFieldList().get(1).getType();
        List<RexNode> items = List.of(
                SparkFunction.call(rex, type, "{0}.x", reference),
                SparkFunction.call(rex, ordinal, "{0}.n", reference));
        return LogicalProject.create(pairs, List.of(), items, uncollect.getRowType(), Set.of());
    }

    /** Returns the UNNEST if it is the whole right side of a lateral join, apart from renames. */
    private static @Nullable RelNode list(Correlate correlate) {
        RelNode right = correlate.getRight();
        while (right instanceof Project project
                && RexUtil.isIdentity(project.getProjects(), project.getInput().getRowType())) {
            right = project.getInput();
        }
        return right instanceof Uncollect
                        && right.getInput(0) instanceof Project project
                        && project.getProjects().size() == 1
                        && project.getInput() instanceof Values
                ? right
                : null;
    }

    /** A lateral join with UNNEST: SELECT a, s.x, s.n FROM (SELECT a, explode(list of structs x, n) AS s FROM left). */
    private RelNode exploded(Correlate correlate, Uncollect uncollect, RexBuilder rex) {
        RelNode left = visit(correlate.getLeft());
        RexNode list = ((Project) uncollect.getInput()).getProjects().get(0);
        RexNode local = list.accept(new RexShuttle() {
            @Override
            public RexNode visitFieldAccess(RexFieldAccess access) {
                boolean own = access.getReferenceExpr() instanceof RexCorrelVariable variable
                        && variable.id.equals(correlate.getCorrelationId());
                return own ? rex.makeInputRef(left, access.getField().getIndex()) : access;
            }
        });
        List<RexNode> below = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < left.getRowType().getFieldCount(); i++) {
            below.add(rex.makeInputRef(left, i));
            names.add("u" + i);
        }
        List<RelDataTypeField> made = uncollect.getRowType().getFieldList();
        String outer = correlate.getJoinType() == JoinRelType.LEFT ? "_outer" : "";
        below.add(SparkFunction.call(
                rex,
                made.get(0).getType(),
                "explode%s(transform({0}, (x, n) -> named_struct('x', x, 'n', n + 1)))".formatted(outer),
                local.accept(new SparkExpressions(rex))));
        names.add("pair");
        RelNode pairs =
                new DerivedTable(LogicalProject.create(DerivedTable.of(left), List.of(), below, names, Set.of()));
        RexNode pair = rex.makeInputRef(pairs, below.size() - 1);
        List<RexNode> items = new ArrayList<>();
        for (int i = 0; i < below.size() - 1; i++) {
            items.add(rex.makeInputRef(pairs, i));
        }
        items.add(SparkFunction.call(rex, made.get(0).getType(), "{0}.x", pair));
        if (uncollect.withOrdinality) {
            items.add(SparkFunction.call(rex, made.get(1).getType(), "{0}.n", pair));
        }
        return LogicalProject.create(pairs, List.of(), items, correlate.getRowType(), Set.of());
    }

    /**
     * unnest in SELECT: SELECT a, s.x0, s.x1 FROM (SELECT a, explode(zipped lists) AS s FROM input). Shorter lists are
     * padded with NULLs.
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
        below.add(SparkFunction.call(rex, lists.get(0).getType(), sideBySide(lists.size()), lists));
        List<String> names = new ArrayList<>();
        for (int i = 0; i < below.size(); i++) {
            names.add("u" + i);
        }
        RelNode exploded = new DerivedTable(LogicalProject.create(
                DerivedTable.of(project.getInput()), List.of(), below, names, project.getVariablesSet()));
        return LogicalProject.create(
                exploded, List.of(), above(project, exploded, expressions, rex), project.getRowType(), Set.of());
    }

    /** A single list gives its elements. Several lists give structs with one field per list, named by numbers. */
    private static String sideBySide(int lists) {
        if (lists == 1) {
            return "explode({0})";
        }
        StringBuilder zip = new StringBuilder("explode(arrays_zip(");
        for (int i = 0; i < lists; i++) {
            zip.append(i == 0 ? "" : ", ").append("transform({%d}, e -> e)".formatted(i));
        }
        return zip.append("))").toString();
    }

    private static List<RexNode> above(
            Project project, RelNode exploded, SparkExpressions expressions, RexBuilder rex) {
        RexNode pair = rex.makeInputRef(exploded, exploded.getRowType().getFieldCount() - 1);
        boolean alone =
                project.getProjects().stream().filter(SparkAlgebra::unnests).count() == 1;
        List<RexNode> above = new ArrayList<>();
        int plain = 0;
        int unnested = 0;
        for (RexNode item : project.getProjects()) {
            if (unnests(item)) {
                RelDataType type = bare(item).getType();
                RexNode element = SparkFunction.call(rex, type, alone ? "{0}" : "{0}.`%d`".formatted(unnested++), pair);
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
