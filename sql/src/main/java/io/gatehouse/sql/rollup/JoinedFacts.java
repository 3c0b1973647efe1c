package io.gatehouse.sql.rollup;

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

    /** Which columns of the relations are said to be equal. */
    private static final class Keys {
        private final Rollup rollup;
        private final List<TableScan> scans;
        private final Set<String> equal = new HashSet<>();

        Keys(Rollup rollup, List<TableScan> scans) {
            this.rollup = rollup;
            this.scans = scans;
        }

        Optional<JoinedFacts> split(List<RexNode> conditions) {
            List<RexNode> others = new ArrayList<>();
            for (RexNode condition : conditions) {
                if (!isKey(condition)) {
                    others.add(condition);
                }
            }
            return isWhole() ? Optional.of(new JoinedFacts(scans, others)) : Optional.empty();
        }

        /** Whether each relation is there at most once, the facts once, and all of them joined by their keys. */
        private boolean isWhole() {
            List<String> names = scans.stream().map(Keys::name).toList();
            if (names.size() < 2 || names.size() != Set.copyOf(names).size() || !names.contains(rollup.facts())) {
                return false;
            }
            return names.stream().filter(name -> !name.equals(rollup.facts())).allMatch(this::isJoined);
        }

        /** By each key with the facts; or by the question with another relation, which is joined with them. */
        private boolean isJoined(String name) {
            return rollup.joined().stream()
                    .filter(joined -> joined.relation().equals(name))
                    .anyMatch(joined -> joined.keys().stream().allMatch(key -> isEqualToFacts(name, key)));
        }

        private boolean isEqualToFacts(String name, String key) {
            return equal.contains(pair(name, rollup.facts(), key))
                    || scans.stream()
                            .map(Keys::name)
                            .anyMatch(between -> equal.contains(pair(name, between, key))
                                    && equal.contains(pair(between, rollup.facts(), key)));
        }

        /** Notes a comparison of a key with the same key of another relation. */
        private boolean isKey(RexNode condition) {
            if (condition.getKind() != SqlKind.EQUALS) {
                return false;
            }
            List<RexNode> sides = ((RexCall) condition).getOperands();
            if (!(sides.get(0) instanceof RexInputRef left) || !(sides.get(1) instanceof RexInputRef right)) {
                return false;
            }
            String key = column(left);
            boolean same = key.equals(column(right)) && (key.equals("question_id") || key.equals("run_id"));
            return same && equal.add(pair(name(scan(left)), name(scan(right)), key));
        }

        private String column(RexInputRef column) {
            int index = column.getIndex();
            for (TableScan scan : scans) {
                List<String> names = scan.getRowType().getFieldNames();
                if (index < names.size()) {
                    return names.get(index);
                }
                index -= names.size();
            }
            throw new IllegalArgumentException("No relation has column " + column.getIndex());
        }

        private TableScan scan(RexInputRef column) {
            int index = column.getIndex();
            for (TableScan scan : scans) {
                index -= scan.getRowType().getFieldCount();
                if (index < 0) {
                    return scan;
                }
            }
            throw new IllegalArgumentException("No relation has column " + column.getIndex());
        }

        private static String name(TableScan scan) {
            return String.join(".", scan.getTable().getQualifiedName());
        }

        private static String pair(String one, String other, String key) {
            return one.compareTo(other) < 0 ? one + "|" + other + "|" + key : other + "|" + one + "|" + key;
        }
    }

    /** The conditions beyond the keys as one. */
    RexNode condition(RexBuilder rex) {
        return RexUtil.composeConjunction(rex, conditions);
    }
}
