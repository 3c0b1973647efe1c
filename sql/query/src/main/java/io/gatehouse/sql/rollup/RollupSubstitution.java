package io.gatehouse.sql.rollup;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.rollup.WeightedRelation.Content;
import io.gatehouse.store.schema.Rollup;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.RelOptTable;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalJoin;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.logical.LogicalTableScan;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * Puts a rollup in the place of the facts below an aggregate, through projections, filters and joins. They treat equal
 * rows equally, so that what they do to one row of the rollup they would do to each row that it stands for.
 */
final class RollupSubstitution {
    private final Rollup rollup;
    private final RelOptTable table;
    private final RelOptCluster cluster;
    private final RexBuilder rex;

    private RollupSubstitution(Rollup rollup, RelOptTable table, RelOptCluster cluster) {
        this.rollup = rollup;
        this.table = table;
        this.cluster = cluster;
        this.rex = cluster.getRexBuilder();
    }

    static WeightedRelation of(RelNode node, Rollup rollup, CalciteCatalogReader tables) throws RollupNotApplicable {
        RelOptTable table = tables.getTable(List.of(rollup.name()));
        if (table == null) {
            throw new RollupNotApplicable("the file has none");
        }
        return new RollupSubstitution(rollup, table, node.getCluster()).weigh(node);
    }

    /** Whether a relation reads the facts of a rollup. */
    static boolean reads(RelNode node, Rollup rollup) {
        return isScan(node, rollup.facts()) || node.getInputs().stream().anyMatch(input -> reads(input, rollup));
    }

    private static boolean isScan(RelNode node, String relation) {
        return node instanceof TableScan scan
                && scan.getTable().getQualifiedName().equals(List.of(relation));
    }

    private WeightedRelation weigh(RelNode node) throws RollupNotApplicable {
        if (!node.getVariablesSet().isEmpty()) {
            throw new RollupNotApplicable("a sub-query looks back at the rows");
        }
        if (isScan(node, rollup.facts()) && rollup.joined().isEmpty()) {
            return scan(List.of(node));
        }
        if (node instanceof LogicalProject project) {
            return project(project);
        }
        if (node instanceof LogicalFilter filter) {
            return filter(weigh(filter.getInput()), filter.getCondition(), "a condition");
        }
        if (node instanceof LogicalJoin join) {
            Optional<JoinedFacts> facts = JoinedFacts.of(join, rollup);
            return facts.isPresent() ? joinedFacts(facts.get()) : join(join);
        }
        throw new RollupNotApplicable("%s stands between"
                .formatted(node.getRelTypeName().replace("Logical", "").toUpperCase(Locale.ROOT)));
    }

    private static WeightedRelation filter(WeightedRelation input, RexNode condition, String what)
            throws RollupNotApplicable {
        checkKnown(condition, input, what);
        return new WeightedRelation(LogicalFilter.create(input.node(), condition), input.contents());
    }

    private WeightedRelation joinedFacts(JoinedFacts facts) throws RollupNotApplicable {
        WeightedRelation scan = scan(facts.relations());
        return facts.conditions().isEmpty() ? scan : filter(scan, facts.condition(rex), "a join");
    }

    /** The rollup with the columns of the relations that it takes the place of; of unknown ones NULL. */
    private WeightedRelation scan(List<? extends RelNode> relations) {
        RelNode scan = present(LogicalTableScan.create(cluster, table, List.of()), relations);
        List<RexNode> columns = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<Content> contents = new ArrayList<>();
        List<String> added = new ArrayList<>();
        for (RelNode relation : relations) {
            for (RelDataTypeField field : relation.getRowType().getFieldList()) {
                boolean known = rollup.dimensions().contains(field.getName());
                columns.add(known ? as(field.getType(), column(scan, field.getName())) : unknown(field.getType()));
                names.add(field.getName());
                contents.add(content(field.getName(), known, added));
            }
        }
        columns.add(column(scan, Rollup.COUNT));
        names.add("rollup_rows");
        for (String column : added) {
            columns.add(column(scan, column));
            names.add("rollup_" + column);
        }
        return new WeightedRelation(LogicalProject.create(scan, List.of(), columns, names, Set.of()), contents);
    }

    /** Without the rows that stand for facts that an inner join drops. */
    private RelNode present(RelNode scan, List<? extends RelNode> relations) {
        List<RexNode> conditions = rollup.joined().stream()
                .filter(joined -> relations.stream().anyMatch(relation -> isScan(relation, joined.relation())))
                .flatMap(joined -> joined.present().stream())
                .map(column -> rex.makeCall(SqlStdOperatorTable.IS_NOT_NULL, column(scan, column)))
                .toList();
        return conditions.isEmpty() ? scan : LogicalFilter.create(scan, RexUtil.composeConjunction(rex, conditions));
    }

    /**
     * @param added columns of the rollup that are added so far, for measures to find theirs in
     */
    private Content content(String name, boolean known, List<String> added) {
        if (known) {
            return new Content.Plain();
        }
        List<Rollup.Sum> sums = rollup.kept(name);
        if (sums.stream().noneMatch(sum -> sum.aggregate() == Rollup.Aggregate.SUM)) {
            return new Content.Gap(name);
        }
        Map<Rollup.Aggregate, Integer> kept = new EnumMap<>(Rollup.Aggregate.class);
        for (Rollup.Sum sum : sums) {
            kept.put(sum.aggregate(), added.size());
            added.add(sum.name());
        }
        return new Content.Measure(name, kept);
    }

    private RexNode column(RelNode scan, String name) {
        RelDataTypeField field = scan.getRowType().getField(name, false, false);
        return rex.makeInputRef(scan, requireNonNull(field, name).getIndex());
    }

    private RexNode as(RelDataType type, RexNode column) {
        return column.getType().equals(type) ? column : rex.makeAbstractCast(type, column, false);
    }

    /** NULL, typed like the column that it takes the place of, which nobody reads. */
    private RexNode unknown(RelDataType type) {
        RelDataType nullable = cluster.getTypeFactory().createTypeWithNullability(type, true);
        return rex.makeAbstractCast(type, rex.makeNullLiteral(nullable), false);
    }

    private WeightedRelation project(LogicalProject project) throws RollupNotApplicable {
        WeightedRelation input = weigh(project.getInput());
        if (project.containsOver() || !project.getProjects().stream().allMatch(RexUtil::isDeterministic)) {
            throw new RollupNotApplicable("the rows differ although they are equal");
        }
        List<RexNode> columns = new ArrayList<>();
        List<Content> contents = new ArrayList<>();
        for (int i = 0; i < project.getProjects().size(); i++) {
            RexNode expression = project.getProjects().get(i);
            Content content = content(expression, input);
            contents.add(content);
            columns.add(content instanceof Content.Plain ? expression : unknown(expression.getType()));
        }
        List<String> names = new ArrayList<>(project.getRowType().getFieldNames());
        List<RelDataTypeField> fields = input.node().getRowType().getFieldList();
        for (int added = input.count(); added < fields.size(); added++) {
            columns.add(rex.makeInputRef(input.node(), added));
            names.add(fields.get(added).getName());
        }
        return new WeightedRelation(LogicalProject.create(input.node(), List.of(), columns, names, Set.of()), contents);
    }

    private static Content content(RexNode expression, WeightedRelation input) {
        ImmutableBitSet unknown = RelOptUtil.InputFinder.bits(expression).intersect(input.unknown());
        if (unknown.isEmpty()) {
            return new Content.Plain();
        }
        return exactly(expression) instanceof RexInputRef column
                        && input.contents().get(column.getIndex()) instanceof Content.Measure measure
                ? measure
                : new Content.Gap(input.name(unknown.nth(0)));
    }

    /** The expression without a cast to DOUBLE, which changes no measure. */
    private static RexNode exactly(RexNode expression) {
        boolean wider =
                expression.getKind() == SqlKind.CAST && expression.getType().getSqlTypeName() == SqlTypeName.DOUBLE;
        return wider ? ((RexCall) expression).getOperands().get(0) : expression;
    }

    private static void checkKnown(RexNode expression, WeightedRelation input, String what) throws RollupNotApplicable {
        ImmutableBitSet unknown = RelOptUtil.InputFinder.bits(expression).intersect(input.unknown());
        if (!unknown.isEmpty()) {
            throw new RollupNotApplicable("%s uses %s".formatted(what, input.name(unknown.nth(0))));
        }
        if (!RexUtil.isDeterministic(expression)) {
            throw new RollupNotApplicable("the rows differ although they are equal");
        }
    }

    /** A join keeps the rows of the facts, so that it may repeat or drop them but never stands in for them. */
    private WeightedRelation join(LogicalJoin join) throws RollupNotApplicable {
        boolean left = reads(join.getLeft(), rollup);
        boolean right = reads(join.getRight(), rollup);
        boolean kept = join.getJoinType() == JoinRelType.INNER
                || (join.getJoinType() == JoinRelType.LEFT && left)
                || (join.getJoinType() == JoinRelType.RIGHT && right);
        if (left && right) {
            throw new RollupNotApplicable("the facts are joined with themselves");
        }
        if (!left && !right) {
            throw new RollupNotApplicable("it counts other rows than %s".formatted(rollup.facts()));
        }
        if (!kept) {
            throw new RollupNotApplicable("an outer join adds rows to the facts");
        }
        WeightedRelation weighted = weigh(left ? join.getLeft() : join.getRight());
        RelNode other = left ? join.getRight() : join.getLeft();
        List<Content> others = Collections.nCopies(other.getRowType().getFieldCount(), new Content.Plain());
        List<Content> contents = new ArrayList<>(left ? weighted.contents() : others);
        contents.addAll(left ? others : weighted.contents());
        return joined(join, weighted, other, left, contents);
    }

    /** The join, with the added columns moved to the end. */
    private WeightedRelation joined(
            LogicalJoin join, WeightedRelation weighted, RelNode other, boolean left, List<Content> contents)
            throws RollupNotApplicable {
        int added = 1 + weighted.sums();
        int leftColumns = join.getLeft().getRowType().getFieldCount();
        RexNode condition = left ? RexUtil.shift(join.getCondition(), leftColumns, added) : join.getCondition();
        checkKnown(join.getCondition(), new WeightedRelation(weighted.node(), contents), "a join");
        LogicalJoin copy = LogicalJoin.create(
                left ? weighted.node() : other,
                left ? other : weighted.node(),
                List.of(),
                condition,
                join.getVariablesSet(),
                join.getJoinType());
        List<Integer> order = new ArrayList<>();
        int firstAdded = left ? leftColumns : leftColumns + weighted.count();
        for (int column = 0; column < copy.getRowType().getFieldCount(); column++) {
            if (column < firstAdded || column >= firstAdded + added) {
                order.add(column);
            }
        }
        IntStream.range(firstAdded, firstAdded + added).forEach(order::add);
        return new WeightedRelation(RelOptUtil.createProject(copy, order), contents);
    }
}
