package io.gatehouse.sql.rollup;

import io.gatehouse.store.schema.Rollup;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.logical.LogicalJoin;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;

/**
 * A tree of inner joins that a rollup was made over: the facts, and relations that have one row per question.
 *
 * @param relations scans, in the order of their columns
 * @param conditions what the joins ask beyond the keys, over all the columns
 */
record JoinedFacts(List<TableScan> relations, List<RexNode> conditions) {
    JoinedFacts {
        relations = List.copyOf(relations);
        conditions = List.copyOf(conditions);
    }

    /** The tree, if the join is one that the rollup was made over. */
    static Optional<JoinedFacts> of(LogicalJoin join, Rollup rollup) {
        List<TableScan> scans = new ArrayList<>();
        List<RexNode> conditions = new ArrayList<>();
        return !rollup.joined().isEmpty() && flatten(join, 0, scans, conditions)
                ? new Keys(rollup, scans).split(conditions)
                : Optional.empty();
    }

    /** Gathers scans and conditions; false if anything else stands between. */
    private static boolean flatten(RelNode node, int offset, List<TableScan> scans, List<RexNode> conditions) {
        if (node instanceof TableScan scan) {
            return scans.add(scan);
        }
        if (!(node instanceof LogicalJoin join) || join.getJoinType() != JoinRelType.INNER) {
            return false;
        }
        int leftColumns = join.getLeft().getRowType().getFieldCount();
        RelOptUtil.conjunctions(join.getCondition())
                .forEach(condition -> conditions.add(RexUtil.shift(condition, offset)));
        return flatten(join.getLeft(), offset, scans, conditions)
                && flatten(join.getRight(), offset + leftColumns, scans, conditions);
    }

    /** A column of the tree. */
    private record Column(String relation, String name) {}

    /** Which keys of the relations are said to be equal. */
    private static final class Keys {
        private static final Set<String> NAMES = Set.of("run_id", "question_id");

        /** Two relations whose keys of a name are compared. */
        private record Compared(Set<String> relations, String key) {}

        private final Rollup rollup;
        private final List<TableScan> scans;
        private final List<String> relations;
        private final List<Column> columns;
        private final Set<Compared> compared = new HashSet<>();

        Keys(Rollup rollup, List<TableScan> scans) {
            this.rollup = rollup;
            this.scans = scans;
            this.relations = scans.stream().map(Keys::name).toList();
            this.columns = scans.stream()
                    .flatMap(scan ->
                            scan.getRowType().getFieldNames().stream().map(column -> new Column(name(scan), column)))
                    .toList();
        }

        Optional<JoinedFacts> split(List<RexNode> conditions) {
            List<RexNode> others =
                    conditions.stream().filter(condition -> !isKey(condition)).toList();
            return isWhole() ? Optional.of(new JoinedFacts(scans, others)) : Optional.empty();
        }

        /** Notes a comparison of a key with the same key of another relation. */
        private boolean isKey(RexNode condition) {
            if (condition.getKind() != SqlKind.EQUALS
                    || !(((RexCall) condition).getOperands().get(0) instanceof RexInputRef left)
                    || !(((RexCall) condition).getOperands().get(1) instanceof RexInputRef right)) {
                return false;
            }
            Column one = columns.get(left.getIndex());
            Column other = columns.get(right.getIndex());
            boolean key = one.name().equals(other.name())
                    && NAMES.contains(one.name())
                    && !one.relation().equals(other.relation());
            return key && compared.add(new Compared(Set.of(one.relation(), other.relation()), one.name()));
        }

        /** Whether each relation is there at most once, the facts once, and all of them joined by their keys. */
        private boolean isWhole() {
            return relations.size() > 1
                    && relations.size() == Set.copyOf(relations).size()
                    && relations.contains(rollup.facts())
                    && relations.stream()
                            .filter(relation -> !relation.equals(rollup.facts()))
                            .allMatch(this::isJoined);
        }

        private boolean isJoined(String relation) {
            return rollup.joined().stream()
                    .filter(joined -> joined.relation().equals(relation))
                    .anyMatch(joined -> joined.keys().stream().allMatch(key -> isThatOfFacts(relation, key)));
        }

        /** Whether a key is compared with that of the facts, or with that of a relation that is. */
        private boolean isThatOfFacts(String relation, String key) {
            return areEqual(relation, rollup.facts(), key)
                    || relations.stream()
                            .anyMatch(between ->
                                    areEqual(relation, between, key) && areEqual(between, rollup.facts(), key));
        }

        private boolean areEqual(String one, String other, String key) {
            return !one.equals(other) && compared.contains(new Compared(Set.of(one, other), key));
        }

        private static String name(TableScan scan) {
            return String.join(".", scan.getTable().getQualifiedName());
        }
    }

    /** The conditions beyond the keys as one. */
    RexNode condition(RexBuilder rex) {
        return RexUtil.composeConjunction(rex, conditions);
    }
}
