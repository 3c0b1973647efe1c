package io.gatehouse.sql.rollup;

import io.gatehouse.sql.catalog.ViewTable;
import io.gatehouse.store.schema.Rollup;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.schema.TransientTable;

/** Answers the aggregates of a statement from rollups where one knows enough, the smallest first. */
public final class RollupRewrite extends RelHomogeneousShuttle {
    private static final String NO_AGGREGATE = "there is no aggregate over activations or token_routing";

    private static final Set<String> ROLLUPS =
            Rollup.CANDIDATES.stream().map(Rollup::name).collect(Collectors.toSet());

    private final CalciteCatalogReader tables;
    private final Set<String> used = new LinkedHashSet<>();
    private String reason = NO_AGGREGATE;
    private final RexShuttle subQueries = new RexShuttle() {
        @Override
        public RexNode visitSubQuery(RexSubQuery query) {
            return query.clone(query.rel.accept(RollupRewrite.this));
        }
    };

    private RollupRewrite(CalciteCatalogReader tables) {
        this.tables = tables;
    }

    /**
     * A rewritten statement.
     *
     * @param algebra the same statement over rollups, or as it was
     * @param used the rollups that it reads, also those that views read
     * @param reason why it reads none, if it does not
     */
    public record Result(RelNode algebra, List<String> used, String reason) {
        public Result {
            used = List.copyOf(used);
        }

        /** Which rollups are used, or why none. */
        public String explanation() {
            return used.isEmpty() ? "none: " + reason : String.join(", ", used);
        }
    }

    /**
     * Rewrites a statement.
     *
     * @param tables a reader that knows the tables of rollups
     */
    public static Result of(RelNode algebra, CalciteCatalogReader tables) {
        RollupRewrite rewrite = new RollupRewrite(tables);
        RelNode rewritten = algebra.accept(rewrite);
        return new Result(rewritten, List.copyOf(rewrite.used), rewrite.reason);
    }

    @Override
    public RelNode visit(RelNode node) {
        if (node instanceof Aggregate aggregate) {
            for (Rollup rollup : Rollup.CANDIDATES) {
                RelNode rewritten = RollupSubstitution.reads(aggregate, rollup) ? rewritten(aggregate, rollup) : node;
                if (rewritten != node) {
                    return rewritten;
                }
            }
        }
        if (node instanceof TableScan scan) {
            note(scan);
            return node;
        }
        return super.visit(node).accept(subQueries);
    }

    private void note(TableScan scan) {
        String name = scan.getTable().getQualifiedName().get(0);
        ViewTable view = scan.getTable().unwrap(ViewTable.class);
        if (view == null) {
            // A recursion is a scan, too, under whatever name it was given.
            boolean stored = scan.getTable().unwrap(TransientTable.class) == null;
            used.addAll(stored && ROLLUPS.contains(name) ? Set.of(name) : Set.of());
            return;
        }
        used.addAll(view.written().rollups());
        if (view.written().rollups().isEmpty() && reason.equals(NO_AGGREGATE)) {
            reason = "in the view %s, %s".formatted(name, view.written().noRollup());
        }
    }

    private RelNode rewritten(Aggregate aggregate, Rollup rollup) {
        try {
            WeightedRelation input = RollupSubstitution.of(aggregate.getInput(), rollup, tables);
            return WeightedAggregate.of(aggregate, input).accept(this);
        } catch (RollupNotApplicable e) {
            // The most detailed rollup is the last to be tried: what it lacks, none has.
            reason = "%s: %s".formatted(rollup.name(), e.getMessage());
            return aggregate;
        }
    }
}
